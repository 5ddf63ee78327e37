"""Patching JACK clients by the ports that appear when they start: PortAudio names its clients by number, in no order."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from holostream.bench.jack_server import JackServer

APPEAR_SECONDS = 20.0
PORT_NAME = re.compile(r"[^:]+:[^: ][^:]*")


def ports(server: JackServer) -> list[str]:
    """All ports by full name, 'client:port'; what JACK's library prints between them is left out."""
    lines = server.run_tool("jack_lsp").stdout.splitlines()
    return [line for line in lines if PORT_NAME.fullmatch(line)]


def new_ports(server: JackServer, before: list[str], running: Callable[[], bool]) -> tuple[str, str]:
    """Input and output port of the PortAudio client that was not there `before`, once both are.

    Raises RuntimeError if they do not appear, at once if the program is not `running` any more.
    """
    deadline = time.monotonic() + APPEAR_SECONDS
    while time.monotonic() < deadline and running():
        new = [port for port in ports(server) if port not in before]
        inputs = [port for port in new if port.endswith(":in_0")]
        outputs = [port for port in new if port.endswith(":out_0")]
        if inputs and outputs:
            return inputs[0], outputs[0]
        time.sleep(0.05)
    raise RuntimeError("the client's ports in_0 and out_0 did not appear on the JACK server")


def unplug(server: JackServer, port: str) -> None:
    """Remove every connection of a port."""
    connections, at_port = [], False
    for line in server.run_tool("jack_lsp", "-c", port).stdout.splitlines():
        if not line.startswith(" "):
            at_port = line == port
        elif at_port:
            connections.append(line.strip())
    for other in connections:
        source, sink = (other, port) if ":in_" in port else (port, other)
        server.run_tool("jack_disconnect", source, sink)


def plug(server: JackServer, source: str, sink: str) -> None:
    """Connect an output to an input. Raises RuntimeError if JACK refuses."""
    done = server.run_tool("jack_connect", source, sink)
    if done.returncode:
        raise RuntimeError(f"jack_connect {source} {sink}: {(done.stderr or done.stdout).strip()}")
