"""A performance rendered again is what was heard, sample for sample."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.tier_model import ModelError, TierModel
from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.block_path import initial_path, step
from holostream.engine.command import MOVES as MOVES_OF_THE_TABLE
from holostream.engine.controls import Controls
from holostream.engine.recorder import Recorder
from holostream.engine.render_again import open_performance
from holostream.engine.session import Session
from holostream.engine.settings import LiveSettings
from holostream.format.audio_file import AudioFileError
from holostream.format.export_sound import export_sound
from holostream.format.holo_error import HoloFormatError, MissingTablesError
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.transcode import encode_file
from tests.format.test_holo_v2 import GOLDEN
from tests.speech import speech

SECONDS = 3.0
MOVES = [
    (0, "output_gain_db", 6.0), (0, "mute", 1.0), (40, "mute", 0.0), (100, "tier", 16.0), (103, "tier", 256.0),
    (160, "input_gain_db", 12.0), (161, "output_gain_db", 20.0), (163, "output_gain_db", -3.5), (300, "tier", 4.0),
    (500, "mute", 1.0), (502, "mute", 0.0), (640, "tier", 8.0), (700, "input_gain_db", -6.0),
]  # fmt: skip
DRY = [(720, "wet", 0.25), (800, "bypass", 1.0), (900, "bypass", 0.0), (950, "wet", 1.0), (1000, "tier", 32.0)]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shorter than a performance: it is played in a loop."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    soundfile.write(path, speech(2.0, 48000, 5), 48000, subtype="FLOAT")
    return path


def perform(
    folder: Path, voice: Path, commands: list[tuple[int, str, float]], stereo: bool = False, keep_input: bool = True,
    second: str | None = None,
) -> Path:  # fmt: skip
    """heard.wav, session.holo, and session.input.wav of a session, in virtual time at blocks of a hop."""
    recording = folder / "session.holo"
    settings = LiveSettings(
        str(voice), str(folder / "heard.wav"), tier=64, stereo=stereo, record=recording, virtual_time=True,
        seconds=SECONDS, keep_input=keep_input, keep_minutes=0, second=second,
    )  # fmt: skip
    session = Session(settings)
    for hop, name, value in commands:
        assert session.shared.schedule.send(name, value, hop)
    with session:
        while not session.ended:
            session._ended.wait(0.01)
    assert (session.failure, list(session.messages), int(session.snapshot()["errors"])) == (None, [], 0)
    return recording


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, voice: Path) -> Path:
    return perform(tmp_path_factory.mktemp("played"), voice, MOVES + DRY)


def rendered(
    recording: Path, models: Path, input: Path | None = None, second: str | None = None
) -> tuple[np.ndarray, list[str]]:
    """Its samples, and the remarks."""
    target = recording.with_name("again.wav")
    with open_performance(recording, models, input, second) as performance:
        remarks = export_sound(performance, target)
    return soundfile.read(target, dtype="float32")[0], remarks


def heard(recording: Path) -> np.ndarray:
    return soundfile.read(recording.with_name("heard.wav"), dtype="float32")[0]


def test_as_it_sounded_with_the_input_that_was_kept(played: Path, models: Path) -> None:
    again, remarks = rendered(played, models)
    assert np.array_equal(again, heard(played))
    assert np.abs(again).max() > 0.5
    assert not again[512:4000].any(), "muted, once it has glided there"
    assert remarks == []


@pytest.mark.parametrize("which", ["kept", "original"])
def test_run_anew_from_the_same_sound_the_dna_is_the_same(played: Path, voice: Path, models: Path, which: str) -> None:
    source = {"kept": played.with_name("session.input.wav"), "original": voice}[which]
    again, remarks = rendered(played, models, source)
    assert np.array_equal(again, heard(played))
    assert remarks[0].startswith("the DNA is the recorded one, ")
    assert remarks[1:] == {"kept": [], "original": [f"{voice} is shorter than the performance and was repeated"]}[which]


def test_the_kept_input_is_what_was_played(played: Path, voice: Path) -> None:
    kept, original = (soundfile.read(path, dtype="float32")[0] for path in (played.with_name("session.input.wav"), voice))
    assert len(kept) == len(heard(played))
    assert np.array_equal(kept, np.tile(original, 2)[: len(kept)])


def test_over_another_sound_it_is_the_same_performance(played: Path, models: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.flac"
    soundfile.write(other, speech(4.0, 22050, 9), 22050)
    again, remarks = rendered(played, models, other)
    assert again.shape == heard(played).shape
    assert not np.array_equal(again, heard(played))
    assert not again[512:4000].any()
    assert np.abs(again).max() > 0.1
    assert remarks[0].startswith("the DNA is another from hop ")


def test_anew_it_needs_every_tier_that_was_played(played: Path, voice: Path, models: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    for name in ("064", "256"):
        shutil.copytree(models / f"tier_{name}", few / f"tier_{name}")
    with pytest.raises(ModelError, match="was played with tier 4, 8, 16, 32 of"):
        open_performance(played, few, voice)


def test_without_its_input_the_dry_sound_cannot_be_rendered(played: Path, models: Path, tmp_path: Path) -> None:
    shutil.copy(played, tmp_path / "alone.holo")
    with pytest.raises(ValueError, match=r"the input itself was heard .* alone.input.wav is not beside it.* --input FILE"):
        open_performance(tmp_path / "alone.holo", models)


def test_without_dry_sound_the_file_is_enough(tmp_path: Path, voice: Path, models: Path) -> None:
    recording = perform(tmp_path, voice, MOVES, stereo=True, keep_input=False)
    assert not recording.with_name("session.input.wav").exists()
    again, remarks = rendered(recording, models)
    assert again.shape[1] == 2
    assert np.array_equal(again, heard(recording))
    assert remarks == []


def test_what_the_feedback_guard_may_have_done_is_told_where_its_input_is_missing(
    tmp_path: Path, voice: Path, models: Path
) -> None:
    recording = perform(tmp_path, voice, [(0, "feedback_guard", 1.0)])
    assert rendered(recording, models)[1] == []
    recording.with_name("session.input.wav").unlink()
    assert rendered(recording, models)[1][0].startswith("the feedback guard was on, and where it turned down, this is louder")


def test_a_cross_without_a_second_sound_runs_again_from_the_kept_input(tmp_path: Path, voice: Path, models: Path) -> None:
    recording = perform(tmp_path, voice, [(0, "cross", 1.0), (100, "tilt", 3.0)])
    again, remarks = rendered(recording, models, recording.with_name("session.input.wav"))
    assert np.array_equal(again, heard(recording))
    assert remarks[0].startswith("cross finds no second sound, as if there had been none")
    assert "the DNA is the recorded one" in remarks[1]


class TestBadInput:
    def test_a_file_of_version_2(self, models: Path) -> None:
        with pytest.raises(HoloFormatError, match=r"version 2, which holds no performance; use `holostream export`"):
            open_performance(GOLDEN, models)

    def test_an_encoded_file(self, tmp_path: Path, voice: Path, models: Path, tiers: dict) -> None:
        encode_file(voice, tmp_path / "voice.holo", tiers[16])
        with pytest.raises(HoloFormatError, match=r"holds no commands, .* write it with `holostream export`"):
            open_performance(tmp_path / "voice.holo", models)

    def test_a_recording_of_nothing(self, tmp_path: Path, played: Path, models: Path) -> None:
        with played.open("rb") as file, (tmp_path / "a.holo").open("wb") as target:
            HoloWriter(target, HoloReader(file).header).finish()
        with pytest.raises(HoloFormatError, match="holds no sound"):
            open_performance(tmp_path / "a.holo", models)

    @pytest.mark.parametrize("value", [3.0, "loud"])
    def test_a_value_that_no_command_has(self, tmp_path: Path, played: Path, models: Path, value: float | str) -> None:
        with played.open("rb") as file, (tmp_path / "a.holo").open("wb") as target:
            reader = HoloReader(file)
            writer = HoloWriter(target, reader.header)
            writer.write(next(reader.blocks()), [Event(0, "wet", 1.0), Event(0, "tier", value)])
        with pytest.raises(HoloFormatError, match=r"a.holo holds a command that cannot be run again: tier is .*expected"):
            open_performance(tmp_path / "a.holo", models)

    def test_an_input_that_is_no_sound(self, tmp_path: Path, played: Path, models: Path) -> None:
        (tmp_path / "a.txt").write_text("la la la")
        with pytest.raises(AudioFileError, match="is not a WAV"):
            open_performance(played, models, tmp_path / "a.txt")

    def test_a_header_of_another_family_costs_nothing(self, tmp_path: Path, played: Path, models: Path) -> None:
        with played.open("rb") as file:
            reader = HoloReader(file)
            header, blocks = reader.header, list(reader.blocks())
        with (tmp_path / "a.holo").open("wb", buffering=0) as file:
            writer = HoloWriter(file, replace(header, hop=1 << 15, chunk=1 << 15, family="huge\x1b[2J", tables={}))
            writer.write(blocks[0], [Event(0, "wet", 1.0)])
            writer.finish()
        with pytest.raises(ModelError, match=r"tier \d+ of family huge\?\[2J, which is not in the models folder"):
            open_performance(tmp_path / "a.holo", models)

    def test_models_that_are_missing(self, played: Path, models: Path, tmp_path: Path) -> None:
        for part in models.iterdir():
            if part.name != "tier_256":
                (tmp_path / part.name).symlink_to(part)
        with pytest.raises(MissingTablesError, match=r"tables .* of tier 256 are not in .*; point --models at"):
            rendered(played, tmp_path)


def test_every_move_again(tmp_path: Path, voice: Path, models: Path) -> None:
    """From the recorded DNA, and anew from both sounds."""
    second = str(tmp_path / "second.wav")
    soundfile.write(second, speech(1.5, 48000, 6), 48000, subtype="FLOAT")
    commands: list[tuple[int, str, float]] = [(0, "robot", 0.4), (0, "morph_tier", 16.0)]
    for number, kind in enumerate(MOVES_OF_THE_TABLE):
        at = 40 + 45 * number
        commands += [(at, kind.name, (kind.neutral + kind.highest) / 2), (at + 40, kind.name, kind.neutral)]
        commands += [(at + 41, "tier", (64.0, 128.0, 8.0)[number % 3])] if number % 4 == 0 else []
    # Steps within a morph, of which the second and third wait for the same dip.
    commands += [(950, "morph", 0.5), (970, "comb", 4.0), (990, "comb", 1.0), (991, "shift", 3.0), (1005, "loop", 0.1)]
    recording = perform(tmp_path, voice, commands, second=second)
    sound = heard(recording)
    with pytest.raises(ValueError, match="crossed with a second one; give that too, with --second FILE"):
        rendered(recording, models, voice)
    for again in (rendered(recording, models), rendered(recording, models, voice, second)):
        assert np.array_equal(again[0][: len(sound)], sound[: len(again[0])])
    assert any("the DNA is the recorded one" in remark for remark in again[1])


def test_crossed_with_the_second_channel_of_the_input(tmp_path: Path, models: Path) -> None:
    """It is kept beside the first, and only there taken by itself; the dry sound is the first alone."""
    both = tmp_path / "both.wav"
    channels = [speech(1.5, 48000, seed) for seed in (5, 6)]
    soundfile.write(both, np.stack(channels, axis=1), 48000, subtype="FLOAT")
    recording = perform(tmp_path, both, [(0, "wet", 0.7), (100, "cross", 1.0), (300, "cross", 0.4)], second="channel")
    kept = recording.with_name("session.input.wav")
    assert np.array_equal(soundfile.read(kept, dtype="float32")[0], np.tile(soundfile.read(both, dtype="float32")[0], (2, 1)))
    sound = heard(recording)
    assert sound.ndim == 1
    for input, second in ((None, None), (kept, None), (kept, "channel"), (both, "channel")):
        again, remarks = rendered(recording, models, input, second)
        assert np.array_equal(again, sound)
        assert (input is not None) == any("the DNA is the recorded one" in remark for remark in remarks)
    uncrossed, remarks = rendered(recording, models, kept, str(kept))
    assert not np.array_equal(uncrossed, sound), "a file that is named comes before the channel that was kept"
    assert remarks[0].startswith("the DNA is another from hop 101 "), "a great change fades in from the next hop on"
    with pytest.raises(ValueError, match="crossed with a second one; give that too, with --second FILE, or --second channel"):
        rendered(recording, models, both)


@pytest.mark.parametrize("start", [70, 104, 107, 130, 260])
def test_a_recording_that_begins_while_gains_glide(tmp_path: Path, tiers: dict[int, TierModel], models: Path, start: int) -> None:
    """Slowly, from wherever an earlier glide has come to; at hop 260 they stand still."""
    commands = {
        0: [("tier", 16.0), ("wet", 1.0), ("output_gain_db", 0.0), ("mute", 0.0), ("feedback_guard", 0.0)],
        60: [("glide_ms", 200.0), ("output_gain_db", -30.0)],
        100: [("output_gain_db", 6.0), ("mute", 1.0)],
        103: [("mute", 0.0), ("glide_ms", 100.0)],
        140: [("output_gain_db", -3.0)],
    }
    sound, controls = 0.4 * speech(1.0, 48000, 3)[np.newaxis], Controls(16, feedback_guard=False)
    ring = DnaRing(bytearray(ring_bytes(1, 1024)), 1, 1024)
    path, recorder = initial_path(tiers, 1, ring, controls), Recorder({16: tiers[16].facts}, 1)
    out, cursor = [], 0
    for hop in range(300):
        if hop == start:
            recorder.start(tmp_path / "session.holo")
        for name, value in commands.get(hop, []):
            controls.set(name, value)
        out.append(step(sound[:, hop * 128 :][:, :128], path, controls))
        frames, cursor, _ = ring.read(cursor)
        recorder.follow(frames, 0, [AppliedCommand(hop, *command) for command in commands.get(hop, [])])
    recorder.stop(last_hop_complete=True)
    again, _ = rendered(tmp_path / "session.holo", models)
    assert np.array_equal(again, np.concatenate(out, axis=1)[0, (start - 1) * 128 :])
