"""The callback: latency, block sizes, channels, rates, bad input, bounded memory."""

from __future__ import annotations

import math
import threading
import tracemalloc

import numpy as np
import pytest

from holostream.codec.dna_ring import HEARD
from holostream.codec.tier_fade import FADE_HOPS
from holostream.engine import block_path, voice_opener
from holostream.engine.command import COMMANDS
from tests.engine.live_callback import LiveCallback
from tests.speech import speech


def impulse_delay(live: LiveCallback, position: int, block: int, length: int = 4096) -> int:
    sound = np.zeros((length, 1), np.float32)
    sound[position] = 0.5
    out = live.play(sound, [block])[:, 0]
    return int(np.abs(out).argmax()) - position


@pytest.mark.parametrize("block", [32, 64, 128, 100, 480, 1024, 1, 127])
def test_an_impulse_is_late_by_what_the_status_says(tiers, block):
    for position in (1000, 1037, 1127):
        live = LiveCallback(tiers, tier=256, block=block)
        delay = impulse_delay(live, position, block)
        assert delay == int(live.status["added_latency"])
        # What the device's block has gathered anyway, and what we add, are the algorithmic latency together.
        assert delay + math.gcd(block, 128) == int(live.status["algorithmic_latency"]) == 192
        assert live.status["latency_changes"] == 0


@pytest.mark.parametrize("rate", [44100, 96000, 22050])
@pytest.mark.parametrize("block", [64, 441])
def test_another_device_rate_is_resampled_with_the_latency_shown(tiers, rate, block):
    live = LiveCallback(tiers, tier=256, block=block, rate=rate)
    delay = impulse_delay(live, 5000, block, 12000)
    assert abs(delay - int(live.status["added_latency"])) <= 1
    assert live.status["resampling_latency"] > 0
    assert live.status["latency_changes"] == 0


def test_a_slow_device_with_the_longest_blocks_loses_nothing(tiers):
    live = LiveCallback(tiers, block=8192, rate=8000)
    live.play(np.zeros((8 * 8192, 1), np.float32), [8192])
    assert live.path.hop * 128 == pytest.approx(8 * 8192 * 6, abs=2048)
    assert live.status["latency_changes"] == 0
    assert live.status["errors"] == 0


def test_resampled_speech_survives(tiers):
    live = LiveCallback(tiers, tier=256, block=128, rate=44100)
    sound = speech(2.0, 44100, 3)[:, np.newaxis]
    out = live.play(sound, [128])[:, 0]
    delay = int(live.status["added_latency"])
    original, heard = sound[2000:-4000, 0], out[2000 + delay : len(out) - 4000 + delay]
    # The DC block turns phases a little below 100 Hz and both resamplers cut at their band edge: not bit-exact.
    assert np.corrcoef(original, heard)[0, 1] > 0.995


def test_block_sizes_make_no_difference_to_the_sound(tiers):
    sound = speech(0.5, 48000, 1)[:, np.newaxis]
    reference = LiveCallback(tiers, block=128).play(sound, [128])
    for block in (1, 64, 65, 480, 8193):
        live = LiveCallback(tiers, block=block)
        shift = int(live.status["added_latency"]) - 64
        out = live.play(sound, [block])
        assert np.array_equal(out[shift:], reference[: len(out) - shift])


@pytest.mark.parametrize("threaded", [False, True])
def test_who_opens_a_voice_between_two_calls_makes_no_difference(tiers, monkeypatch, threaded):
    opened = []

    def opens(path):
        opened.append((path.wanted.harmonics, threading.current_thread() is threading.main_thread()))
        block_path.open_voice(path)

    monkeypatch.setattr(voice_opener, "open_voice", opens)
    sound, heard = speech(0.5, 48000, 1)[:, np.newaxis], {}
    for block in (128, 64, 32):
        live, out = LiveCallback(tiers, block=block, threaded=threaded), []
        for part, tier in enumerate((64, 8, 256, 4)):
            live.controls.tier = tier
            out.append(live.play(sound[part * 4096 : (part + 1) * 4096], [block]))
        heard[block] = np.concatenate(out)
        assert live.status["errors"] == 0
        assert opened == [(8, not threaded), (256, not threaded), (4, not threaded)]
        opened.clear()
    for block in (64, 32):
        shift = 128 - block
        assert np.array_equal(heard[block][shift:], heard[128][: len(heard[block]) - shift])
    reference = LiveCallback(tiers, block=128)
    monkeypatch.setattr(voice_opener, "open_voice", lambda path: None)  # the next hop does it
    out = []
    for part, tier in enumerate((64, 8, 256, 4)):
        reference.controls.tier = tier
        out.append(reference.play(sound[part * 4096 : (part + 1) * 4096], [128]))
    assert np.array_equal(heard[128], np.concatenate(out))


def test_the_status_tells_of_a_switch_after_the_call_that_heard_the_command(tiers):
    """In virtual time the next call comes when the recorder is ready, and a session asks what is playing before."""
    live = LiveCallback(tiers, tier=64)
    live.controls.tier = 8
    live.play(np.zeros((128, 1), np.float32), [128])
    assert live.status["tier"] == 8


def test_changing_block_sizes_lengthen_the_latency_once_and_lose_nothing(tiers):
    sound = speech(1.0, 48000, 1)[:, np.newaxis]
    reference = LiveCallback(tiers, block=128).play(sound, [128])[:, 0]
    live = LiveCallback(tiers, block=128)
    out = live.play(sound, [128, 37, 200, 1, 1024, 64, 999])[:, 0]
    added = int(live.status["added_latency"])
    changes = int(live.status["latency_changes"])
    assert 64 < added <= 64 + 128
    assert changes <= 2
    assert np.array_equal(out[20000:], reference[20000 - (added - 64) : len(out) - (added - 64)])
    assert np.abs(np.diff(out)).max() < 1.5 * np.abs(np.diff(reference)).max()


def test_stereo_lanes_stay_apart(tiers):
    live = LiveCallback(tiers, tier=256, lanes=2)
    left = speech(0.5, 48000, 1)
    out = live.play(np.stack((left, np.zeros_like(left)), axis=1), [128])
    assert np.abs(out[:, 0]).max() > 0.05
    assert np.abs(out[:, 1]).max() == 0.0


@pytest.mark.parametrize(("lanes", "channels"), [(1, (1, 2)), (1, (2, 2)), (1, (2, 1)), (2, (1, 2)), (2, (2, 1))])
def test_mono_and_stereo_fit_any_device(tiers, lanes, channels):
    sound = np.repeat(speech(0.25, 48000, 1)[:, np.newaxis], channels[0], axis=1)
    mono = LiveCallback(tiers, lanes=1).play(sound[:, :1], [128])
    out = LiveCallback(tiers, lanes=lanes, channels=channels).play(sound, [128])
    for channel in range(channels[1]):
        assert np.allclose(out[:, channel], mono[:, 0], atol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_samples_that_are_no_sound_become_silence_and_are_counted(tiers, bad):
    live = LiveCallback(tiers)
    sound = speech(0.5, 48000, 1)[:, np.newaxis]
    sound[5000:5010] = bad
    out = live.play(sound, [128])
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
    assert live.status["bad_samples"] == 10
    assert live.status["errors"] == 0
    assert np.abs(out[6000:]).max() > 0.01


def test_denormals_become_silence(tiers):
    live = LiveCallback(tiers)
    out = live.play(np.full((48000, 1), 1e-40, np.float32), [128])
    assert not out.any()


def test_an_offset_is_removed(tiers):
    live = LiveCallback(tiers, tier=256)
    out = live.play(np.full((96000, 1), 0.3, np.float32), [128])
    assert np.abs(out[-9600:]).mean() < 0.003


def test_too_loud_input_is_limited_and_does_not_hurt(tiers):
    live = LiveCallback(tiers)
    out = live.play(10 * speech(1.0, 48000, 2)[:, np.newaxis], [128])
    assert np.abs(out).max() <= 1.0
    assert live.status["limited_hops"] > 0


def test_commands_arrive_and_glide(tiers):
    live = LiveCallback(tiers)
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000).astype(np.float32)[:, np.newaxis]
    live.play(tone, [128])
    live.shared.commands.send("mute", 1)
    out = live.play(tone, [128])[:, 0]
    steps = np.abs(np.diff(out))
    assert steps.max() < 1.2 * 2 * np.pi * 440 / 48000 * 0.3
    assert not out[2000:].any()
    assert live.status["mute"] == 1


def test_every_value_is_reported_with_the_hop_it_holds_from(tiers):
    live = LiveCallback(tiers, tier=16)
    live.controls.output_gain_db = -6.0
    live.play(np.zeros((100, 1), np.float32), [100])  # less than a hop: the values hold from the first hop on
    assert live.shared.applied.take() == [
        (0, "tier", 16), (0, "input_gain_db", 0), (0, "output_gain_db", -6), (0, "wet", 1), (0, "bypass", 0),
        (0, "mute", 0), (0, "feedback_guard", 0),
        *((0, kind.name, kind.neutral) for kind in COMMANDS if kind.group != "mixer"),
    ]  # fmt: skip
    live.play(np.zeros((156, 1), np.float32), [156])
    assert live.shared.applied.take() == []
    live.shared.commands.send("wet", 0.25)
    live.shared.commands.send("wet", 2.0)
    live.play(np.zeros((100, 1), np.float32), [100])
    live.shared.commands.send("mute", 1)
    live.play(np.zeros((640, 1), np.float32), [640])
    assert live.shared.applied.take() == [(2, "wet", 1.0), (2, "mute", 1.0)]
    assert live.path.hop == 7


@pytest.mark.parametrize(("block", "waits"), [(64, 0), (128, 0), (256, 1), (384, 0), (1024, 0)])
def test_what_may_ask_for_a_voice_waits_for_the_second_of_two_hops(tiers, block, waits):
    """So that the voice is opened between two calls."""
    live = LiveCallback(tiers, tier=16, block=block)
    live.play(np.zeros((3072, 1)), [block])
    hop = live.path.hop
    live.shared.applied.take()
    for name, value in (("tier", 4), ("wet", 0.5), ("tilt", 3)):
        live.shared.commands.send(name, value)
    live.play(np.zeros((max(block, 128), 1)), [block])
    asked = [(hop + waits, "tier", 4.0), (hop, "wet", 0.5), (hop + waits, "tilt", 3.0)]
    assert sorted(live.shared.applied.take()) == sorted(asked)
    if waits:
        assert live.path.incoming is not None
        assert live.path.fade_hop == 0


@pytest.mark.parametrize("block", [128, 256, 512])
def test_gains_glide_as_long_as_the_same_call_says(tiers, block):
    """As a preset says it, and whether or not commands that may open a voice wait for a second hop."""
    live = LiveCallback(tiers, block=block)
    for name, value in (("glide_ms", 2000), ("wet", 0.0), ("output_gain_db", -40)):
        live.shared.commands.send(name, value)
    live.play(np.zeros((4 * block, 1), np.float32), [block])
    asked = live.path.mixer.asked
    assert asked["wet"].value > 0.95
    assert asked["output_gain_db"].value > -2


def test_the_status_tells_no_zeros_before_the_first_call(tiers):
    status = LiveCallback(tiers, tier=16).status
    assert [float(status[kind.name]) for kind in COMMANDS if kind.group == "setting"] == [
        kind.neutral for kind in COMMANDS if kind.group == "setting"
    ]
    assert (status["tier"], status["wet"], status["mute_high"]) == (16, 1.0, 0.25)


def test_a_scheduled_command_is_applied_at_its_hop_inside_a_block(tiers):
    live = LiveCallback(tiers, tier=16)
    live.shared.schedule.send("wet", 0.5, hop=3)
    live.shared.schedule.send("mute", 1, hop=20)
    live.play(np.zeros((1280, 1), np.float32), [1280])
    assert (3, "wet", 0.5) in live.shared.applied.take()
    assert not live.status["mute"]
    live.play(np.zeros((1408, 1), np.float32), [1408])
    assert live.shared.applied.take() == [(20, "mute", 1.0)]
    assert (live.status["wet"], live.status["mute"]) == (0.5, 1)


def test_a_command_changes_nothing_before_the_hop_it_is_reported_at(tiers):
    """The sound is the same until then, and another in that hop."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(12800) / 48000).astype(np.float32)[:, np.newaxis]
    plain, muted = LiveCallback(tiers), LiveCallback(tiers)
    expected = plain.play(tone, [128])[:, 0]
    muted.play(tone[:6400], [128])
    muted.shared.commands.send("mute", 1)
    heard = muted.play(tone[6400:], [128])[:, 0]
    ((hop, name, _),) = muted.shared.applied.take()[-1:]
    assert (hop, name) == (50, "mute")
    different = np.flatnonzero(heard != expected[6400:])
    assert 0 <= different[0] < 128
    assert int(muted.status["added_latency"]) - 64 == 0, "at this block size a hop is played as it is made"


def test_a_tier_is_reported_at_the_hop_that_primes_it(tiers):
    """And heard from the next one on; while a fade is on its way, once that has ended."""
    live = LiveCallback(tiers, tier=64)
    silence = np.zeros((128 * 40, 1), np.float32)
    live.play(silence, [128])
    live.shared.commands.send("tier", 16)
    live.play(silence[:384], [128])
    live.shared.commands.send("tier", 4)
    live.play(silence, [128])
    switches = [command for command in live.shared.applied.take() if command.name == "tier"]
    assert switches == [(0, "tier", 64), (40, "tier", 16), (43, "tier", 4)]
    heard = [frame for frame in live.shared.dna.read(0)[0] if frame.kind == HEARD]
    first = {harmonics: min(frame.hop for frame in heard if frame.dna.harmonics == harmonics) for harmonics in (16, 4)}
    assert first == {16: 41, 4: 41 + FADE_HOPS + 1}


def test_bypass_is_the_input_delayed_as_the_codec_is(tiers):
    live = LiveCallback(tiers, tier=4)
    live.shared.commands.send("bypass", 1)
    live.play(np.zeros((4800, 1), np.float32), [128])
    sound = speech(0.5, 48000, 1)[:, np.newaxis]
    out = live.play(sound, [128])
    delay = int(live.status["added_latency"])
    heard, original = out[delay:, 0], sound[: len(sound) - delay, 0]
    assert np.corrcoef(heard, original)[0, 1] > 0.99  # the offset filter turns the lowest phases a little


def test_an_error_in_a_tier_is_silence_and_counted(tiers, monkeypatch):
    live = LiveCallback(tiers)
    monkeypatch.setattr(live.path.voice.line, "vocode", lambda: 1 / 0)
    out = live.play(speech(0.1, 48000, 1)[:, np.newaxis], [128])
    assert not out.any()
    assert live.status["errors"] == 37


def test_a_hop_that_failed_is_over_and_not_recorded_twice(tiers, monkeypatch):
    live = LiveCallback(tiers)
    vocode, hops = live.path.voice.line.vocode, []

    def vocode_but_once(hop: int) -> None:
        hops.append(hop)
        if hop == 10:
            raise MemoryError
        vocode(hop)

    monkeypatch.setattr(live.path.voice.line, "vocode", vocode_but_once)
    live.play(speech(0.1, 48000, 1)[:, np.newaxis], [128])
    assert hops == list(range(37))
    assert (live.status["errors"], live.status["hops"]) == (1, 37)
    frames, _, _ = live.shared.dna.read(0)
    assert [frame.hop for frame in frames] == hops


def test_a_tier_that_gives_no_numbers_is_silenced(tiers, monkeypatch):
    live = LiveCallback(tiers)
    line = live.path.voice.line
    monkeypatch.setattr(line, "vocode", lambda hop: line.sound.fill(np.nan))
    out = live.play(speech(0.1, 48000, 1)[:, np.newaxis], [128])
    assert not out.any()
    assert live.status["bad_frames"] == 37


def test_nothing_grows(tiers):
    live = LiveCallback(tiers, ring_frames=256)
    sound = speech(1.0, 48000, 1)[:, np.newaxis]
    orders = [4, 256, 16, 64]

    def one_second(turn: int) -> None:
        live.shared.commands.send("tier", orders[turn % len(orders)])
        live.play(sound, [128, 64])

    for turn in range(4):
        one_second(turn)
    tracemalloc.start()
    one_second(4)
    before = tracemalloc.get_traced_memory()[0]
    for turn in range(5, 13):
        one_second(turn)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000


def test_the_second_channel_is_the_second_source(tiers):
    """The first is heard; at full cross its phases are the second's."""
    sound = np.stack([0.3 * speech(1.0, 48000, seed) for seed in (1, 2)], axis=1).astype(np.float32)
    alone = LiveCallback(tiers, tier=64).play(sound[:, :1], [128])
    both = LiveCallback(tiers, tier=64, channels=(2, 1), second_channel=True)
    heard = both.play(sound[: 200 * 128], [128])
    assert np.array_equal(heard, alone[: 200 * 128])
    both.shared.commands.send("cross", 1)
    crossed = both.play(sound[200 * 128 :], [128])
    assert np.abs(crossed - alone[200 * 128 :]).max() > 0.02
    assert np.std(crossed) == pytest.approx(np.std(alone[200 * 128 :]), rel=0.5)
