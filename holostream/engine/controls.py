"""What the performer wants now, a value for every command; the block path glides there."""

from __future__ import annotations

from dataclasses import dataclass, field

from holostream.engine.command import COMMANDS

_SWITCHES = {kind.name for kind in COMMANDS if kind.is_switch}


@dataclass
class Controls:
    """One field for every row of `command.COMMANDS`, as a fresh session has it unless given: neutral, but for the feedback guard, which is on."""

    tier: int
    input_gain_db: float = 0.0
    output_gain_db: float = 0.0
    wet: float = 1.0
    bypass: bool = False
    mute: bool = False
    feedback_guard: bool = True
    freeze: float = 0.0
    loop: float = 0.0
    loop_beats: float = 0.0
    reverse: float = 0.0
    scrub: float = 0.0
    speed: float = 1.0
    stutter: float = 0.0
    mute_range: float = 0.0
    solo_range: float = 0.0
    tilt: float = 0.0
    shift: float = 0.0
    comb: float = 1.0
    gate: float = 0.0
    amplitude_crush: float = 0.0
    phase_crush: float = 0.0
    robot: float = 0.0
    whisper: float = 0.0
    morph: float = 0.0
    cross: float = 0.0
    mute_low: float = 0.0
    mute_high: float = 0.25
    solo_low: float = 0.0
    solo_high: float = 0.25
    morph_tier: int = 8
    tempo: float = 120.0
    glide_ms: float = 20.0

    changes: int = field(default=0, init=False, compare=False)
    """How often a value was set: whoever reads them knows whether to look again."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name != "changes":
            super().__setattr__("changes", self.__dict__.get("changes", 0) + 1)

    def set(self, name: str, value: float) -> None:
        """A command's value, as the table accepts it."""
        if name in ("tier", "morph_tier"):
            setattr(self, name, int(value))
        else:
            setattr(self, name, bool(value) if name in _SWITCHES else value)

    def value(self, name: str) -> float:
        return float(getattr(self, name))
