"""The command line as a user meets it: what works says so, what cannot work says why in one sentence."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.bench.terminal import TerminalProgram
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import graph_checksum
from tests.in_process import holostream_here
from tests.speech import speech


def holostream(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "holostream.cli", *map(str, arguments)], capture_output=True, text=True, check=False,
        timeout=60, cwd=cwd, env={**os.environ, "JACK_NO_START_SERVER": "1", **environment},
    )  # fmt: skip


def assert_one_clear_sentence(finished: subprocess.CompletedProcess[str], *words: str) -> None:
    assert finished.returncode == 1, finished
    assert "Traceback" not in finished.stderr + finished.stdout
    complaint = finished.stderr.strip().splitlines()
    assert len(complaint) == 1, complaint
    assert complaint[0].startswith("holostream: ")
    for word in words:
        assert word in complaint[0], complaint[0]


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "voice.wav"
    soundfile.write(path, speech(1.0, 44100, 1), 44100)
    return path


def test_names_that_cannot_be_shown_are_no_reason_to_fail(tmp_path, voice):
    """As under a strict encoding, or into a pipe on Windows."""
    name = tmp_path / "caf\udce9.holo"
    assert holostream("encode", voice, name).returncode == 0
    assert holostream("tag", name, "--title", "日本", PYTHONIOENCODING="latin-1:strict").returncode == 0
    told = holostream("info", name, PYTHONIOENCODING="latin-1:strict")
    assert (told.returncode, told.stderr) == (0, "")
    assert "\\u65e5\\u672c" in told.stdout


def test_encode_info_decode(tmp_path, voice):
    assert holostream("encode", voice, tmp_path / "v.holo", "--tier", 128).returncode == 0
    told = holostream_here("info", tmp_path / "v.holo")
    assert told.returncode == 0
    assert "tiers     128 from 0.00 s" in told.stdout
    facts = json.loads(holostream_here("info", tmp_path / "v.holo", "--json").stdout)
    assert (facts["original_rate"], facts["original_length"], facts["complete"]) == (44100, 44100, True)
    assert holostream("decode", tmp_path / "v.holo", tmp_path / "back.wav").returncode == 0
    back, rate = soundfile.read(tmp_path / "back.wav")
    original, _ = soundfile.read(voice)
    assert (rate, len(back)) == (44100, 44100)
    assert 10 * np.log10(np.sum(original**2) / np.sum((original - back) ** 2)) > 20


def test_what_follows_the_end_of_a_recording_is_told_and_left_out(tmp_path, voice):
    long, short, both = tmp_path / "long.holo", tmp_path / "short.holo", tmp_path / "both.holo"
    soundfile.write(tmp_path / "short.wav", speech(0.5, 48000), 48000)
    for source, target in ((voice, long), (tmp_path / "short.wav", short)):
        assert holostream_here("encode", source, target).returncode == 0
    assert holostream_here("decode", long, tmp_path / "long.wav").returncode == 0
    both.write_bytes(long.read_bytes() + short.read_bytes())
    behind = f"{short.stat().st_size} bytes"
    assert f"{behind} follow its end and do not count" in holostream_here("info", both).stdout
    decoded = holostream_here("decode", both, tmp_path / "both.wav")
    assert f"goes on for {behind} behind its end" in decoded.stderr
    assert np.array_equal(*(soundfile.read(tmp_path / name)[0] for name in ("both.wav", "long.wav")))
    assert f"{behind} that follow its end are left out" in holostream_here("repair", both).stdout
    assert (tmp_path / "both-repaired.holo").read_bytes() == long.read_bytes()
    assert_one_clear_sentence(holostream_here("repair", both, tmp_path / "x.wav"), "x.wav is not named .holo")


def test_live_without_a_sound_card_plays_virtually_and_says_so(tmp_path):
    finished = holostream("live", "--headless", "--seconds", 0.5, cwd=tmp_path, JACK_DEFAULT_SERVER="nobody")
    assert finished.returncode == 0, finished.stderr
    assert "virtual device" in finished.stderr
    assert "demo voice" in finished.stdout
    assert "played 0.5 s" in finished.stdout


def test_devices_lists_the_virtual_one():
    finished = holostream("devices", JACK_DEFAULT_SERVER="nobody")
    assert finished.returncode == 0
    assert "virtual" in finished.stdout
    assert json.loads(holostream("devices", "--json", JACK_DEFAULT_SERVER="nobody").stdout) == []


def test_devices_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("holostream.engine.ask_devices.LIST_TIMEOUT_SECONDS", 0.001)
    told = holostream_here("devices")
    assert "virtual" in told.stdout
    assert "the sound system does not answer" in told.stderr


@pytest.mark.parametrize("verb", ["live", "encode"])
def test_unknown_tier_lists_the_tiers(tmp_path, voice, verb):
    arguments = ["--headless"] if verb == "live" else [voice, tmp_path / "v.holo"]
    assert_one_clear_sentence(holostream_here(verb, *arguments, "--tier", 5), "no tier 5", ", ".join(map(str, TIERS)))
    assert not (tmp_path / "v.holo").exists()


def test_unknown_device_and_api_say_what_there_is(tmp_path):
    recording = tmp_path / "session.holo"
    quiet = {"JACK_DEFAULT_SERVER": "nobody"}
    finished = holostream("live", "--headless", "--input", "Blue Yeti", **quiet)
    assert_one_clear_sentence(finished, "no sound card or sound server", "--device-api virtual")
    finished = holostream("live", "--headless", "--device-api", "jack", "--record", recording, **quiet)
    assert not recording.exists()
    assert_one_clear_sentence(finished, "API jack", "--device-api virtual")


def test_missing_models(tmp_path, voice):
    for verb in (("live", "--headless"), ("encode", voice, tmp_path / "v.holo")):
        assert_one_clear_sentence(holostream_here(*verb, "--models", tmp_path / "nowhere"), "nowhere", "is missing", "--models")


@pytest.mark.parametrize("damage", ["graph", "facts", "garbage"])
def test_corrupt_models(tmp_path, voice, models, damage):
    copied = tmp_path / "models"
    shutil.copytree(models, copied)
    target = copied / "tier_064" / ("tier.json" if damage == "facts" else "encoder.onnx")
    content = bytearray(target.read_bytes())
    if damage == "graph":
        content[len(content) // 2] ^= 1
    elif damage == "facts":
        content = content[:50]
    else:
        content = bytearray(b"not a graph")
    target.write_bytes(content)
    for verb in (("live", "--headless"), ("encode", voice, tmp_path / "v.holo")):
        assert_one_clear_sentence(holostream_here(*verb, "--models", copied), "tier_064", "export")


def test_unreadable_audio(tmp_path):
    noise = tmp_path / "noise.wav"
    noise.write_bytes(os.urandom(1000))
    for source, words in ((noise, ("noise.wav",)), (tmp_path / "no.wav", ("no.wav",)), (tmp_path, (tmp_path.name,))):
        assert_one_clear_sentence(holostream_here("encode", source, tmp_path / "x.holo"), *words)
        assert not (tmp_path / "x.holo").exists()
    assert_one_clear_sentence(holostream_here("live", "--headless", "--input", noise, "--device-api", "virtual"), "noise.wav")


def test_truncated_audio_is_encoded_as_far_as_it_goes_and_told(tmp_path, voice):
    cut = tmp_path / "cut.wav"
    cut.write_bytes(voice.read_bytes()[:40_000])
    finished = holostream_here("encode", cut, tmp_path / "cut.holo")
    assert finished.returncode == 0
    assert "ends early" in finished.stderr
    assert holostream_here("decode", tmp_path / "cut.holo", tmp_path / "cut.back.wav").returncode == 0
    assert soundfile.info(tmp_path / "cut.back.wav").frames == (40_000 - 44) // 2


def test_not_a_holo(tmp_path, voice):
    for verb in (("info", voice), ("decode", voice, tmp_path / "x.wav")):
        assert_one_clear_sentence(holostream_here(*verb), "voice.wav", "not a .holo")
    assert_one_clear_sentence(holostream_here("info", tmp_path / "no.holo"), "no.holo")


def test_a_recording_needs_other_models(tmp_path, voice, models):
    copied = tmp_path / "models"
    folder = copied / "tier_016"
    shutil.copytree(models / "tier_016", folder)
    with (folder / "vocoder.onnx").open("ab") as graph:
        graph.write(b"\x32\x05other")  # a comment, as ONNX has it
    facts = json.loads((folder / "tier.json").read_text())
    facts["facts"]["checksum"] = graph_checksum((folder / "encoder.onnx").read_bytes(), (folder / "vocoder.onnx").read_bytes())
    (folder / "tier.json").write_text(json.dumps(facts))
    holostream_here("encode", voice, tmp_path / "v.holo", "--tier", 16)
    finished = holostream_here("decode", tmp_path / "v.holo", tmp_path / "v.wav", "--models", copied)
    assert_one_clear_sentence(finished, "needs tier 16", "--models")
    assert not (tmp_path / "v.wav").exists()


def test_outputs_are_protected(tmp_path, voice):
    before = voice.read_bytes()
    assert_one_clear_sentence(holostream_here("encode", voice, voice), "is the input itself")
    other = tmp_path / "other.wav"
    other.write_bytes(before)
    assert_one_clear_sentence(holostream_here("encode", voice, other), "other.wav is not named .holo")
    assert other.read_bytes() == before
    live = ("live", "--headless", "--fresh", "--virtual-time", "--seconds", 1)
    session, kept = tmp_path / "new.holo", tmp_path / "new.input.wav"
    for arguments in (
        ("--input", voice, "--output", voice), ("--second", voice, "--output", voice), ("--input", voice, "--stats", voice),
        ("--record", session, "--stats", session), ("--record", other.with_stem("new"), "--output", other.with_stem("new")),
        ("--record", session, "--keep-input", "--output", kept),
    ):  # fmt: skip
        assert_one_clear_sentence(holostream_here(*live, *arguments), "would be used for two things at once")
    assert voice.read_bytes() == before
    assert not session.exists()
    (tmp_path / "old.holo").write_bytes(b"precious")
    finished = holostream_here("live", "--headless", "--record", tmp_path / "old.holo", "--seconds", 1)
    assert_one_clear_sentence(finished, "exists already")
    assert (tmp_path / "old.holo").read_bytes() == b"precious"
    assert_one_clear_sentence(holostream_here(*live, "--output", other), "other.wav exists already")
    assert other.read_bytes() == voice.read_bytes() == before


def test_what_a_session_cannot_begin_with(tmp_path, voice):
    (tmp_path / "old.json").write_text("precious")
    for arguments, words in (
        (("--stats", tmp_path / "old.json"), ("old.json exists already",)),
        (("--stats", tmp_path / "nowhere" / "a.json"), ("nowhere, where --stats is to be written, is no folder",)),
        (("--stats", "/proc/a.json"), ("--stats cannot be written into /proc", "name a file elsewhere")),
        (("--record", tmp_path / "session.wav"), ("session.wav is not named .holo",)),
        (("--second", tmp_path / "no.wav"), ("the second sound", "no.wav is no file")),
        (("--input", voice, "--second", "channel"), ("has one channel", "--second FILE")),
    ):
        assert_one_clear_sentence(holostream_here("live", "--headless", "--seconds", 1, *arguments), *words)
    assert (tmp_path / "old.json").read_text() == "precious"
    assert not (tmp_path / "session.wav").exists()


@pytest.mark.parametrize("seconds", [0.05, 0.15, 0.25, 0.4])
def test_ctrl_c_at_the_very_start_is_no_traceback(seconds):
    program = subprocess.Popen(
        [sys.executable, "-m", "holostream", "devices"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    time.sleep(seconds)
    program.send_signal(signal.SIGINT)
    _, told = program.communicate(timeout=30)
    assert "holostream/" not in told or "Traceback" not in told, "Python itself may just have begun"


def test_without_a_terminal_for_errors_there_is_no_screen(tmp_path):
    command = f"exec {sys.executable} -m holostream.cli live --device-api virtual --fresh --no-midi --seconds 0.5 2> {tmp_path}/err.txt"
    with TerminalProgram(["sh", "-c", command], folder=tmp_path) as program:
        assert program.wait(60) == 0
    assert "played 0.5 s" in program.tail
    assert "\x1b[" not in program.tail
    assert "Traceback" not in (tmp_path / "err.txt").read_text()


def test_a_terminal_that_is_gone_without_a_hang_up_ends_the_session_with_a_whole_recording(tmp_path):
    ours, theirs = pty.openpty()
    arguments = ["live", "--device-api", "virtual", "--fresh", "--no-midi", "--record", "a.holo"]
    program = subprocess.Popen(
        [sys.executable, "-m", "holostream", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path,
        start_new_session=True, env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "a.holo").is_file() or (tmp_path / "a.holo").stat().st_size < 5000:  # it is drawing by now
            assert time.monotonic() < deadline
            if select.select([ours], [], [], 0.05)[0]:
                os.read(ours, 1 << 16)
        os.close(ours)
        program.wait(30)
    finally:
        program.kill()
    assert json.loads(holostream_here("info", tmp_path / "a.holo", "--json").stdout)["complete"]


def test_what_is_there_is_replaced_only_where_that_is_asked_for(tmp_path, voice):
    holo, heard = tmp_path / "v.holo", tmp_path / "back.wav"
    for path in (holo, heard):
        path.write_bytes(b"precious")
    for verb in (("encode", voice, holo), ("decode", holo, heard), ("export", holo, heard, "--to", 0.5)):
        before = verb[2].read_bytes()
        assert_one_clear_sentence(holostream_here(*verb), "is there already", "--overwrite")
        assert verb[2].read_bytes() == before
        assert holostream_here(*verb, "--overwrite").returncode == 0
    assert soundfile.info(heard).frames == 22050


def test_what_would_not_count_with_the_virtual_device_is_told(tmp_path, voice, monkeypatch):
    monkeypatch.chdir(tmp_path)
    live = ("live", "--headless", "--virtual-time", "--seconds", 1)
    for arguments, words in (
        (("--output", "typo.aif"), ("has no output typo.aif", ".flac")), (("--input", "."), ("has no input .",)),
        (("--device-api", "jakc"), ("--device-api jakc does not count",)),
        (("--second", "channel", "--input", voice), ("has one channel", "--second FILE")),
        (("--input", tmp_path / "none.wav"), ("none.wav",)),
    ):  # fmt: skip
        assert_one_clear_sentence(holostream_here(*live, *arguments), *words)
    assert sorted(tmp_path.iterdir()) == [voice]


def test_what_becomes_of_channels_is_told(tmp_path):
    soundfile.write(tmp_path / "six.wav", np.zeros((4800, 6)), 48000)
    finished = holostream_here("encode", tmp_path / "six.wav", tmp_path / "six.holo")
    assert (finished.returncode, "has 6 channels; their mean was encoded" in finished.stderr) == (0, True), finished.stderr


def test_numbers_that_are_none(tmp_path):
    for arguments in (("live", "--seconds", "inf"), ("play", "x.holo", "--from", "inf"), ("export", "a", "b", "--to", "nan")):
        finished = holostream_here(*arguments)
        assert (finished.returncode, "is no time or factor" in finished.stderr) == (2, True), finished.stderr


def test_a_capture_that_a_full_disk_ends_is_told_by_the_exit_code_and_kept(tmp_path, voice):
    finished = subprocess.run(
        ["bash", "-c", 'trap "" XFSZ; ulimit -f 7000; exec "$@"', "-", sys.executable, "-m", "holostream.cli", "live", "--headless",
         "--virtual-time", "--seconds", "8", "--keep", "0", "--tier", "4", "--rate", "192000", "--stereo", "--input", str(voice), "--output", str(tmp_path / "heard.wav")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert finished.returncode == 1, finished.stderr
    assert "holostream: not all that was to be kept is: capturing stopped: could not write all of" in finished.stderr
    assert soundfile.info(tmp_path / "heard.wav").duration > 3


@pytest.mark.parametrize("verb", ["encode", "decode"])
def test_a_polite_kill_leaves_nothing_half_written(tmp_path, verb):
    soundfile.write(tmp_path / "long.wav", np.resize(speech(5.0, 48000, 1), 48000 * 240), 48000, subtype="PCM_16")
    arguments = ["encode", "long.wav", "long.holo"]
    if verb == "decode":
        assert holostream("encode", "long.wav", "long.holo", "--tier", 4, cwd=tmp_path).returncode == 0
        arguments = ["decode", "long.holo", "back.wav"]
    before = sorted(tmp_path.iterdir())
    running = subprocess.Popen([sys.executable, "-m", "holostream.cli", *arguments], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not any(path.stat().st_size > 1000 for path in set(tmp_path.iterdir()) - set(before)):
        assert time.monotonic() < deadline, "nothing is being written"
        time.sleep(0.02)
    running.terminate()
    assert "Traceback" not in running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert sorted(tmp_path.iterdir()) == before


def test_recording_where_nothing_can_be_written(tmp_path):
    finished = holostream("live", "--headless", "--device-api", "virtual", "--record", tmp_path / "no" / "x.holo")
    assert_one_clear_sentence(finished, "x.holo")
    finished = holostream("live", "--headless", "--device-api", "virtual", "--record", "/proc/x.holo", "--seconds", 1)
    assert_one_clear_sentence(finished, "/proc/x.holo")


def test_virtual_time_needs_an_end():
    assert_one_clear_sentence(holostream_here("live", "--virtual-time"), "--seconds")


def test_nan_in_a_file_is_told(tmp_path):
    sound = speech(0.5, 48000, 1)
    sound[100:105] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, 48000, subtype="FLOAT")
    finished = holostream_here("encode", tmp_path / "nan.wav", tmp_path / "nan.holo")
    assert finished.returncode == 0
    assert "5 samples that are not numbers" in finished.stderr


@pytest.mark.parametrize("name", ["a.flac", "a.ogg"])
def test_title_artist_and_comment_go_along(tmp_path, name):
    tags = {"title": "Tide", "artist": "Ø. Ørsted", "comment": "take 3; the good one"}
    with soundfile.SoundFile(tmp_path / name, "w", 48000, 1) as file:
        for tag, text in tags.items():
            setattr(file, tag, text)
        file.write(speech(0.5, 48000, 1))
    assert holostream_here("encode", tmp_path / name, tmp_path / "a.holo").returncode == 0
    assert json.loads(holostream_here("info", tmp_path / "a.holo", "--json").stdout)["tags"] == tags
    assert holostream_here("tag", tmp_path / "a.holo", "--comment", "").returncode == 0
    assert holostream_here("decode", tmp_path / "a.holo", tmp_path / f"back-{name}").returncode == 0
    with soundfile.SoundFile(tmp_path / f"back-{name}") as file:
        assert [file.title, file.artist, file.comment] == ["Tide", "Ø. Ørsted", ""]


def test_integers_saved_as_floats_are_told(tmp_path, voice):
    soundfile.write(tmp_path / "huge.wav", 32768 * speech(0.5, 48000, 1), 48000, subtype="FLOAT")
    told = holostream_here("encode", tmp_path / "huge.wav", tmp_path / "huge.holo").stderr
    assert "huge.wav peaks at " in told
    assert "times full scale, far above what codes hold" in told
    assert "peaks" not in holostream_here("encode", voice, tmp_path / "voice.holo").stderr
