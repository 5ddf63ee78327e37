"""The transport's actions, done: to and fro in a recording that plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holostream.engine.playback import Playback

SEMITONE = 2 ** (1 / 12)


def _pause(playback: Playback, wanted: float) -> None:
    if wanted != float(not playback.playing):
        playback.toggle()


_DO: Mapping[str, Callable[[Playback, float], bool | None]] = {
    "seek": lambda playback, seconds: playback.seek(seconds),
    "skip": lambda playback, seconds: playback.move(seconds),
    "to_marker": lambda playback, up: playback.to_marker(1 if up > 0 else -1) if up else None,
    "loop_start": lambda playback, _: playback.set_loop(start=playback.position),
    "loop_end": lambda playback, _: playback.set_loop(end=playback.position),
    "loop_off": lambda playback, _: playback.clear_loop(),
    "tape_speed": lambda playback, speed: playback.set_speed(speed),
    "tape_step": lambda playback, semitones: playback.set_speed(playback.speed * SEMITONE**semitones),
    "pause": _pause,
}


def move_in(playback: Playback | None, name: str, value: float | None) -> None:
    """Do a transport's action. Raises ValueError where nothing plays, or there is no marker that way."""
    if playback is None:
        raise ValueError(f"{name} needs a recording that plays; start with `holostream play FILE.holo`")
    if name == "pause" and value is None:
        playback.toggle()
    elif _DO[name](playback, value or 0.0) is False:
        raise ValueError("there is no marker that way")
