"""The sound as it was left: saved when a session ends, restored when the next one begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import platformdirs

from holostream.control.preset import Command, preset_of, read_preset
from holostream.control.toml_file import write_toml

NOT_RESTORED = (
    "bypass",
    "mute",
    "feedback_guard",
    "freeze",
    "loop",
    "loop_beats",
    "reverse",
    "scrub",
    "speed",
    "stutter",
)
"""What would make a session begin with no sound, or with sound that has not been heard yet."""


def last_session_path() -> Path:
    """It need not exist yet."""
    return Path(platformdirs.user_state_dir("holostream", appauthor=False)) / "last_session.toml"


def save_last_session(value: Callable[[str], float], midi_map: str | None = None, path: Path | None = None) -> None:
    """From the commands' values, and the MIDI map that a preset asked for. Raises ValueError if there is a malformed one, which is
    left as it is; OSError."""
    chosen = path or last_session_path()
    if chosen.is_file():
        read_preset(chosen)
    write_toml(chosen, replace(preset_of(value), midi_map=midi_map).text())


def last_session(path: Path | None = None) -> tuple[list[Command], str | None]:
    """What to send to be where one was, and its MIDI map; nothing if there was no session. Raises ValueError (malformed), OSError."""
    chosen = path or last_session_path()
    if not chosen.is_file():
        return [], None
    preset = read_preset(chosen)
    steps = [(name, value) for name, value in preset.steps()[0] if name in preset.values and name not in NOT_RESTORED]
    return steps, preset.midi_map
