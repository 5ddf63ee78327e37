"""Ports by name, on a stand-in for rtmidi: found, lost, found again, broken, closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from holostream.control import midi_port
from holostream.control.midi_port import MidiPorts
from holostream.control.midi_settings import MidiSettings
from tests.control.fake_rtmidi import FakeRtmidi


class Heard:
    """A listener that keeps what came."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, list[int]]] = []
        self.plugs = 0
        self.to_send: list[bytes] = []
        self.trips = False
        self.gone: list[str] = []

    def received(self, port: str, batch: list[tuple[list[int], float]]) -> None:
        if self.trips:
            self.trips = False
            raise KeyError("oops")
        self.messages += [(port, data) for data, _ in batch]

    def turn(self, now: float) -> Iterable[bytes]:
        sending, self.to_send = self.to_send, []
        return sending

    def plugged(self) -> None:
        self.plugs += 1

    def unplugged(self, port: str) -> None:
        self.gone.append(port)


@pytest.fixture
def rtmidi(monkeypatch: pytest.MonkeyPatch) -> FakeRtmidi:
    fake = FakeRtmidi()
    monkeypatch.setattr(midi_port, "load_rtmidi", lambda: fake)
    monkeypatch.setattr(midi_port, "SCAN_SECONDS", 0.01)
    monkeypatch.setattr(midi_port, "NOBODY_SECONDS", 0.002)
    return fake


@contextmanager
def listening(told: list[str], **settings: object) -> Iterator[tuple[MidiPorts, Heard]]:
    heard = Heard()
    ports = MidiPorts(MidiSettings(**settings), heard, told.append)
    ports.start()
    try:
        yield ports, heard
    finally:
        ports.close()
        ports.close()
        assert not [thread for thread in threading.enumerate() if thread.name == "midi"]


def soon(happens: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 5
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def test_all_controllers_are_listened_to_and_nothing_of_our_own(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources += ["Midi Through:Midi Through Port-0 14:0", "Pad:Pad MIDI 1 20:0", "HoloStream:x 128:0"]
    rtmidi.queues["Pad:Pad MIDI 1 20:0"] = [[0x90, 60, 1], [0x80, 60, 0]]
    told: list[str] = []
    with listening(told) as (ports, heard):
        assert ports.names["in"] == ["Pad:Pad MIDI 1"]
        assert soon(lambda: len(heard.messages) == 2)
        assert heard.messages == [("Pad:Pad MIDI 1 20:0", [0x90, 60, 1]), ("Pad:Pad MIDI 1 20:0", [0x80, 60, 0])]
    assert told == ["MIDI from Pad:Pad MIDI 1"]
    assert all(client.deleted for client in rtmidi.created)


def test_beside_a_port_of_our_own_only_those_asked_for_are_opened(rtmidi: FakeRtmidi) -> None:
    """A program that sends to it has a port as well, and would be heard twice."""
    rtmidi.sources += ["daw:out", "Pad"]
    with listening([], virtual="ours") as (ports, _):
        assert ports.names["in"] == ["ours"]
    with listening([], virtual="ours", ports=("pad",)) as (ports, _):
        assert ports.names["in"] == ["ours", "Pad"]


def test_ports_by_part_of_their_name_and_what_is_not_there_yet(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources += ["nanoKONTROL2", "Keystation", "Keystation"]
    told: list[str] = []
    with listening(told, ports=("KEYS", "launch")) as (ports, _):
        assert ports.names["in"] == ["Keystation", "Keystation #2"]
        rtmidi.sources.append("Launchpad")
        assert soon(lambda: "Launchpad" in ports.names["in"])
    assert [line for line in told if "no MIDI port" in line] == [
        "no MIDI port has 'launch' in its name, it is opened when it comes; now there are: "
        "'nanoKONTROL2', 'Keystation', 'Keystation #2'"
    ]


def test_a_port_that_goes_away_comes_back(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources.append("Pad")
    told: list[str] = []
    with listening(told) as (ports, heard):
        rtmidi.sources.clear()
        assert soon(lambda: not ports.names["in"])
        rtmidi.sources.append("Pad")
        assert soon(lambda: ports.names["in"] == ["Pad"])
        rtmidi.queues["Pad"] = [[0xFA]]
        assert soon(lambda: heard.messages == [("Pad", [0xFA])])
    assert told[1] == "MIDI port 'Pad' is gone; it is opened again when it comes back"


def test_a_port_that_breaks_between_two_messages_loses_none_before(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources.append("Pad")
    rtmidi.queues["Pad"] = [[0xFA], ["vanishes"], [0xFC]]
    with listening([]) as (_, heard):
        assert soon(lambda: [data for _, data in heard.messages] == [[0xFA], [0xFC]])


def test_a_listener_that_trips_is_told_and_listens_on(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources.append("Pad")
    told: list[str] = []
    with listening(told) as (_, heard):
        heard.trips = True
        rtmidi.queues["Pad"] = [[0xFA]]
        assert soon(lambda: len(told) == 2)
        rtmidi.queues["Pad"] = [[0xFC]]
        assert soon(lambda: heard.messages == [("Pad", [0xFC])])
    assert told[1] == "MIDI: something unexpected (KeyError: 'oops'); it goes on"


def test_a_port_that_is_held_by_another_is_told_once(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources.append("Pad")
    rtmidi.refuses = "Pad"
    told: list[str] = []
    with listening(told) as (ports, _):
        time.sleep(0.05)
        assert ports.names["in"] == []
        assert len(rtmidi.created) == 3
        rtmidi.sources.clear()
        time.sleep(0.05)
        rtmidi.refuses = ""
        rtmidi.sources.append("Pad")
        assert soon(lambda: ports.names["in"] == ["Pad"])
    assert told[0] == "MIDI port 'Pad' cannot be opened (busy); another program may hold it"
    assert told[1:] == ["MIDI from Pad"]


def test_values_go_to_the_ports_asked_for_only(rtmidi: FakeRtmidi) -> None:
    rtmidi.sinks += ["Synth", "Pad leds"]
    told: list[str] = []
    with listening(told, feedback=("pad",)) as (_, heard):
        assert heard.plugs == 1
        heard.to_send = [b"\x90\x3c\x7f"]
        assert soon(lambda: rtmidi.sent == [("Pad leds", [0x90, 60, 127])])
        rtmidi.alive = False
        heard.to_send = [b"\x90\x3c\x00"]
        assert soon(lambda: any("is gone" in line for line in told))
        rtmidi.alive = True
        assert soon(lambda: heard.plugs == 2)


def test_our_own_ports_are_no_candidates(rtmidi: FakeRtmidi) -> None:
    rtmidi.sinks += ["HoloStream MIDI:in", "Midi Through Port-0", "Pad leds"]
    told: list[str] = []
    with listening(told, feedback=("knobs",)):
        pass
    assert told == ["no MIDI port has 'knobs' in its name, it is opened when it comes; now there are: 'Pad leds'"]


def test_where_virtual_ports_cannot_be_the_rest_works(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources.append("Pad")
    rtmidi.virtual_works = False
    told: list[str] = []
    with listening(told, virtual="mine") as (ports, _):
        time.sleep(0.05)
        assert ports.names["in"] == ["Pad"]
    assert told == ["no virtual MIDI port here (not on this system); on Windows a program like loopMIDI makes one", "MIDI from Pad"]


def test_a_port_called_virtual_is_not_taken_for_one_of_our_own(rtmidi: FakeRtmidi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi_port, "PROOF_SECONDS", 0.01)
    told: list[str] = []
    with listening(told, ports=("virtual",), virtual="mine") as (ports, _):
        assert soon(lambda: any("no MIDI port has 'virtual'" in line for line in told))
        monkeypatch.setattr(ports._listing, "answers", lambda: False)
        assert soon(lambda: "MIDI: coremidi is back" in told)
        assert soon(lambda: ports.names["in"] == ["mine"])


def test_a_server_that_hangs_holds_nobody_up_who_leaves(rtmidi: FakeRtmidi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi_port, "CLOSING_SECONDS", 0.05)
    answers = threading.Event()
    ports = MidiPorts(MidiSettings(), Heard(), print)
    ports.start()
    monkeypatch.setattr(ports, "_forget", answers.wait)
    ports.close()
    leaving = [thread for thread in threading.enumerate() if thread.name == "midi leaves"]
    assert leaving, "it waits on, and this goes on"
    answers.set()
    leaving[0].join(5)


def test_an_api_that_does_not_run_is_told_if_midi_was_asked_for_and_looked_for_again(rtmidi: FakeRtmidi) -> None:
    rtmidi.alive = False
    told: list[str] = []
    with listening(told) as (ports, _):
        assert told == []
        assert ports.api is None
    with listening(told, ports=("Pad",)) as (ports, _):
        assert told == ["no MIDI yet: coremidi does not run here; it is looked for again and again"]
        rtmidi.sources.append("Pad")
        rtmidi.alive = True
        assert soon(lambda: ports.names["in"] == ["Pad"])


def test_an_api_that_comes_back_is_told(rtmidi: FakeRtmidi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi_port, "PROOF_SECONDS", 0.01)
    told: list[str] = []
    with listening(told, ports=("Pad",)) as (ports, _):
        rtmidi.sources.append("Pad")
        assert soon(lambda: ports.names["in"] == ["Pad"])
        rtmidi.alive = False
        monkeypatch.setattr(ports._listing, "answers", lambda: False)
        assert soon(lambda: "MIDI: coremidi is gone; it is looked for again and again" in told)
        rtmidi.alive = True
        assert soon(lambda: ports.names["in"] == ["Pad"])
    assert told.index("MIDI: coremidi is back") > told.index("MIDI: coremidi is gone; it is looked for again and again")
