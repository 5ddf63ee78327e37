"""Moves in the path: neutral is nothing, time moves read what was, morphs mix two tiers, and all of it is recorded as heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from holostream.bench.click_detector import find_click
from holostream.bench.material import tone
from holostream.bench.moves import crossings
from holostream.codec.dna_moves.dip import Dip
from holostream.codec.dna_ring import HEARD, MIXED, PRIMING, DnaRing, RingFrame, ring_bytes
from holostream.codec.tier_fade import FADE_HOPS
from holostream.codec.tier_model import TierModel
from holostream.engine.block_path import PathState, initial_path, step
from holostream.engine.command import MOVES, command_kind
from holostream.engine.controls import Controls
from tests.engine.test_recording_as_heard import HOP, Playing
from tests.speech import speech

Tiers = dict[int, TierModel]


class Live:
    """A path that plays speech; commands between hops."""

    def __init__(self, tiers: Tiers, tier: int = 16, second: bool = False, **controls: float) -> None:
        self.controls = Controls(tier, feedback_guard=False, glide_ms=0, **controls)
        self.ring = DnaRing(bytearray(ring_bytes(1, 4096)), 1, 4096)
        self.path: PathState = initial_path(tiers, 1, self.ring, self.controls, second=second)
        self.sound = 0.4 * speech(8.0, 48000, 3)[np.newaxis]
        self.other = 0.4 * speech(8.0, 48000, 4)[np.newaxis]

    def play(self, hops: int, **changes: float) -> np.ndarray:
        for name, value in changes.items():
            self.controls.set(name, value)
        out = []
        for _ in range(hops):
            at = self.path.hop * HOP
            second = self.other[:, at : at + HOP] if self.path.second else None
            out.append(step(self.sound[:, at : at + HOP], self.path, self.controls, second=second))
        return np.concatenate(out, axis=1)

    def frames(self) -> list[RingFrame]:
        return self.ring.read(0)[0]


def codes_of(frame: RingFrame) -> bytes:
    return frame.dna.gains.tobytes() + frame.dna.amplitudes.tobytes() + frame.dna.phases.tobytes()


@pytest.mark.parametrize("tier", [4, 64, 256])
def test_a_move_that_is_taken_back_leaves_nothing_behind(tiers: Tiers, tier: int) -> None:
    plain, moved = Live(tiers, tier), Live(tiers, tier)
    plain.play(60), moved.play(60)
    for kind in MOVES:
        moved.play(3, **{kind.name: kind.highest})
        plain.play(3)
        moved.controls.set(kind.name, kind.neutral)
    plain.play(100), moved.play(100)
    before = plain.path.hop
    assert np.array_equal(plain.play(100), moved.play(100))
    heard = [[codes_of(frame) for frame in live.frames() if frame.hop >= before] for live in (plain, moved)]
    assert heard[0] == heard[1]


def test_a_loop_repeats_the_same_codes(tiers: Tiers) -> None:
    live = Live(tiers)
    live.play(100)
    live.play(40, loop=10 / 375)
    # Of the newer voice, while one fades into the other.
    codes = {frame.hop: codes_of(frame) for frame in live.frames() if frame.kind != PRIMING}
    before = [codes[hop] for hop in range(90, 100)]
    assert [codes[hop] for hop in range(110, 140)] == before * 3
    assert len(set(before)) > 5


def test_a_loop_is_still_there_after_its_sound_would_have_been_forgotten(tiers: Tiers) -> None:
    live = Live(tiers, 4)
    live.sound = np.tile(live.sound, 4)
    live.play(50)
    live.play(6500, loop=20 / 375)
    codes = [codes_of(frame) for frame in live.ring.read(live.ring.written - 40)[0]]
    assert codes[:20] == codes[20:]
    assert len(set(codes)) > 8


def test_a_held_loop_is_there_again_after_a_freeze_and_long_stutters(tiers: Tiers) -> None:
    live = Live(tiers, 4)
    live.sound = np.tile(live.sound, 4)
    live.play(100)
    live.play(30, loop=20 / 375)
    live.sound[:, live.path.hop * HOP :] = 0
    before = [codes_of(frame) for frame in live.frames() if frame.hop in range(80, 100)]
    live.play(100, freeze=1)
    live.play(6200, freeze=0, stutter=0.1)  # kept in the places of the loop, were there not others
    heard = live.play(200, stutter=0)
    codes = {frame.hop: codes_of(frame) for frame in live.ring.read(live.ring.written - 80)[0]}
    last = live.path.hop - 1
    assert [codes[last - back] for back in range(40)] == [before[(last - back - 100) % 20] for back in range(40)]
    assert np.abs(heard[:, -40 * HOP :]).max() > 1e-3


def test_another_tier_goes_on_with_the_same_loop(tiers: Tiers) -> None:
    """What it has not encoded itself it encodes from the sound of that time."""
    live, alone = Live(tiers, 8), Live(tiers, 64)
    alone.play(100)
    live.play(100)
    live.play(10, loop=10 / 375)
    live.play(60, tier=64)
    frames = [frame for frame in live.frames() if frame.dna.harmonics == 64 and frame.hop >= 130]
    amplitudes = np.stack([frame.dna.amplitudes[0, 0] for frame in frames])
    assert np.array_equal(amplitudes[:20], amplitudes[10:30])
    theirs = np.stack([frame.dna.amplitudes[0, 0] for frame in alone.frames()[90:100]]).astype(float)
    mine = amplitudes[:10].astype(float)
    assert np.corrcoef(mine.sum(axis=0), theirs.sum(axis=0))[0, 1] > 0.9


def test_a_frozen_sound_stays_when_the_input_is_silent(tiers: Tiers) -> None:
    live = Live(tiers, 64)
    live.play(150)
    live.sound[:, live.path.hop * HOP + HOP :] = 0
    frozen = live.play(400, freeze=0.5)
    levels = np.sqrt(np.mean(frozen.reshape(-1, 16 * HOP) ** 2, axis=1))
    assert levels[1:].min() > 0.3 * levels[0] > 0
    assert np.abs(live.play(20, freeze=0)[:, (4 + FADE_HOPS) * HOP :]).max() < 1e-3


@pytest.mark.parametrize("other", [4, 256])
def test_a_morph_goes_from_one_tier_running_alone_to_the_other(tiers: Tiers, other: int) -> None:
    alone = {tier: Live(tiers, tier).play(200) for tier in (16, other)}
    live = Live(tiers, 16, morph_tier=other)
    heard = np.concatenate([live.play(60), live.play(60, morph=1), live.play(40, morph=0.5), live.play(40, morph=0)], axis=1)

    def of(sound: np.ndarray, first: int, last: int) -> np.ndarray:
        return sound[:, first * HOP : last * HOP]

    assert np.array_equal(of(heard, 0, 60), of(alone[16], 0, 60))
    settled = 61 + max(FADE_HOPS, tiers[other].facts.context_frames)
    assert np.allclose(of(heard, settled, 120), of(alone[other], settled, 120), atol=1e-6)
    half = of(alone[16], 130, 160) + (of(alone[other], 130, 160) - of(alone[16], 130, 160)) * np.float32(128 / 255)
    assert np.allclose(of(heard, 130, 160), half, atol=1e-6)
    assert np.array_equal(of(heard, 170, 200), of(alone[16], 170, 200))
    assert {frame.kind for frame in live.frames() if frame.dna.harmonics == other and frame.hop > 62} == {MIXED}


@pytest.mark.parametrize("dips", [True, False])
def test_a_loop_within_a_morph_comes_round_in_a_dip_and_without_a_click(
    tiers: Tiers, dips: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No voice is left to fade in. Without the dip the detector finds the same jumps."""
    if not dips:
        monkeypatch.setattr(Dip, "advance", lambda dip, wanted: wanted)
    live = Live(tiers, 64, morph_tier=16, morph=0.5)
    live.sound = tone(800 * HOP, 48000)
    before, looped = live.play(300)[0], live.play(450, loop=97 / 375)[0]
    references = [before[place * HOP :][: 16 * HOP] for place in range(200, 280, 3)]
    rounds = [looped[round_ * 97 * HOP :][: 16 * HOP] for round_ in range(1, 4)]
    assert any(find_click(each, references, 48000).clicks for each in rounds) != dips
    gains = [frame.dna.gains[0, 0] for frame in live.frames() if frame.hop in range(390, 410) and frame.kind != PRIMING]
    assert (min(gains) <= max(gains) - 12) == dips


@pytest.mark.parametrize(
    ("name", "amount", "dips"),
    [("comb", 4.0, True), ("comb", 4.0, False), ("shift", 2.0, True), ("cross", 1.0, True)],
)
def test_a_step_of_a_bend_within_a_morph_is_made_in_a_dip_and_without_a_click(
    tiers: Tiers, name: str, amount: float, dips: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not dips:
        monkeypatch.setattr(Dip, "advance", lambda dip, wanted: wanted)
    step_up = replace(command_kind(name), highest=amount)
    found = crossings(tiers, 64, step_up, tone(1200 * HOP, 48000), morph=0.5)
    assert any(each.clicks for each in found) != dips


def test_a_sweep_of_steps_within_a_morph_is_still_heard_and_ends_where_it_is_to(tiers: Tiers) -> None:
    """They wait for one dip after the other, which come up in between."""
    steady, live = (Live(tiers, 16, morph_tier=4, morph=0.5) for _ in range(2))
    live.controls.glide_ms = 20
    live.play(20), steady.play(20)
    swept = np.concatenate([live.play(1, shift=1 + hop % 3) for hop in range(70)], axis=1)
    assert np.std(swept) > 0.3 * np.std(steady.play(70))
    live.play(30, shift=3)
    at_once = Live(tiers, 16, morph_tier=4, morph=0.5, shift=3)
    at_once.play(live.path.hop)
    assert [codes_of(frame) for frame in live.frames()[-2:]] == [codes_of(frame) for frame in at_once.frames()[-2:]]


def test_switches_while_morphing_end_at_the_tier_asked_for(tiers: Tiers) -> None:
    live = Live(tiers, 16, morph_tier=4)
    live.play(60)
    live.play(60, morph=0.5)
    live.play(60, tier=64)
    assert live.path.voice.runner.facts.harmonics == 64
    assert live.path.other is not None
    assert live.path.other.runner.facts.harmonics == 4
    live.play(60, tier=4)  # the other one: morphed into
    assert live.path.voice.runner.facts.harmonics == 4
    assert live.path.other is None
    live.play(60, morph_tier=256)
    assert live.path.other is not None
    assert live.path.other.runner.facts.harmonics == 256


def test_the_other_voice_of_a_cross_gives_its_phases(tiers: Tiers) -> None:
    live, plain = Live(tiers, 64, second=True), Live(tiers, 64)
    live.play(50), plain.play(50)
    live.play(30, cross=1), plain.play(30)
    crossed, own = ([frame for frame in each.frames() if frame.hop >= 52] for each in (live, plain))
    for a, b in zip(crossed, own, strict=True):
        assert np.array_equal(a.dna.amplitudes[..., :8], b.dna.amplitudes[..., :8])
    assert any(not np.array_equal(a.dna.phases, b.dna.phases) for a, b in zip(crossed, own, strict=True))


@pytest.mark.parametrize("name", ["shift", "comb", "robot"])
def test_what_does_not_glide_fades_between_two_voices(tiers: Tiers, name: str) -> None:
    live, at_once = Live(tiers), Live(tiers)
    live.controls.glide_ms = 20
    live.play(60), at_once.play(60)
    live.play(30, **{name: 8}), at_once.play(30, **{name: 8})
    bent = {frame.hop: codes_of(frame) for frame in at_once.frames()}
    by_voice = [[frame for frame in live.frames() if frame.voice == voice] for voice in (0, 1)]
    assert [frame.hop for frame in by_voice[0]] == list(range(61 + FADE_HOPS))
    heard = [frame for frame in by_voice[1] if frame.kind == HEARD]
    assert [frame.hop for frame in heard] == list(range(61, 90))
    assert all(codes_of(frame) == bent[frame.hop] for frame in heard)
    assert not any(codes_of(frame) == bent[frame.hop] for frame in by_voice[0][60:])


def test_a_sweep_fades_to_the_newest_amount_when_the_fade_before_is_over(tiers: Tiers) -> None:
    live = Live(tiers)
    live.controls.glide_ms = 20
    live.play(20)
    for hop in range(40):
        live.play(1, shift=1 + hop % 16)
    assert len({frame.voice for frame in live.frames()}) <= 1 + -(-40 // FADE_HOPS)
    live.play(3 * FADE_HOPS, shift=5)
    voices = {frame.voice for frame in live.frames()}
    at_once = Live(tiers, shift=5)
    at_once.play(live.path.hop)
    assert codes_of(live.frames()[-1]) == codes_of(at_once.frames()[-1])
    live.play(20, shift=5.4)  # the same harmonics
    assert {frame.voice for frame in live.frames()} == voices


@pytest.mark.parametrize("morph", [0.0, 0.5])
def test_a_comb_glides_as_a_knob_turns_it(tiers: Tiers, morph: float) -> None:
    """A step of a controller is small: neither voices nor, within a morph, dips are needed."""
    live = Live(tiers, 16, morph_tier=4, morph=morph)
    live.controls.glide_ms = 20
    live.play(20)
    voices = live.path.newest_voice
    for turn in range(10):
        live.play(3, comb=1 + turn * 15 / 127)
        assert not live.path.moves.jumping
    assert live.path.newest_voice == voices
    live.play(10)
    at_once = Live(tiers, 16, morph_tier=4, morph=morph, comb=live.controls.comb)
    at_once.play(live.path.hop)
    assert codes_of(live.frames()[-1]) == codes_of(at_once.frames()[-1])


def test_a_small_change_while_a_large_one_waits_is_not_lost(tiers: Tiers) -> None:
    live = Live(tiers)
    live.controls.glide_ms = 20
    live.play(20)
    live.play(3, shift=3)
    live.play(1, robot=1)
    live.play(30, robot=0.9)
    at_once = Live(tiers, shift=3, robot=0.9)
    at_once.play(live.path.hop)
    assert codes_of(live.frames()[-1]) == codes_of(at_once.frames()[-1])


def test_a_long_glide_of_a_shift_fades_from_place_to_place(tiers: Tiers) -> None:
    live = Live(tiers)
    live.controls.glide_ms = 500
    live.play(20)
    live.play(260, shift=3)
    assert len({frame.voice for frame in live.frames()}) == 4


def test_slow_motion_turns_what_it_holds(tiers: Tiers) -> None:
    """Else the frames said twice would buzz at the hop rate."""
    live = Live(tiers, 64)
    hz = 1312.5
    live.sound = 0.3 * np.sin(2 * np.pi * hz / 48000 * np.arange(live.sound.shape[1]), dtype=np.float32)[np.newaxis]
    live.play(50)
    slow = live.play(400, speed=0.5)[0, 50 * HOP :]
    spectrum = np.abs(np.fft.rfft(slow * np.hanning(len(slow))))
    assert spectrum.argmax() * 48000 / len(slow) == pytest.approx(hz, abs=4)


def test_everything_is_recorded_as_heard(tiers: Tiers, tmp_path: Path) -> None:
    playing = Playing(tiers, 16, hops=1400)
    playing.controls.glide_ms = 10
    random = np.random.default_rng(8)
    playing.play(5)
    playing.start(tmp_path / "a.holo")
    first = playing.path.hop - 1  # the hop being gathered counts
    for _ in range(40):
        kind = MOVES[random.integers(len(MOVES))]
        if kind.name != "cross":
            playing.controls.set(kind.name, float(random.choice([kind.neutral, kind.highest, kind.lowest])))
        playing.controls.morph = float(random.choice([0, 0.3, 1]))
        playing.controls.morph_tier = int(random.choice([4, 64, 128]))
        playing.controls.tilt = playing.controls.shift = 0  # loud enough and not too loud for the limiter
        playing.play(int(random.integers(1, 40)), tier=int(random.choice([4, 8, 16, 64])))
    playing.stop()
    blocks = playing.check_recorded(tmp_path / "a.holo", range(first, playing.path.hop))
    assert sum(bool(block.levels) for block in blocks) > 3
    assert sum(bool(block.fade_hops) for block in blocks) > 3


def test_recording_begins_and_ends_in_the_middle_of_a_morph(tiers: Tiers, tmp_path: Path) -> None:
    playing = Playing(tiers, 16)
    playing.controls.morph_tier = 64
    playing.play(50)
    playing.controls.morph = 0.7
    playing.play(3 + FADE_HOPS // 2)
    playing.start(tmp_path / "a.holo")
    first = playing.path.hop - 1  # the hop being gathered counts
    playing.play(20)
    playing.controls.morph = 0.2
    playing.play(3)
    playing.stop()
    blocks = playing.check_recorded(tmp_path / "a.holo", range(first, playing.path.hop))
    assert [len(block.voices) for block in blocks] == [2]
    assert 0 < blocks[0].levels[0] < blocks[0].levels[-4]
