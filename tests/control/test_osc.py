"""OSC over real sockets on this machine."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holostream.control.osc import LOOK_SECONDS, MOST_WAITING, Osc
from holostream.control.osc_message import read_osc, write_osc
from holostream.control.osc_settings import OscSettings
from holostream.control.performance import Performance
from holostream.control.preset_folder import PresetFolder
from holostream.engine.command import COMMANDS
from tests.ui.fake_session import FakeSession


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    """Somebody else's program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(10)
        yield one


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def performance(session: FakeSession, tmp_path: Path) -> Performance:
    return Performance(session, PresetFolder(tmp_path))


@pytest.fixture
def osc(performance: Performance, peer: socket.socket) -> Iterator[Osc]:
    with Osc(OscSettings(0, out=f"127.0.0.1:{peer.getsockname()[1]}"), performance) as osc:
        yield osc


def told(peer: socket.socket) -> tuple[str, tuple]:
    return tuple(read_osc(peer.recv(1 << 16))[0][:2])


def test_commands_and_actions_come_in(osc: Osc, peer: socket.socket, session: FakeSession) -> None:
    at = ("127.0.0.1", osc.port)
    for datagram in (
        write_osc("/holostream/tilt", 3.0), write_osc("/holostream/mark", "verse"),
        b"/holostream/mute\0\0\0\0,T\0\0", write_osc("/holostream/record"), write_osc("/holostream/tier_step", 1.0),
    ):  # fmt: skip
        peer.sendto(datagram, at)
    wait_for(lambda: len(session.sent) == 3)
    assert session.sent == [("tilt", 3), ("mute", 1), ("tier", 128)]
    assert session.marks == ["verse"]
    assert session.recording is not None


def test_a_buttons_number_is_no_value(osc: Osc, session: FakeSession) -> None:
    for value in (1.0, 0.0):
        osc.receive(write_osc("/holostream/mark", value), lambda reply: None)
        osc.receive(write_osc("/holostream/neutral", value), lambda reply: None)
    assert session.marks == [""]
    assert not any("value" in message for message in session.messages)


def test_changes_go_out_whoever_makes_them_and_only_changes(
    osc: Osc, peer: socket.socket, performance: Performance
) -> None:
    began = {kind.name: value for kind in COMMANDS if (value := performance.value(kind.name)) != kind.neutral}
    assert dict(told(peer) for _ in began) == {f"/holostream/{name}": (value,) for name, value in began.items()}
    performance.do("tilt", 3)
    performance.do("tilt", 3)
    performance.do("wet", 0.5)
    peer.sendto(write_osc("/holostream/robot", 1.0), ("127.0.0.1", osc.port))
    assert [told(peer) for _ in range(3)] == [
        ("/holostream/tilt", (3.0,)), ("/holostream/wet", (0.5,)), ("/holostream/robot", (1.0,)),
    ]  # fmt: skip


def test_values_are_told_to_who_asks(osc: Osc, peer: socket.socket, performance: Performance) -> None:
    at = ("127.0.0.1", osc.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(10)
        asker.sendto(write_osc("/holostream/get", "tier"), at)
        assert told(asker) == ("/holostream/tier", (64.0,))
        asker.sendto(write_osc("/holostream/get"), at)
        assert [told(asker)[0] for _ in COMMANDS] == [f"/holostream/{kind.name}" for kind in COMMANDS]


def test_garbage_is_one_message_and_nothing_is_hurt(osc: Osc, peer: socket.socket, session: FakeSession) -> None:
    at = ("127.0.0.1", osc.port)
    before = len(session.messages)
    for datagram in (
        b"\xff\xfe garbage", b"", write_osc("/other/tilt", 1.0), write_osc("/holostream/titl", 1.0),
        write_osc("/holostream/tilt", "much"), write_osc("/holostream/tilt", 1.0, 2.0), write_osc("/holostream/tilt"),
        write_osc("/holostream/tilt", float("nan")), write_osc("/holostream/get", "record"), b"#bundle\0" + b"\xff" * 99,
    ) * 20:  # fmt: skip
        peer.sendto(datagram, at)
    peer.sendto(write_osc("/holostream/tilt", 2.0), at)
    wait_for(lambda: bool(session.sent))
    assert session.sent == [("tilt", 2)]
    complaints = list(session.messages)[before:]
    assert complaints[0] == "OSC: this is no OSC: a message begins with a '/'"
    assert len(complaints) <= 3


def test_a_port_in_use_is_one_sentence(osc: Osc, performance: Performance) -> None:
    with pytest.raises(ValueError, match=f"OSC cannot listen at 127.0.0.1 port {osc.port}: .*; choose another with --osc"):
        Osc(OscSettings(osc.port), performance)


@pytest.mark.parametrize("out", ["nowhere", ":9000", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "a" * 300 + ":9"])
def test_a_bad_target_is_one_sentence(performance: Performance, out: str) -> None:
    with pytest.raises(ValueError, match=r"--osc-out .* is no HOST:PORT|OSC cannot send to"):
        Osc(OscSettings(out=out), performance)


def test_a_bad_host_is_one_sentence(performance: Performance) -> None:
    with pytest.raises(ValueError, match=r"OSC cannot listen at '999\.1"):
        Osc(OscSettings(9000, "999.1.1.1.1"), performance)


def test_nobody_listening_hurts_nobody(performance: Performance, session: FakeSession, peer: socket.socket) -> None:
    port = peer.getsockname()[1]
    peer.close()
    with Osc(OscSettings(out=f"127.0.0.1:{port}"), performance):
        for number in range(100):
            performance.do("tilt", number % 12)
    assert len(session.sent) == 100


def test_who_begins_to_listen_hears_the_next_change(performance: Performance, peer: socket.socket) -> None:
    at = peer.getsockname()
    peer.close()
    with Osc(OscSettings(out=f"127.0.0.1:{at[1]}"), performance), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
        performance.do("tilt", 1)
        time.sleep(0.05)  # until it is known that nobody heard it
        late.bind(at)
        late.settimeout(10)
        performance.do("mute", 1)
        assert told(late) == ("/holostream/mute", (1.0,))


def test_off_by_default(performance: Performance, session: FakeSession) -> None:
    with Osc(OscSettings(), performance) as osc:
        assert osc.port == 0
    assert not session.messages


def in_a_bundle(ahead: float, *messages: bytes) -> bytes:
    tag = int((time.time() + ahead + 2_208_988_800) * 2**32)
    return b"#bundle\0" + struct.pack(">Q", tag) + b"".join(struct.pack(">i", len(one)) + one for one in messages)


def test_a_bundle_is_done_at_its_time(osc: Osc, peer: socket.socket, session: FakeSession) -> None:
    at = ("127.0.0.1", osc.port)
    peer.sendto(in_a_bundle(0.4, write_osc("/holostream/tilt", 2.0)), at)
    peer.sendto(in_a_bundle(0.2, write_osc("/holostream/tilt", 1.0), write_osc("/holostream/mute", 1.0)), at)
    peer.sendto(in_a_bundle(-5.0, write_osc("/holostream/tilt", -1.0)), at)
    wait_for(lambda: len(session.sent) == 1)
    assert session.sent == [("tilt", -1)], "what is late is done at once"
    wait_for(lambda: len(session.sent) == 4)
    assert session.sent == [("tilt", -1), ("tilt", 1), ("mute", 1), ("tilt", 2)]


def test_what_is_due_is_done_and_no_more(performance: Performance, session: FakeSession) -> None:
    osc = Osc(OscSettings(), performance)
    for ahead, value in ((30.0, 3.0), (10.0, 1.0), (20.0, 2.0)):
        osc.receive(in_a_bundle(ahead, write_osc("/holostream/tilt", value)), lambda reply: None)
    now = time.time()
    assert osc.do_due(now) == LOOK_SECONDS
    assert session.sent == []
    assert osc.do_due(now + 9.9) < 0.2
    assert 0 < osc.do_due(now + 19.9) <= 0.2
    assert osc.do_due(now + 20.1) == LOOK_SECONDS
    assert session.sent == [("tilt", 1), ("tilt", 2)]


def test_bundles_too_far_ahead_or_too_many_are_refused(performance: Performance, session: FakeSession) -> None:
    osc = Osc(OscSettings(), performance)
    osc.receive(in_a_bundle(3600, write_osc("/holostream/tilt", 1.0)), lambda reply: None)
    assert "do both clocks agree?" in session.messages[-1]
    for _ in range(MOST_WAITING + 1):
        osc.receive(in_a_bundle(30, write_osc("/holostream/nonsense", 1.0)), lambda reply: None)
    osc.do_due(time.time() + 31)
    assert session.sent == []


def test_one_refused_message_leaves_the_rest_of_its_bundle(performance: Performance, session: FakeSession) -> None:
    osc = Osc(OscSettings(), performance)
    messages = (write_osc("/holostream/nonsense", 1.0), write_osc("/holostream/tilt", 2.0))
    osc.receive(in_a_bundle(-1.0, *messages), lambda reply: None)
    assert session.sent == [("tilt", 2)]
    assert "unknown command 'nonsense'" in session.messages[-1]


def test_a_step_beyond_all_tiers_goes_as_far_as_there_are_any(osc: Osc, peer: socket.socket, session: FakeSession) -> None:
    at = ("127.0.0.1", osc.port)
    peer.sendto(write_osc("/holostream/tier_step", 99.0), at)
    wait_for(lambda: session.sent == [("tier", 256)])


def test_what_nobody_expected_ends_nothing(
    performance: Performance, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    osc = Osc(OscSettings(), performance)

    def trip(*_: object) -> None:
        raise AssertionError("tripped")

    with monkeypatch.context() as broken:
        broken.setattr(performance, "do", trip)
        osc.receive(write_osc("/holostream/tilt", 1.0), lambda reply: None)
    assert session.messages[-1] == "OSC: something unexpected (AssertionError: tripped); it goes on"
    osc.receive(write_osc("/holostream/tilt", 1.0), lambda reply: None)
    assert session.sent == [("tilt", 1)]
