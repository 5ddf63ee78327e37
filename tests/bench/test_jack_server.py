"""The private JACK server comes up, answers, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from holostream.bench.jack_ports import ports
from holostream.bench.jack_server import jack_server, require_jack

pytestmark = pytest.mark.jack


@pytest.mark.parametrize("realtime", [None, False])
def test_up_and_gone(realtime: bool | None):
    with jack_server(128, realtime=realtime) as server:
        assert server.run_tool("jack_bufsize").stdout.split()[-1] == "128"
        assert "system:capture_1" in ports(server)
        assert server.late_wakeups() >= 0
    assert ports(server) == []
    assert not list(Path("/dev/shm").glob(f"jack*_{server.name}_*"))


def test_an_error_inside_stops_it_too():
    with pytest.raises(KeyError), jack_server(256) as server:
        raise KeyError("anything")
    assert ports(server) == []


def test_two_servers_beside_each_other():
    with jack_server(64) as one, jack_server(256) as other:
        assert one.name != other.name
        assert other.run_tool("jack_bufsize").stdout.split()[-1] == "256"


def test_killed_servers_do_not_use_up_their_places():
    for _ in range(10):  # JACK has room for eight
        with jack_server(256) as server:
            os.kill(server.pid, signal.SIGKILL)


def test_without_jack_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ValueError, match=r"jackd.*apt-get install jackd2"):
        require_jack()
