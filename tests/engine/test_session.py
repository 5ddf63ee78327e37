"""A real engine process behind a session: what is recorded is what was heard, whatever ends it."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine import session as session_module
from holostream.engine.block_gatherer import BLOCK_HOPS
from holostream.engine.session import Session
from holostream.engine.settings import LiveSettings
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader
from holostream.format.summary import summarize
from holostream.format.transcode import decode_file
from tests.speech import speech

HOP = 128


@pytest.fixture(scope="module")
def voice(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    soundfile.write(path, speech(3.0, 48000, 5), 48000, subtype="FLOAT")
    return path


def wait_for(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


def decoded(recording: Path, models: Path) -> np.ndarray:
    target = recording.with_suffix(".decoded.wav")
    decode_file(recording, target, models)
    return soundfile.read(target, dtype="float32")[0]


@pytest.mark.parametrize("stereo", [False, True])
def test_a_recording_replays_exactly_what_was_heard(tmp_path, voice, models, stereo):
    recording, capture = tmp_path / "session.holo", tmp_path / "heard.wav"
    settings = LiveSettings(
        str(voice), str(capture), tier=64, stereo=stereo, record=recording, virtual_time=True, seconds=3.0
    )
    order = random.Random(1)
    switches = 0
    with Session(settings) as session:
        while not session.ended:
            session.send("tier", order.choice([4, 8, 16, 32, 64, 128, 256]))
            switches += 1
            time.sleep(0.01)
    assert session.failure is None
    heard = soundfile.read(capture, dtype="float32")[0]
    assert switches > 5
    assert len(summarize(recording)["tiers"]) > 3
    assert heard.shape == ((3 * 48000, 2) if stereo else (3 * 48000,))
    assert np.abs(heard).max() > 0.1
    assert np.array_equal(decoded(recording, models), heard)


def test_a_recording_may_begin_and_end_in_the_middle(tmp_path, voice, models, monkeypatch):
    monkeypatch.chdir(tmp_path)
    capture = tmp_path / "heard.wav"
    with Session(LiveSettings(str(voice), str(capture), virtual_time=True, seconds=15.0)) as session:
        wait_for(lambda: session.snapshot()["hops"] > 1000)
        session.send("tier", 16)
        session.toggle_recording()
        path = session.recording.path
        wait_for(lambda: session.recording.seconds > 5)
        assert session.recording.bytes > 0
        session.toggle_recording()
        assert session.recording is None
        wait_for(lambda: session.ended, 30)
    heard, replayed = soundfile.read(capture, dtype="float32")[0], decoded(path, models)
    summary = summarize(path)
    assert summary["complete"]
    assert summary["seconds"] > 5
    with path.open("rb") as file:
        first = next(HoloReader(file).blocks()).first_hop
    assert first > 900
    assert np.array_equal(replayed, heard[first * HOP : first * HOP + len(replayed)])


def test_a_capture_is_what_was_heard_until_then(tmp_path, voice, models):
    """While a recording goes on, which stays whole."""
    recording, capture, heard_path = tmp_path / "session.holo", tmp_path / "captured.holo", tmp_path / "heard.wav"
    settings = LiveSettings(
        str(voice), str(heard_path), record=recording, virtual_time=True, seconds=15.0, keep_minutes=0.05
    )
    with Session(settings) as session:
        wait_for(lambda: session.snapshot()["hops"] > 1500)
        session.send("tier", 16)
        wait_for(lambda: session.snapshot()["hops"] > 2500)
        session.capture(capture)
        wait_for(lambda: session.messages)
        assert session.kept.seconds >= 3
        wait_for(lambda: session.ended, 30)
    assert session.messages[0].startswith("captured the last 0:")
    heard = soundfile.read(heard_path, dtype="float32")[0]
    assert np.array_equal(decoded(recording, models), heard)
    with capture.open("rb") as file:
        first = next(HoloReader(file).blocks()).first_hop
    replayed = decoded(capture, models)
    assert len(replayed) / 48000 >= 3
    assert np.array_equal(replayed, heard[first * HOP : first * HOP + len(replayed)])
    summary = summarize(capture)
    assert (summary["complete"], summary["events"]["by_name"]["wet"]) == (True, 1)


def items_of(recording: Path) -> list[DnaBlock | list[Event]]:
    with recording.open("rb") as file:
        return list(HoloReader(file).items())


def events_of(recording: Path) -> list[tuple[int, str, float | str]]:
    """(hop, name, value)"""
    return [
        (event.time // HOP, event.name, event.value)
        for item in items_of(recording)
        if not isinstance(item, DnaBlock)
        for event in item
    ]


def test_events_stand_where_the_sound_changed(tmp_path, models):
    """A tier's at the hop before it is first heard, a gain's at the first hop that is louder or quieter."""
    tone = tmp_path / "tone.wav"
    soundfile.write(tone, 0.3 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000), 48000)
    recording, capture = tmp_path / "session.holo", tmp_path / "heard.wav"
    sent = [("tier", 16), ("tier", 256), ("mute", 1), ("mute", 0), ("tier", 8), ("output_gain_db", -12.5)]
    settings = LiveSettings(
        str(tone), str(capture), tier=64, record=recording, virtual_time=True, block=100, input_gain_db=-3.0, wet=0.9375
    )
    with Session(settings) as session:
        for name, value in sent:
            before = session.snapshot()["hops"]
            wait_for(lambda hop=before + 400: session.snapshot()["hops"] > hop)
            session.send(name, value)
            wait_for(lambda name=name, value=value: session.snapshot()[name] == value)
        before = session.snapshot()["hops"]
        wait_for(lambda: session.snapshot()["hops"] > before + 400)
    assert session.failure is None
    events = events_of(recording)
    assert events[:7] == [
        (0, "tier", 64), (0, "input_gain_db", -3), (0, "output_gain_db", 0), (0, "wet", 0.9375), (0, "bypass", 0),
        (0, "mute", 0), (0, "feedback_guard", 0),
    ]  # fmt: skip
    later = events[7:]
    assert [(name, value) for _, name, value in later] == sent
    fades = [item for item in items_of(recording) if isinstance(item, DnaBlock) and item.fade_hops]
    assert [(block.first_hop - 1, block.voices[-1].dna.harmonics) for block in fades] == [
        (hop, value) for hop, name, value in later if name == "tier"
    ]
    muted, unmuted = (hop for hop, name, _ in later if name == "mute")
    assert unmuted > muted + 10
    heard = soundfile.read(capture, dtype="float32")[0]
    # The capture is as late as the queue between hops and blocks of 100 is filled: 128 - 4 samples.
    glided = muted + 4
    sounding = np.flatnonzero(heard[124 + glided * HOP :])
    assert glided + sounding[0] // HOP == unmuted
    assert len(decoded(recording, models)) >= 7 * 48000


def test_a_command_that_comes_while_the_ring_is_read_stands_before_its_frame(tmp_path, monkeypatch):
    session = Session(LiveSettings(device_api="virtual"))
    session.start_recording(tmp_path / "a.holo")
    shared, read, silence = session.shared, session.shared.dna.read, np.zeros(1 + 2 * 64, np.uint8)

    def while_the_engine_plays(cursor):
        shared.applied.report(0, "wet", 0.5)
        for hop in range(BLOCK_HOPS + 2):
            shared.dna.write(hop, 0, silence)
        return read(cursor)

    monkeypatch.setattr(shared.dna, "read", while_the_engine_plays)
    session._recordings.drain()
    monkeypatch.undo()
    session.close()
    kinds = [type(item) for item in items_of(tmp_path / "a.holo")]
    assert kinds == [list, DnaBlock, DnaBlock]
    assert events_of(tmp_path / "a.holo") == [(0, "wet", 0.5)]


def test_a_device_opened_anew_states_every_value(tmp_path, voice):
    recording = tmp_path / "session.holo"
    with Session(LiveSettings(str(voice), device_api="virtual", record=recording, wet=0.5)) as session:
        wait_for(lambda: session.snapshot()["hops"] > 50)
        session.send("mute", 1)
        wait_for(lambda: session.snapshot()["mute"] == 1)
        session.reopen(block=100)
        wait_for(lambda: session.snapshot()["block"] == 100)
        before = session.snapshot()["hops"]
        wait_for(lambda: session.snapshot()["hops"] > before + 20)
    events = events_of(recording)
    names = [name for _, name, _ in events]
    assert names[:7] == names[8:15]
    assert len(names) == 15
    assert len({hop for hop, *_ in events[8:]}) == 1
    assert {name: value for _, name, value in events[8:]} == {
        "tier": 64, "input_gain_db": 0, "output_gain_db": 0, "wet": 0.5, "bypass": 0, "mute": 1, "feedback_guard": 0,
    }  # fmt: skip


@pytest.mark.parametrize("plays", [True, False])
def test_an_interrupt_at_the_start_keeps_what_was_heard(tmp_path, voice, monkeypatch, plays):
    """Even if nobody has followed it until then; where nothing was heard, the name stays free."""
    recording = tmp_path / "a.holo"
    session = Session(LiveSettings(str(voice), device_api="virtual", record=recording))
    start, drain = session._start, session._recordings.drain
    monkeypatch.setattr(session._recordings, "drain", lambda: None)

    def interrupted():
        if plays:
            start()
            wait_for(lambda: session.snapshot()["hops"] > 50)
        else:
            session.start_recording(recording)
        monkeypatch.setattr(session._recordings, "drain", drain)
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "_start", interrupted)
    with pytest.raises(KeyboardInterrupt), session:
        pass
    assert recording.exists() == plays
    assert not plays or summarize(recording)["seconds"] > 0.1


def test_markers_are_told_and_recorded(tmp_path, voice, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Session(LiveSettings(str(voice), device_api="virtual", keep_minutes=0)) as session:
        session.mark()
        assert session.messages[-1] == "no marker set: nothing is being recorded; start a recording first"
        wait_for(lambda: session.snapshot()["hops"] > 100)
        session.toggle_recording()
        path = session.recording.path
        wait_for(lambda: session.recording.seconds > 0.3)
        before = session.snapshot()["hops"]
        session.mark("verse")
        after = session.snapshot()["hops"]
        first = session.messages[-1]
        with pytest.raises(ValueError, match="a marker's text has 2000 characters"):
            session.mark("a" * 2000)
        session.mark()
        assert session.messages[-1].startswith("marker 2 at 0:0")
        session.toggle_recording()
    markers = [event for event in events_of(path) if event[1] == "marker"]
    assert [text for *_, text in markers] == ["verse", ""]
    assert before <= markers[0][0] <= after + 1
    summary = summarize(path)
    assert first == f"marker 1 at 0:{summary['events']['markers'][0]['seconds']:06.3f}"
    assert summary["events"]["markers"][1]["seconds"] <= summary["seconds"] + 0.1


def test_lost_events_are_told(tmp_path, voice, monkeypatch):
    """The engine applied more commands than the ring holds before anybody looked."""
    session = Session(LiveSettings(str(voice), device_api="virtual", record=tmp_path / "a.holo"))
    for hop in range(session.shared.applied.CAPACITY + 5):
        session.shared.applied.report(hop, "wet", 0.5)
    session._recordings.drain()
    assert not session.messages
    session.start_recording(tmp_path / "a.holo")
    for hop in range(session.shared.applied.CAPACITY + 2):
        session.shared.applied.report(hop, "wet", 0.5)
    session._recordings.drain()
    assert session.losses == list(session.messages)
    assert [message.split(";")[0] for message in session.messages] == [
        "the recording lacks 2 events that came too fast, or while the disk took nothing"
    ]
    session.close()


def live_command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "holostream.cli", "live", "--headless", *map(str, arguments)]


def engines_of(control: subprocess.Popen) -> list[int]:
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(control.pid)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listing.stdout.split()]


def shared_memory_of(engine: int) -> Path:
    maps = Path(f"/proc/{engine}/maps").read_text().split()
    return Path(next(word for word in maps if "/holostream-" in word))


def test_kill_9_of_everything_loses_at_most_the_last_second(tmp_path, voice, models):
    recording, capture = tmp_path / "session.holo", tmp_path / "heard.wav"
    control = subprocess.Popen(
        live_command("--input", voice, "--output", capture, "--record", recording, "--seconds", 60),
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: recording.exists() and recording.stat().st_size > 12_000)
    engines = engines_of(control)
    shared = shared_memory_of(engines[0])
    assert shared.exists()
    os.kill(control.pid, signal.SIGKILL)
    control.wait()
    # The engine notices that nobody is there, and closes its capture: the proof of what had been heard.
    wait_for(lambda: not any(Path(f"/proc/{engine}").exists() for engine in engines))
    assert not shared.exists()
    heard = soundfile.read(capture, dtype="float32")[0]
    summary = summarize(recording)
    assert not summary["complete"]
    assert summary["events"]["count"] == 7, "the state it began with"
    replayed = decoded(recording, models)
    assert np.array_equal(replayed, heard[: len(replayed)])
    assert len(heard) - len(replayed) < 2.0 * 48000  # one second, and the time until the engine noticed


def test_kill_9_of_the_engine_is_told_it_begins_again_and_the_second_time_all_is_kept(tmp_path, voice, models, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recording, heard = tmp_path / "session.holo", tmp_path / "heard.wav"
    settings = LiveSettings(str(voice), str(heard), device_api="virtual", record=recording, keep_input=True)
    with Session(settings) as session:
        wait_for(lambda: session.snapshot()["hops"] > 1000)
        session.send("wet", 0.5)
        wait_for(lambda: session.snapshot()["wet"] == 0.5)
        session._engine.kill()
        before = session.snapshot()["hops"]
        wait_for(lambda: session.snapshot()["hops"] > before + 500)
        assert session.snapshot()["wet"] == 0.5
        assert any("ended unexpectedly (code -9) and begins again" in message for message in session.messages)
        assert any("capturing goes on in " in message for message in session.messages)
        session._engine.kill()
        wait_for(lambda: session.ended)
    assert "ended unexpectedly" in session.failure
    (captured,) = tmp_path.glob("holostream-captured-*.holo")
    assert summarize(captured)["seconds"] > 1
    assert soundfile.info(heard).duration > 1, "all but its last second"
    assert soundfile.info(tmp_path / "session.input.wav").duration > 2
    summary = summarize(recording)
    assert summary["complete"]
    assert summary["seconds"] > 1
    assert np.abs(decoded(recording, models)).max() > 0.1


def test_an_engine_that_cannot_begin_again_ends_the_session(tmp_path, voice, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    with Session(LiveSettings(str(voice), device_api="virtual", keep_minutes=0)) as session:
        wait_for(lambda: session.snapshot()["hops"] > 10)
        monkeypatch.setattr(session_module, "launch_engine", fail)
        session._engine.kill()
        wait_for(lambda: session.ended)
        assert not session.snapshot()["running"], "what is asked for meanwhile is what counts"
    assert "the engine cannot begin again: Cannot allocate memory" in session.messages
    assert "the engine ended unexpectedly (code -9)" in session.failure


def test_a_full_disk_stops_the_recording_and_not_the_sound(tmp_path, voice, models):
    recording = tmp_path / "session.holo"
    program = "; ".join((
        "import resource, signal, sys",
        "from holostream.cli import main",
        "from holostream.engine.shared_state import SharedState",
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)",
        "create = SharedState.create",
        "limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))",
        # The shared memory is larger than the limit, so it is made before the limit holds.
        "SharedState.create = staticmethod(lambda *sizes: (create(*sizes), limit())[0])",
        "main()",
    ))  # fmt: skip
    finished = subprocess.run(
        [sys.executable, "-c", program, *live_command("--input", voice, "--device-api", "virtual", "--virtual-time",
                                                      "--record", recording, "--seconds", 10)[3:]],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert finished.returncode == 1, finished.stderr
    assert "holostream: not all that was to be kept is: recording stopped: File too large" in finished.stderr
    assert "played 10.0 s" in finished.stdout
    assert recording.stat().st_size <= 30_000
    summary = summarize(recording)
    assert summary["torn_bytes"] == 0
    assert summary["seconds"] > 1
    assert len(decoded(recording, models)) == round(summary["seconds"] * 48000 / HOP) * HOP


def heed_interrupts() -> None:
    """Tests that are run in the background have them ignored, and so would what they start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def test_ctrl_c_and_a_polite_kill_close_what_is_kept(tmp_path, voice):
    """A terminal signals all of its processes, not only the one that was started."""
    started = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # beside each other: each has to play for a while
        recording, captured = tmp_path / f"{number}.holo", tmp_path / f"{number}.wav"
        control = subprocess.Popen(
            live_command("--input", voice, "--device-api", "virtual", "--record", recording, "--output", captured),
            stdout=subprocess.DEVNULL, preexec_fn=heed_interrupts, start_new_session=True,
        )  # fmt: skip
        started.append((number, control, recording, captured))
    for number, control, recording, captured in started:
        wait_for(lambda path=recording: path.exists() and path.stat().st_size > 8000, 20)
        os.killpg(control.pid, number)
        assert control.wait(10) == 0
        assert summarize(recording)["complete"]
        assert soundfile.info(captured).duration > 0.5
    assert not list(tmp_path.glob(".*"))


def test_a_held_ctrl_c_does_not_keep_files_from_being_finished(tmp_path, voice):
    recording, captured = tmp_path / "held.holo", tmp_path / "held.wav"
    control = subprocess.Popen(
        live_command("--input", voice, "--device-api", "virtual", "--record", recording, "--output", captured),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heed_interrupts, start_new_session=True,
    )  # fmt: skip
    wait_for(lambda: recording.exists() and recording.stat().st_size > 8000)
    deadline = time.monotonic() + 30
    while control.poll() is None:
        assert time.monotonic() < deadline
        control.send_signal(signal.SIGINT)
        time.sleep(0.02)
    assert summarize(recording)["complete"]
    assert soundfile.info(captured).duration > 0.5
    assert not list(Path("/dev/shm").glob(f"holostream-{control.pid}-*"))


def test_reopen_changes_the_device_while_playing(tmp_path, voice):
    with Session(LiveSettings(str(voice), device_api="virtual", block=128)) as session:
        wait_for(lambda: session.snapshot()["hops"] > 50)
        session.reopen(block=100)
        wait_for(lambda: session.snapshot()["block"] == 100)
        before = session.snapshot()["hops"]
        wait_for(lambda: session.snapshot()["hops"] > before + 50)
        assert session.snapshot()["added_latency"] == 192 - 4
        session.reopen(input="/nowhere/voice.wav")
        wait_for(lambda: any("/nowhere/voice.wav" in message for message in session.messages))
        before = session.snapshot()["hops"]
        wait_for(lambda: session.snapshot()["hops"] > before + 50)
    assert session.failure is None


def test_another_block_leaves_the_guard_and_the_time_that_is_left_as_they_are(voice):
    with Session(LiveSettings(str(voice), device_api="virtual", seconds=2.0)) as session:
        wait_for(lambda: session.snapshot()["hops"] > 200)
        session.send("feedback_guard", 1)
        wait_for(lambda: session.snapshot()["feedback_guard"] == 1)
        session.reopen(block=256)
        wait_for(lambda: session.snapshot()["block"] == 256)
        wait_for(lambda: session.ended)
        last = session.snapshot()
    assert last["feedback_guard"] == 1
    assert last["hops"] == pytest.approx(750, abs=6)


def test_an_engine_that_crashed_and_has_nothing_to_play_any_more_ends_the_session(tmp_path):
    sound = tmp_path / "gone.wav"
    soundfile.write(sound, speech(1.0, 48000, 5), 48000)
    with Session(LiveSettings(str(sound), device_api="virtual", keep_minutes=0)) as session:
        wait_for(lambda: session.snapshot()["hops"] > 50)
        sound.unlink()
        session._engine.kill()
        wait_for(lambda: session.ended)
    assert "gone.wav" in session.failure


def test_a_crash_in_virtual_time_is_no_other_sound_but_an_error(voice):
    settings = LiveSettings(str(voice), device_api="virtual", virtual_time=True, seconds=600, keep_minutes=0)
    with Session(settings) as session:
        wait_for(lambda: session.snapshot()["hops"] > 50)
        session._engine.kill()
        wait_for(lambda: session.ended)
    assert "ended unexpectedly" in session.failure


def test_a_flood_of_commands_loses_no_final_state(voice):
    """Faster than the engine takes them, from two threads."""
    with Session(LiveSettings(str(voice), device_api="virtual", block=4096)) as session:
        def flood(name: str, last: float) -> None:
            for number in range(5000):
                session.send(name, number % 10 / 10)
            session.send(name, last)

        threads = [threading.Thread(target=flood, args=arguments) for arguments in (("wet", 0.25), ("gate", 0.125))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_for(lambda: (session.snapshot()["wet"], session.snapshot()["gate"]) == (0.25, 0.125))
    assert session.snapshot()["errors"] == 0
    assert not session.messages


def test_whatever_ends_the_watch_over_the_engine_ends_the_session(monkeypatch):
    """Else whoever waits for its end would wait for ever, and it would be no failure."""
    session = Session(LiveSettings(device_api="virtual"))

    def fail() -> None:
        raise PermissionError("no place")

    monkeypatch.setattr(session, "_follow_engines", fail)
    session._supervise()
    assert session.ended
    assert session.failure is not None
    assert session.failure.startswith("the session cannot go on (PermissionError: no place)")
    session.close()
