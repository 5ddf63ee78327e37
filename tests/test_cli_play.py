"""`play` and `export` as a user meets them."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream import cli
from holostream.codec.tier_model import TierModel
from holostream.engine.session import Session
from holostream.engine.settings import LiveSettings
from holostream.format.block_index import BlockIndex
from holostream.format.holo_file import HoloReader
from holostream.format.transcode import encode_file
from tests.format.test_holo_v2 import GOLDEN
from tests.speech import speech
from tests.test_cli import assert_one_clear_sentence

LATE = 64
"""Samples at blocks of a hop: what the codec adds, and bypass is as late."""


@pytest.fixture(scope="module")
def holo(tmp_path_factory: pytest.TempPathFactory, tiers: dict[int, TierModel]) -> Path:
    """4.2 s, mono, 48 kHz, a little below full scale."""
    folder = tmp_path_factory.mktemp("holo")
    soundfile.write(folder / "voice.wav", speech(4.2, 48000, 3), 48000, "FLOAT")
    encode_file(folder / "voice.wav", folder / "voice.holo", tiers[32])
    return folder / "voice.holo"


def holostream(*arguments: object) -> subprocess.CompletedProcess[str]:
    """As the command does, in this process: an interpreter less to start for each of many calls."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr("sys.argv", ["holostream", *map(str, arguments)])
        patch.setenv("JACK_DEFAULT_SERVER", "nobody")
        patch.setenv("JACK_NO_START_SERVER", "1")
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def play(*arguments: object) -> subprocess.CompletedProcess[str]:
    return holostream("play", *arguments, "--virtual-time")


def heard(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float32")[0]


@pytest.fixture(scope="module")
def decoded(holo: Path) -> np.ndarray:
    assert holostream("decode", holo, holo.with_name("back.wav")).returncode == 0
    return heard(holo.with_name("back.wav"))


@pytest.mark.parametrize("block", [128, 480])
def test_as_recorded_it_is_what_decode_makes_of_it(tmp_path, holo, decoded, block):
    finished = play(holo, "--output", tmp_path / "heard.wav", "--block", block)
    assert finished.returncode == 0, finished.stderr
    assert "as recorded" in finished.stdout
    assert "0 errors\n" in finished.stdout, "and never dry"
    sound, late = heard(tmp_path / "heard.wav"), {128: LATE, 480: LATE + 96}[block]
    assert np.array_equal(sound[late : late + len(decoded)], decoded)
    assert not sound[:late].any()
    assert not sound[late + len(decoded) :].any()
    assert len(sound) - late - len(decoded) < 2048, "it ends when the last sample has sounded"


@pytest.mark.parametrize(("rate", "block"), [(44100, 128), (8000, 128), (8000, 8192), (16000, 64)])
def test_in_virtual_time_no_rate_makes_it_run_dry(tmp_path, holo, decoded, rate, block):
    sounds = []
    for name in ("one.wav", "two.wav"):
        finished = play(holo, "--output", tmp_path / name, "--rate", rate, "--block", block)
        assert (finished.returncode, "0 errors\n" in finished.stdout) == (0, True), finished
        sounds.append(heard(tmp_path / name))
    assert np.array_equal(*sounds)
    assert len(sounds[0]) >= len(decoded) * rate // 48000


def test_from_a_time_on_and_in_stereo(tmp_path, tiers):
    sound = np.stack([speech(3.0, 48000, seed) for seed in (1, 2)], axis=1)
    soundfile.write(tmp_path / "two.wav", sound, 48000, "FLOAT")
    encode_file(tmp_path / "two.wav", tmp_path / "two.holo", tiers[64])
    assert holostream("export", tmp_path / "two.holo", tmp_path / "part.wav", "--from", 1.5).returncode == 0
    assert play(tmp_path / "two.holo", "--from", 1.5, "--output", tmp_path / "heard.wav").returncode == 0
    part, captured = heard(tmp_path / "part.wav"), heard(tmp_path / "heard.wav")[LATE:]
    assert part.shape == (72_000, 2)
    assert np.array_equal(captured[256 : len(part)], part[256:])


def test_through_a_tier_it_is_another_sound_and_can_be_faster(tmp_path, holo, decoded):
    assert play(holo, "--output", tmp_path / "t.wav", "--tier", 256).returncode == 0
    again = heard(tmp_path / "t.wav")[LATE:][: len(decoded)]
    error = again - decoded
    assert 0 < np.sum(error**2) < 1e-3 * np.sum(decoded**2)
    assert play(holo, "--output", tmp_path / "f.wav", "--speed", 2).returncode == 0
    assert abs(len(heard(tmp_path / "f.wav")) - len(decoded) / 2) < 2048


def test_in_real_time_it_ends_by_itself(holo):
    started = time.monotonic()
    finished = holostream("play", holo, "--headless", "--from", 3.2, "--stay-awake")
    assert finished.returncode == 0, finished.stderr
    assert "playing voice.holo through the virtual device" in finished.stderr
    assert time.monotonic() - started > 1.0
    assert "played 1.0 s" in finished.stdout


def test_a_recording_is_followed_while_it_grows(tmp_path, holo, decoded):
    """Written block by block, a second of sound each, quicker than it plays."""
    with holo.open("rb") as file:
        reader = HoloReader(file)
        index, start = reader.index(), reader._start
    data, growing = holo.read_bytes(), tmp_path / "growing.holo"
    places = [start + place for place in index.places[1:]]
    growing.write_bytes(data[: places[0]])

    def grow() -> None:
        for begin, end in zip(places, [*places[1:], len(data)], strict=True):
            time.sleep(0.3)
            with growing.open("ab") as file:
                file.write(data[begin:end])

    thread = threading.Thread(target=grow)
    thread.start()
    finished = play(growing, "--follow", "--output", tmp_path / "heard.wav")
    thread.join()
    assert finished.returncode == 0, finished.stderr
    assert "not closed" not in finished.stderr
    sound = heard(tmp_path / "heard.wav")
    assert np.array_equal(sound[LATE : LATE + len(decoded)], decoded)


def test_one_that_was_cut_off_is_played_and_told(tmp_path, holo):
    cut = tmp_path / "cut.holo"
    cut.write_bytes(holo.read_bytes()[:-60])
    finished = play(cut)
    assert finished.returncode == 0
    assert "cut.holo breaks off" in finished.stderr


def test_damaged_it_plays_up_to_there(tmp_path, holo, decoded):
    with holo.open("rb") as file:
        reader = HoloReader(file)
        index, start = reader.index(), reader._start
    assert isinstance(index, BlockIndex)
    data = bytearray(holo.read_bytes())
    data[start + index.places[2] + 40] ^= 1
    (tmp_path / "bad.holo").write_bytes(data)
    finished = play(tmp_path / "bad.holo", "--output", tmp_path / "heard.wav")
    assert_one_clear_sentence(finished, "bad.holo is damaged at byte ", "repair")
    there = sum(index.hops[:2]) * 128 - 64
    assert np.array_equal(heard(tmp_path / "heard.wav")[LATE : LATE + there], decoded[:there])


@pytest.mark.parametrize("command", ["pause 1", "loop_start"])
def test_a_script_that_leaves_it_without_an_end_ends_it(tmp_path, holo, command):
    script = tmp_path / "song.txt"
    script.write_text(f"1 {command}\n1.5 tilt 3\n")
    finished = play(holo, "--script", script, "--output", tmp_path / "heard.wav")
    assert finished.returncode == 0, finished.stderr
    assert "song.txt leaves the recording paused or in a loop" in finished.stderr
    assert len(heard(tmp_path / "heard.wav")) == 563 * 128  # where the script ends


@pytest.mark.parametrize(("line", "seconds"), [("1 tape_speed 2", 1 + 3.2 / 2), ("1.03 seek 3", 1.03 + 1.2)])
def test_a_script_moves_a_recording_at_its_hop_every_time(tmp_path, holo, line, seconds):
    script = tmp_path / "song.txt"
    script.write_text(line + "\n")
    sounds = []
    for target in (tmp_path / "a.wav", tmp_path / "b.wav"):
        assert play(holo, "--script", script, "--output", target).returncode == 0
        sounds.append(heard(target))
    assert np.array_equal(*sounds)
    assert len(sounds[0]) / 48000 == pytest.approx(seconds, abs=0.02)


@pytest.mark.parametrize("between", ["", "1.2 tilt 0\n"])
def test_a_pause_in_virtual_time_lasts_as_long_as_the_script_says(tmp_path, holo, decoded, between):
    script = tmp_path / "song.txt"
    script.write_text(f"1 pause 1\n{between}1.5 pause 0\n")
    finished = play(holo, "--script", script, "--output", tmp_path / "heard.wav")
    assert finished.returncode == 0, finished.stderr
    sound, pause = heard(tmp_path / "heard.wav"), 188 * 128
    assert not np.any(sound[50_000:72_000])
    assert np.array_equal(sound[LATE + pause :][60_000:180_000], decoded[60_000:180_000])


def test_what_cannot_be_played(tmp_path, holo, models):
    assert_one_clear_sentence(play(tmp_path / "no.holo"), "no.holo")
    assert_one_clear_sentence(play(holo.with_name("voice.wav")), "voice.wav", "not a .holo")
    assert_one_clear_sentence(play(holo, "--from", 4.2), "--from 4.2", "4.20 s long")
    for loop in ("1", "a:b", "2:1", "0:4.3", "-1:2", "1:1.01", "nan:2"):
        assert_one_clear_sentence(holostream("play", holo, "--headless", "--loop", loop), f"--loop {loop}")
    assert_one_clear_sentence(play(holo, "--loop", "1:2"), "--virtual-time", "--loop")
    assert_one_clear_sentence(play(holo, "--tier", 5), "no tier 5")
    assert_one_clear_sentence(play(holo, "--models", tmp_path / "nowhere"), "nowhere", "--models")


def test_an_empty_recording(tmp_path):
    path = tmp_path / "empty.holo"
    session = Session(LiveSettings(device_api="virtual"))
    session.start_recording(path)
    session.close()
    assert_one_clear_sentence(play(path), "empty.holo", "no sound")


def test_other_models_are_told(tmp_path, holo, models):
    shutil.copytree(models, tmp_path / "models")
    shutil.rmtree(tmp_path / "models" / "tier_032")
    assert_one_clear_sentence(play(holo, "--models", tmp_path / "models"), "32", "--models")
    card = tmp_path / "models" / "tier_032"
    shutil.copytree(models / "tier_064", card)
    assert_one_clear_sentence(play(holo, "--models", tmp_path / "models"), "tier_032")


def test_version_2(tmp_path, holo_audio_models):
    voice = tmp_path / "voice.wav"
    soundfile.write(voice, speech(2.0, 44100, 1), 44100)
    encoded = holostream(
        "encode", voice, tmp_path / "v.holo", "--format", 2, "--tier", 16, "--models", holo_audio_models
    )
    assert encoded.returncode == 0, encoded.stderr
    finished = play(tmp_path / "v.holo", "--models", holo_audio_models, "--output", tmp_path / "heard.wav")
    assert finished.returncode == 0, finished.stderr
    holostream("decode", tmp_path / "v.holo", tmp_path / "back.wav", "--models", holo_audio_models)
    back, sound = heard(tmp_path / "back.wav"), heard(tmp_path / "heard.wav")
    assert soundfile.info(tmp_path / "heard.wav").samplerate == 44100
    late = len(sound) - len(back)
    assert any(np.array_equal(sound[at : at + len(back)], back) for at in range(0, late, 64))
    assert_one_clear_sentence(play(GOLDEN), "import-holo-audio FILE.pth", "--models")


def test_export(tmp_path, holo, decoded):
    finished = holostream("export", holo, tmp_path / "part.flac", "--from", 1, "--to", 2.5, "--subtype", "PCM_16")
    assert finished.returncode == 0, finished.stderr
    part = heard(tmp_path / "part.flac")
    assert np.allclose(part, decoded[48_000:120_000], atol=1e-4)
    assert soundfile.info(tmp_path / "part.flac").subtype == "PCM_16"
    for arguments, words in (
        (("x.wav", "--from", 5), ("--from 5", "4.20 s")),
        (("x.wav", "--from", 2, "--to", 1), ("--to 1", "not after")),
        (("x.txt",), ("x.txt", "format")),
        (("x.ogg", "--subtype", "PCM_16"), ("PCM_16",)),
    ):
        assert_one_clear_sentence(holostream("export", holo, tmp_path / arguments[0], *arguments[1:]), *words)
        assert not (tmp_path / arguments[0]).exists()
