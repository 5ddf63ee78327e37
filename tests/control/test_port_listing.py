"""Looking at ports: on a stand-in for rtmidi, and on a real JACK server."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from types import SimpleNamespace

import pytest

from holostream.bench.jack_ports import plug, ports
from holostream.bench.jack_server import JackServer, jack_server
from holostream.control.midi_library import load_rtmidi
from holostream.control.port_listing import JackListing, RtMidiListing, delete_client, open_listing
from tests.control.fake_rtmidi import FakeRtmidi
from tests.control.midi_pad import MidiPad


def test_what_rtmidi_tells() -> None:
    fake = FakeRtmidi()
    fake.sources.append("Pad")
    fake.sinks.append("Synth")
    listing = open_listing(fake, fake.API_MACOSX_CORE)
    assert isinstance(listing, RtMidiListing)
    assert (listing.names("in"), listing.names("out")) == (["Pad"], ["Synth"])
    assert listing.answers()
    listing.make_way()
    assert len(fake.created) == 2
    listing.close()
    assert all(client.deleted for client in fake.created)
    fake.alive = False
    with pytest.raises(OSError, match="no server"):
        open_listing(fake, fake.API_MACOSX_CORE)


def test_a_library_without_jack() -> None:
    rtmidi = SimpleNamespace(_rtmidi=SimpleNamespace(__file__=None), API_UNIX_JACK=3)
    with pytest.raises(OSError, match="not as expected"):
        open_listing(rtmidi, rtmidi.API_UNIX_JACK)


def real_time_threads() -> set[str]:
    return {thread for thread in os.listdir("/proc/self/task") if os.sched_getscheduler(int(thread)) == os.SCHED_FIFO}


@pytest.mark.jack
def test_a_jack_server_is_looked_at_by_a_client_that_it_never_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rtmidi", reason="MIDI needs python-rtmidi")
    with jack_server(256) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        looks_and_notices(server)
    with pytest.raises(OSError, match="no JACK server runs here"):
        JackListing(load_rtmidi())


def looks_and_notices(server: JackServer) -> None:
    before = real_time_threads()
    pad, listing = MidiPad(server, "pad"), JackListing(load_rtmidi())
    try:
        assert "pad:knobs" in listing.names("in")
        assert "pad:knobs" not in listing.names("out")
        assert listing.answers()
        assert real_time_threads() == before
    finally:
        pad.kill()
    os.kill(server.pid, 9)
    os.waitpid(server.pid, 0)
    assert not listing.answers()
    listing.close()


@pytest.mark.jack
def test_no_port_is_deaf_though_other_programs_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rtmidi", reason="MIDI needs python-rtmidi")
    with jack_server(256) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        pad, enough = MidiPad(server, "pad"), threading.Event()

        def come_and_go() -> None:
            while not enough.is_set():
                with contextlib.suppress(subprocess.TimeoutExpired):  # it sleeps on such a place itself, at times
                    server.run_tool("jack_lsp")

        others = threading.Thread(target=come_and_go)
        others.start()
        try:
            assert [is_heard(server, pad) for _ in range(10)] == [True] * 10
        finally:
            enough.set()
            others.join()
            pad.kill()


def is_heard(server: JackServer, pad: MidiPad) -> bool:
    rtmidi = load_rtmidi()
    listing = JackListing(rtmidi)
    listing.make_way()
    port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, "stage")
    port.open_virtual_port("here")
    plug(server, "pad:knobs", next(name for name in ports(server) if name.endswith(":here")))
    deadline, heard = time.monotonic() + 2.0, False
    while not heard and time.monotonic() < deadline:
        pad.send([0xB0, 1, 5])
        time.sleep(0.02)
        heard = port.get_message() is not None
    delete_client(port)
    listing.close()
    return heard
