"""The atoms are an orthonormal lapped basis."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts
from holostream.network.atoms import atoms

KAISER = [0.0, 0.5, 3.0, 8.0]
"""Slopes: sines, and derived from Kaiser windows."""
SIZES = [(128, 192), (128, 128), (128, 256), (128, 160), (256, 320), (512, 1024), (6, 8), (2, 4), (5, 7)]


@pytest.mark.parametrize("kaiser", KAISER)
@pytest.mark.parametrize(("hop", "chunk"), SIZES)
def test_orthonormal_within_a_chunk_and_to_its_neighbours(hop: int, chunk: int, kaiser: float) -> None:
    basis, overlap = atoms(hop, chunk, kaiser), chunk - hop
    assert basis.shape == (hop, chunk)
    assert np.abs(basis @ basis.T - np.eye(hop)).max() < 1e-12
    if overlap:
        assert np.abs(basis[:, hop:] @ basis[:, :overlap].T).max() < 1e-12


@pytest.mark.parametrize("kaiser", KAISER)
@pytest.mark.parametrize(("hop", "chunk"), SIZES)
def test_perfect_reconstruction_without_quantizer(hop: int, chunk: int, kaiser: float) -> None:
    facts = TierFacts("t", 64, 48000, hop, chunk, chunk, 1, 1, 1, 1, False, "")
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 20 * hop)).astype(np.float32)
    basis = atoms(hop, chunk, kaiser).astype(np.float32)
    chunks, _ = frame(samples, initial_previous(facts, 2), facts)
    heard, _ = overlap_add(chunks @ basis.T @ basis, initial_partial(facts, 2), facts)
    overlap = facts.overlap
    assert np.abs(heard[:, overlap:] - samples[:, : samples.shape[1] - overlap]).max() < 1e-5
    assert np.abs(heard[:, :overlap]).max(initial=0) < 1e-5


@pytest.mark.parametrize("k", [2, 31, 64, 125])
def test_row_k_sounds_at_its_frequency(k: int) -> None:
    basis = atoms(128, 192)
    spectrum = np.abs(np.fft.rfft(basis[k], 1 << 14))
    peak = np.argmax(spectrum) / (1 << 14)
    assert abs(peak - (k + 0.5) / 256) < 0.25 / 256


def test_slopes_of_a_kaiser_window_leak_less_far_away() -> None:
    # Of a bass, how much coefficients from 6 kHz on have: what is quantized there besides what sounds there.
    bass = np.sin(2 * np.pi * 200 / 48000 * np.arange(192))
    sines, derived = (np.square(atoms(128, 192, kaiser) @ bass)[32:].sum() for kaiser in (0.0, 3.0))
    assert derived < sines / 20


@pytest.mark.parametrize(("hop", "chunk"), [(128, 127), (128, 258), (128, 191), (4, 5)])
def test_sizes_that_have_no_basis(hop: int, chunk: int) -> None:
    with pytest.raises(ValueError, match="expected hop <= chunk <= 2 hop and an even overlap"):
        atoms(hop, chunk)
