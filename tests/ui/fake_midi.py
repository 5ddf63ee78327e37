"""MIDI without ports: a map that can be learned into, and messages that a test puts there."""

from __future__ import annotations

import threading

from holostream.control.command_table import row_named
from holostream.ui.app import HoloStreamApp
from tests.ui.fake_session import FakeSession

MAP = (
    ("notes C1-F#1", "tier by number"), ("program 0-6", "tier by number"), ("CC 1", "wet"),
    ("CC 7", "output_gain_db -60 to 6"), ("CC 64", "freeze while pressed"), ("CC 65", "robot on, off"),
    ("CC 66", "whisper on, off"), ("CC 71", "tilt"), ("CC 74", "gate"), ("pitch bend", "shift -12 to 12"),
    ("channel pressure", "amplitude_crush"), ("CC 16", "stutter"), ("CC 17", "morph"), ("note C2", "tap"),
    ("note D2", "preset 1"), ("note E2", "loop_beats 1 while pressed"),
)  # fmt: skip
RECENT = (
    "nanoKONTROL2 SLIDER/KNOB: control 7 = 100, channel 1 -> output_gain_db -8.031",
    "nanoKONTROL2 SLIDER/KNOB: control 7 = 101, channel 1 -> output_gain_db -7.512",
    "nanoKONTROL2 SLIDER/KNOB: control 64 = 127, channel 1 -> freeze 1",
)


class FakeAsked:
    """nanoKONTROL2 is there, of what was asked for, and the launchpad is not."""

    ports: tuple[str, ...] = ("nano", "launchpad")
    feedback: tuple[str, ...] = ("nano",)


class FakeMidi:
    """`move` is the control that is moved while learning."""

    def __init__(self) -> None:
        self.settings = FakeAsked()
        self.port_names = {"in": ["nanoKONTROL2 SLIDER/KNOB"], "out": ["nanoKONTROL2 CTRL"]}
        self.recent: tuple[str, ...] = RECENT
        self.rows = list(MAP)
        self.learned: list[tuple[str, float | None]] = []
        self._moved, self._control = threading.Event(), ""

    def map_lines(self) -> list[tuple[str, str]]:
        return self.rows

    def move(self, control: str) -> None:
        self._control = control
        self._moved.set()

    def learn(self, command: str, value: float | None = None, seconds: float = 15.0) -> object | None:
        row_named(command)
        self.learned.append((command, value))
        self._moved.wait(seconds)
        self._moved.clear()
        control, self._control = self._control, ""
        if not control:
            return None
        self.rows.append((control, command if value is None else f"{command} {value:g}"))
        return self.rows[-1]

    def stop_learning(self) -> None:
        self.move("")

    def forget(self, place: int) -> None:
        del self.rows[place]


def main() -> None:
    """The user interface with moving data and controllers."""
    import time

    HoloStreamApp(FakeSession(time.monotonic), midi=FakeMidi()).run(mouse=False)


if __name__ == "__main__":
    main()
