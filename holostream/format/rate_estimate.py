"""The bitrate that codes cost, estimated by the context model that entropy coding will use (DESIGN: two passes).

Gains are coded as differences; phases cost log2 of their number; amplitudes of even harmonics are coded in the context
of the previous frame's neighborhood, odd ones also in that of their even neighbors. Tables are learned on one half of
the frames and cost the other half, both ways: an honest figure needs tables that have not seen what they code.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.tier import TierFacts

LARGEST = 15
"""Amplitude codes beyond cost an escape of eight bits."""
LEVELS = np.array([0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7])
PHASES = np.clip(np.round(4.71 * np.arange(256)), 1, 64)


def bits_by_part(dna: Dna) -> dict[str, float]:
    """Mean bits a frame and lane of gains, amplitudes and phases."""
    amplitudes = dna.amplitudes.reshape(-1, dna.harmonics)
    symbols, contexts = amplitude_contexts(dna)
    escapes = 8.0 * (amplitudes > LARGEST).sum(1).mean()
    steps = np.diff(dna.gains.astype(np.int64), axis=1, prepend=0).reshape(-1) + 64
    return {
        "gains": _cross_cost(steps, np.zeros_like(steps), 128, 1),
        "amplitudes": float(
            dna.harmonics * _cross_cost(symbols, contexts, LARGEST + 2, int(contexts.max()) + 1) + escapes
        ),
        "phases": float(np.log2(PHASES[amplitudes]).sum(1).mean()),
    }


def estimated_kbps(dna: Dna, facts: TierFacts | None = None, frames_per_second: float = 375.0) -> float:
    """Kilobits a second and lane."""
    rate = facts.frames_per_second if facts is not None else frames_per_second
    return sum(bits_by_part(dna).values()) * rate / 1000


def amplitude_contexts(dna: Dna) -> tuple[np.ndarray, np.ndarray]:
    """All amplitude codes (clipped to LARGEST + 1) and their contexts, (frames * harmonics,) each, frame by frame."""
    codes = np.minimum(dna.amplitudes.astype(np.int64), LARGEST + 1).reshape(dna.lanes, dna.frames, dna.harmonics)
    level = LEVELS[np.minimum(codes, LARGEST)]
    before = np.pad(level, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    wide = np.pad(before, ((0, 0), (0, 0), (1, 1)))
    past = np.minimum(15, 2 * before + (wide[:, :, :-2] + wide[:, :, 2:]) // 2)
    beside = np.pad(level, ((0, 0), (0, 0), (1, 1)))
    neighbors = np.minimum(7, (beside[:, :, :-2] + beside[:, :, 2:] + 1) // 2)
    odd = np.arange(dna.harmonics) % 2
    band = np.minimum(7, np.log2(1 + np.arange(dna.harmonics)).astype(np.int64))
    context = ((band * 2 + odd) * 8 + neighbors * odd) * 16 + past
    return codes.reshape(-1), context.reshape(-1)


def _cross_cost(symbols: np.ndarray, contexts: np.ndarray, alphabet: int, context_count: int) -> float:
    """Mean bits a symbol when each half is coded with tables learned on the other."""
    half = len(symbols) // 2
    total = 0.0
    for learn, code in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        counts = np.full((context_count, alphabet), 0.05)
        np.add.at(counts, (contexts[learn], symbols[learn]), 1)
        probability = counts / counts.sum(1, keepdims=True)
        total -= np.log2(probability[contexts[code], symbols[code]]).sum()
    return float(total / max(1, len(symbols)))
