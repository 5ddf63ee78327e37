"""A controller in a process of its own, on a real JACK server: sends what it is told, by rtmidi's JACK API."""

from __future__ import annotations

import os
import subprocess
import sys

from holostream.bench.jack_server import JackServer

_PROGRAM = """
import sys, time
import rtmidi
out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, sys.argv[1])
out.open_virtual_port("knobs")
print("ready", flush=True)
for line in sys.stdin:
    if line.startswith("flood"):
        _, seconds, last = line.split()
        start = time.monotonic()
        for n in range(int(float(seconds) * 1000)):
            out.send_message([0xB0, 1, n % 128])
            time.sleep(max(0.0, start + n * 0.001 - time.monotonic()))
        out.send_message([0xB0, 1, int(last)])
    else:
        out.send_message(list(bytes.fromhex(line)))
"""


class MidiPad:
    """Its port is called NAME:knobs."""

    def __init__(self, server: JackServer, name: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL, env={**os.environ, **server.environment},
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def send(self, *messages: list[int]) -> None:
        self._write(*(bytes(message).hex() for message in messages))

    def flood(self, seconds: float, last: int) -> None:
        """A thousand messages of control 1 a second, the last of which has this value."""
        self._write(f"flood {seconds} {last}")

    def _write(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
