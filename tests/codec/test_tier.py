"""Facts are checked where they are read; latency follows from them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.tier import TIERS, TierFacts, facts_from_dict, facts_to_dict

GOOD = {
    "family": "test",
    "harmonics": 64,
    "rate": 48000,
    "hop": 128,
    "chunk": 192,
    "synthesis": 448,
    "encoder_state": 1,
    "vocoder_state": 1000,
    "context_frames": 31,
    "prime_frames": 8,
    "trained": False,
    "checksum": "ab",
}


def test_facts_survive_a_round_trip() -> None:
    facts = facts_from_dict(GOOD)
    unless_given = {"codes": "polar", "entropy_tables": "", "levels_state": 0, "zero_code": 128, "noise_pair": False}
    assert facts_to_dict(facts) == GOOD | unless_given | {"split": 1}
    assert facts.overlap == 64
    assert facts.latency_samples == 192
    assert facts.frames_per_second == 375


@pytest.mark.parametrize("name", GOOD)
def test_every_field_is_needed_and_typed(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        facts_from_dict({key: value for key, value in GOOD.items() if key != name})
    for value in (None, 1.0, [1], {"a": 1}, True if type(GOOD[name]) is int else 1):
        with pytest.raises(ValueError, match=name):
            facts_from_dict({**GOOD, name: value})


def test_what_codes_are_may_be_said() -> None:
    assert facts_from_dict({**GOOD, "codes": "bytes"}).codes == "bytes"
    for value in ("floats", None, 1):
        with pytest.raises(ValueError, match=r"codes is .*expected"):
            facts_from_dict({**GOOD, "codes": value})


def test_layers_divide_by_small_odd_numbers() -> None:
    assert facts_from_dict({**GOOD, "split": 5}).split == 5
    for value in (0, 2, 11, -3, True):
        with pytest.raises(ValueError, match="split is"):
            facts_from_dict({**GOOD, "split": value})


def test_unknown_fields_are_named() -> None:
    with pytest.raises(ValueError, match="colour"):
        facts_from_dict({**GOOD, "colour": 1})


@pytest.mark.parametrize(
    "bad",
    [
        {"harmonics": 63},
        {"harmonics": 0},
        {"harmonics": 512},
        {"rate": 7999},
        {"rate": 192001},
        {"hop": 0},
        {"hop": 1, "chunk": 1, "synthesis": 1},
        {"family": "\x1b[2J"},
        {"family": "x" * 81},
        {"hop": -128},
        {"hop": 1 << 17, "chunk": 1 << 17, "synthesis": 1 << 17},
        {"chunk": 127},
        {"chunk": 257},
        {"synthesis": 127},
        {"synthesis": 64 * 128 + 1},
        {"encoder_state": 0},
        {"vocoder_state": (1 << 24) + 1},
        {"prime_frames": 32},
        {"prime_frames": -1},
        {"context_frames": 100_001},
        {"context_frames": -1},
        {"zero_code": -1},
        {"zero_code": 256},
    ],
)
def test_values_out_of_range(bad: dict[str, int | str]) -> None:
    with pytest.raises(ValueError, match=r"expected|do not fit|must lie"):
        facts_from_dict({**GOOD, **bad})


def test_the_legal_tiers_are_listed() -> None:
    with pytest.raises(ValueError, match=", ".join(map(str, TIERS))):
        facts_from_dict({**GOOD, "harmonics": 5})


@given(
    st.dictionaries(
        st.sampled_from(sorted(GOOD)), st.none() | st.booleans() | st.integers() | st.text() | st.floats()
    )
)
def test_whatever_is_accepted_fits_together(changes: dict) -> None:
    try:
        facts = facts_from_dict({**GOOD, **changes})
    except ValueError:
        return
    assert 0 < facts.hop <= facts.chunk <= 2 * facts.hop
    assert facts.synthesis >= facts.hop
    assert facts.harmonics in TIERS
    assert 0 <= facts.prime_frames <= facts.context_frames


@pytest.mark.parametrize(
    ("block", "held_back"), [(128, 0), (256, 0), (64, 64), (96, 96), (480, 96), (1, 127), (8193, 127)]
)
def test_gathering_holds_back(block: int, held_back: int) -> None:
    assert facts_from_dict(GOOD).held_back(block) == held_back


@given(block=st.integers(1, 20_000), hop=st.integers(1, 2048))
def test_no_less_would_do(block: int, hop: int) -> None:
    """The least delay at which a queue of whole hops never runs dry, found block by block."""
    facts = TierFacts("t", 64, 48000, hop, hop, hop, 1, 1, 0, 0, False, "")
    cycle = min(hop // math.gcd(block, hop), 4000)
    held_back = max(turn * block % hop for turn in range(1, cycle + 1))
    if cycle == hop // math.gcd(block, hop):
        assert facts.held_back(block) == held_back
