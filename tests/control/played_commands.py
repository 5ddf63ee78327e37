"""Commands that only remember what was done, for what plays on them."""

from __future__ import annotations

from collections.abc import Callable

from holostream.engine.command import COMMAND_NUMBER, command_kind


class PlayedCommands:
    """Engine commands keep their value, actions are remembered; 'preset' knows number 7 only."""

    def __init__(self) -> None:
        self.done: list[tuple[str, float | str | None]] = []
        self.values: dict[str, float] = {}
        self._listeners: list[Callable[[str, float], None]] = []

    def do(self, name: str, value: float | str | None = None) -> None:
        if name == "preset" and value != 7:
            raise ValueError(f"there is no preset {value}")
        self.done.append((name, value))
        if name in COMMAND_NUMBER:
            assert isinstance(value, float | int)
            self.values[name] = command_kind(name).accepted(value)
            for listener in self._listeners:
                listener(name, self.values[name])

    def value(self, name: str) -> float:
        return self.values.get(name, command_kind(name).neutral)

    def observe(self, listener: Callable[[str, float], None]) -> None:
        self._listeners.append(listener)
