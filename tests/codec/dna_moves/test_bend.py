"""All bends together: legal codes whatever is asked, nothing done at neutral, layers and lanes as they should be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.codec.dna_moves.bend import Bend
from holostream.codec.dna_moves.bend_plan import BendAmounts
from holostream.codec.dna_moves.code_shape import PHASE_COUNT
from holostream.codec.tier import TIERS, TierFacts
from holostream.engine.command import COMMANDS
from tests.bent_sound import Codes, applied, bend_amounts, facts_of, legal_codes

FACTS = [*(facts_of(harmonics) for harmonics in TIERS), facts_of(16, "bytes")]
BENDS = {facts: Bend(facts) for facts in FACTS}
RISING = BendAmounts(
    freeze_drift=1e-9, mute_range=1e-9, mute_high=1.0, gate=1e-9, amplitude_crush=1e-9, phase_crush=1e-9, robot=1e-9,
    whisper=1e-9, cross=1e-9,
)  # fmt: skip


def equal(a: Codes, b: Codes) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def frames(facts: TierFacts, seed: int = 0, lanes: int = 2) -> Codes:
    random = np.random.default_rng(seed)
    amplitudes = random.integers(0, 12, (lanes, facts.harmonics), np.uint8)
    phases = (random.random(amplitudes.shape) * PHASE_COUNT[amplitudes]).astype(np.uint8)
    return np.full(lanes, 30, np.uint8), amplitudes, phases


@given(data=st.data(), facts=st.sampled_from(FACTS), amounts=bend_amounts(), hop=st.integers(-(2**63), 2**63))
@settings(max_examples=120)
def test_codes_stay_legal(data: st.DataObject, facts: TierFacts, amounts: BendAmounts, hop: int) -> None:
    lanes = data.draw(st.integers(1, 2))
    codes, second = data.draw(legal_codes(facts, lanes)), data.draw(legal_codes(facts, lanes))
    given_codes = [array.copy() for array in codes]
    for array in (*codes, *second):
        array.setflags(write=False)
    held = data.draw(st.sampled_from((0, 1, 2, 375, 10**9)))
    bend = BENDS[facts]
    with np.errstate(all="raise", under="ignore"):
        result = applied(bend, codes, amounts, hop, held, second)
    assert equal(codes, given_codes)
    for before, after in zip(codes, result, strict=True):
        assert (after.shape, after.dtype) == (before.shape, np.uint8)
    gains, amplitudes, phases = result
    assert ((gains == 0) == (codes[0] == 0)).all()
    assert gains.max() <= 63
    if facts.codes == "polar":
        assert (phases < PHASE_COUNT[amplitudes]).all()
    assert equal(result, applied(bend, codes, amounts, hop, held, second))


@given(data=st.data(), facts=st.sampled_from(FACTS), amounts=bend_amounts(), hop=st.integers(0, 2**40))
@settings(max_examples=40)
def test_lanes_do_not_know_of_each_other(data: st.DataObject, facts: TierFacts, amounts: BendAmounts, hop: int) -> None:
    codes, second = data.draw(legal_codes(facts, 2)), data.draw(legal_codes(facts, 2))
    both = applied(BENDS[facts], codes, amounts, hop, 5, second)
    for lane in (0, 1):
        alone = slice(lane, lane + 1)
        result = applied(
            BENDS[facts], tuple(part[alone] for part in codes), amounts, hop, 5, tuple(part[alone] for part in second)
        )  # fmt: skip
        assert equal(tuple(part[alone] for part in both), result)


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: f"{facts.harmonics}-{facts.codes}")
def test_neutral_hands_on_the_very_arrays(facts: TierFacts) -> None:
    codes, second = frames(facts), frames(facts, 1)
    neutral = [
        BendAmounts(),
        BendAmounts(mute_low=0.2, mute_high=0.9, solo_low=0.3, solo_high=0.4),
        BendAmounts(shift=0.4),
    ]
    for amounts in neutral:
        for result in (applied(BENDS[facts], codes, amounts, 7, 0, second), applied(BENDS[facts], codes, amounts, 7)):
            assert all(a is b for a, b in zip(result, codes, strict=True))
    assert applied(BENDS[facts], codes, BendAmounts(cross=1.0, freeze_drift=1.0), 7)[1] is codes[1]


@given(data=st.data(), facts=st.sampled_from(FACTS))
@settings(max_examples=40)
def test_a_bend_begins_at_what_was_there(data: st.DataObject, facts: TierFacts) -> None:
    codes, second = data.draw(legal_codes(facts, 1)), data.draw(legal_codes(facts, 1))
    base = BENDS[facts].base
    # Bytes have any angle, and 64 of them are already fewer.
    amounts = dataclasses.replace(RISING, phase_crush=0.0) if facts.codes == "bytes" else RISING
    result = applied(BENDS[facts], codes, amounts, 7, 0, second)
    assert all(np.array_equal(a[..., :base], b[..., :base]) for a, b in zip(result, codes, strict=True))


def test_amounts_are_the_bends_of_the_command_table() -> None:
    fields = {field.name: field.default for field in dataclasses.fields(BendAmounts)}
    kinds = {kind.name: kind for kind in COMMANDS}
    assert fields.pop("freeze_drift") == kinds["freeze"].neutral
    assert fields == {name: kinds[name].neutral for name in fields}
    of_time = {"freeze", "loop", "loop_beats", "reverse", "scrub", "speed", "stutter", "morph"}
    assert {name for name, kind in kinds.items() if kind.group == "move"} - of_time <= set(fields)


@pytest.mark.parametrize("harmonics", [128, 256])
def test_refinements_go_where_their_harmonic_changed_and_stay_elsewhere(harmonics: int) -> None:
    facts = facts_of(harmonics)
    _, amplitudes, phases = codes = frames(facts)
    amplitudes[:, :8] = 0
    phases[:, :8] = 0
    _, muted, muted_phases = applied(BENDS[facts], codes, BendAmounts(mute_range=1.0, mute_high=0.25), 0)
    for layer in range(harmonics // 64):
        low, high, end = layer * 64, layer * 64 + 16, layer * 64 + 64
        assert not muted[:, low:high].any()
        assert not muted_phases[:, low:high].any()
        assert np.array_equal(muted[:, high:end], amplitudes[:, high:end])
        assert np.array_equal(muted_phases[:, high:end], phases[:, high:end])
    for amounts in (BendAmounts(shift=1.0), BendAmounts(tilt=1.0), BendAmounts(comb=2.0), BendAmounts(gate=0.5)):
        result = applied(BENDS[facts], codes, amounts, 0)[1]
        assert not result[:, 64:72].any() or amounts.comb == 2.0
    assert not applied(BENDS[facts], codes, BendAmounts(comb=2.0), 0)[1][:, 1::2].any()
    whispered = applied(BENDS[facts], codes, BendAmounts(whisper=1.0), 0)
    same = (whispered[1][:, :64] == amplitudes[:, :64]) & (whispered[2][:, :64] == phases[:, :64])
    assert 0.02 < same.mean() < 0.5
    for layer in range(1, harmonics // 64):
        part = slice(layer * 64, layer * 64 + 64)
        assert np.array_equal(whispered[1][:, part], amplitudes[:, part] * same)
        assert np.array_equal(whispered[2][:, part], phases[:, part] * same)


def test_held_frames_turn_by_half_a_turn_a_hop_and_drift() -> None:
    facts = facts_of(64)
    codes = frames(facts)
    counts = PHASE_COUNT[codes[1]]

    def turns(held: int, amount: float) -> np.ndarray:
        return applied(BENDS[facts], codes, BendAmounts(freeze_drift=amount), 99, held)[2] / counts

    def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        away = a - b
        return np.abs(away - np.rint(away))

    still = codes[2] / counts
    assert np.array_equal(turns(2, 1e-9), still)
    assert np.array_equal(turns(2, 0.0), still)
    for held in (1, 7, -3):
        assert np.array_equal(turns(held, 0.0), turns(1, 1e-9))  # in slow motion, too
    assert (np.abs(apart(turns(1, 1e-9), still) - 0.5) <= 0.5 / counts + 1e-6)[counts > 1].all()
    assert np.array_equal(turns(1, 1e-9), turns(10**6 + 1, 1e-9))
    drifted = [apart(turns(held, 1.0), still) for held in (20, 400, 4000)]
    assert drifted[0][counts > 20].mean() < 0.1
    assert drifted[2][counts > 20].mean() > 0.15
    assert not np.array_equal(drifted[1], drifted[2])


def test_cross_takes_phases_where_there_are_any() -> None:
    facts = facts_of(16)
    first, second = frames(facts, 0), frames(facts, 1)
    gains, amplitudes, phases = applied(BENDS[facts], first, BendAmounts(cross=1.0), 0, 0, second)
    assert np.array_equal(gains, first[0])
    assert np.array_equal(amplitudes, first[1])
    counts, other = PHASE_COUNT[amplitudes], PHASE_COUNT[second[1]]
    sounding = second[1] > 0
    expected = np.where(sounding, np.rint(second[2] / other * counts) % counts, first[2])
    assert np.array_equal(phases, expected)
    assert not np.array_equal(phases, first[2])


@pytest.mark.parametrize("harmonics", [16, 128])
def test_a_pair_that_tells_of_noise_goes_with_the_highest_harmonic_and_else_stays(harmonics: int) -> None:
    facts = dataclasses.replace(facts_of(harmonics), noise_pair=True)
    told = min(harmonics, 64) - 1
    bend = Bend(facts)
    _, amplitudes, phases = codes = frames(facts)
    amplitudes[:, told - 1 : told + 1], phases[:, told - 1 : told + 1] = 2, 5
    stays = (
        BendAmounts(shift=3.0),
        BendAmounts(tilt=6.0),
        BendAmounts(amplitude_crush=1.0),
        BendAmounts(robot=1.0, whisper=1.0, phase_crush=1.0),
        BendAmounts(mute_range=1.0, mute_high=0.5),
        BendAmounts(gate=0.01),
    )
    for amounts in stays:
        _, bent, turned = applied(bend, codes, amounts, 3)
        assert (bent[:, told] == 2).all()
        assert (turned[:, told] == 5).all()
        assert not np.array_equal(np.stack((bent, turned)), np.stack((amplitudes, phases))) or amounts.gate
    for amounts in (BendAmounts(solo_range=1.0, solo_high=0.5), BendAmounts(gate=0.9)):
        amplitudes[:, 0] = 20
        _, bent, turned = applied(bend, codes, amounts, 3)
        assert not bent[:, told].any()
        assert not turned[:, told].any()
        assert bent[:, 0].all()
