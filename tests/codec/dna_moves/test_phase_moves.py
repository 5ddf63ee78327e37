"""Bends of turns, by the numbers; how they sound is in `test_bends_heard`."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.dna_moves.phase_moves import Drift, phase_crushed, robot_turns, toward, whispered
from holostream.network.atoms import atoms

INDEX = np.arange(64, dtype=np.uint32)
TURNS = st.integers(0, 2**32).map(lambda seed: np.random.default_rng(seed).uniform(-1, 2, (1, 64)).astype(np.float32))


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """In turns, at most 1/2."""
    return np.abs(a - b - np.rint(a - b))


@given(turns=TURNS, target=TURNS, amount=st.floats(0, 1))
def test_the_way_to_a_target_is_the_shorter_one(turns: np.ndarray, target: np.ndarray, amount: float) -> None:
    result = toward(turns, target, amount)
    whole_way = apart(turns, target)
    assert np.allclose(apart(result, turns), amount * whole_way, atol=1e-5)
    assert np.allclose(apart(result, target), (1 - amount) * whole_way, atol=1e-5)


@given(turns=TURNS, amount=st.floats(0.01, 1), hop=st.integers(0, 2**50))
def test_whisper_strays_by_half_a_turn_at_most(turns: np.ndarray, amount: float, hop: int) -> None:
    away = whispered(turns, amount, hop) - turns
    assert np.abs(away).max() <= amount / 2 + 1e-5
    assert np.ptp(away) > amount / 2


@given(turns=TURNS)
def test_fewer_and_fewer_phases(turns: np.ndarray) -> None:
    counts = [len(np.unique(np.rint(1000 * phase_crushed(turns, amount)) % 1000)) for amount in (0.2, 0.5, 0.8, 1.0)]
    assert all(count <= most for count, most in zip(counts, (32, 11, 4, 2), strict=True))
    assert np.abs(phase_crushed(turns, 0.5) - turns).max() <= 0.5 / 11 + 1e-5


def test_a_drift_starts_at_nothing_is_slow_and_stays_near() -> None:
    drift = Drift(375.0, INDEX, 0.0)
    path = np.stack([drift.turns(held, 1.0) for held in range(0, 20_000, 10)])
    assert not path[0].any()
    assert np.abs(path).max() <= 1.0
    assert np.abs(np.diff(path, axis=0)).max() / (10 / 375) < 3.0  # turns a second, that is Hz
    assert np.ptp(path, axis=0).min() > 0.5
    assert np.allclose(drift.turns(500, 0.5), drift.turns(500, 1.0) / 2)


def test_pairs_of_a_sinusoid_in_their_middle_turn_by_half_a_turn() -> None:
    basis = atoms(128, 192)
    for pair in (5, 20, 50):
        time = np.arange(192 + 128 * 9)
        sound = np.cos(2 * np.pi * (2 * pair + 1) / 256 * time + 0.4)
        frames = np.stack([basis @ sound[128 * hop : 128 * hop + 192] for hop in range(10)])
        angle = np.arctan2(frames[:, 2 * pair + 1], frames[:, 2 * pair]) / (2 * np.pi)
        assert apart(np.diff(angle), np.full(9, 0.5)).max() < 0.02
        # As the docstring says: a phase in the middle of the frame stands at this angle.
        phase = (2 * pair + 1) / 256 * (191 / 2) + 0.4 / (2 * np.pi)
        assert apart(angle[0], pair / 2 + 3 / 8 - phase) < 0.05


def test_robot_turns_are_a_pulse_in_the_middle() -> None:
    basis = atoms(128, 192)
    for hop, sign in ((0, 1), (1, -1), (2, 1)):
        angle = 2 * np.pi * robot_turns(hop, INDEX)
        sound = np.stack((np.cos(angle), np.sin(angle)), axis=1).ravel() @ basis
        assert abs(np.abs(sound).argmax() - 95.5) < 2
        assert np.sign(sound[np.abs(sound).argmax()]) == sign
