"""Pickup: a knob that stands elsewhere than its value does nothing until it meets it, so that the sound never jumps.

It lets go again when the value changes by other hands. Pure but for what it remembers; places are knob places, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

MEETS = 1.5 / 127
"""So near is met."""


@dataclass
class _Knob:
    place: float | None = None
    sent: float | None = None
    holds: bool = False


class SoftTakeover:
    """What the knobs' places were, each known by any key."""

    def __init__(self) -> None:
        self._knobs: dict[Hashable, _Knob] = {}

    def passes(self, key: Hashable, places: Sequence[float], value_place: float, value: float) -> bool:
        """Whether a knob that went through `places` may move its value, which is `value` and stands at `value_place`."""
        knob = self._knobs.setdefault(key, _Knob())
        if knob.holds and knob.sent != value:
            knob.holds = False
        for place in places:
            before, knob.place = knob.place, place
            if not knob.holds:
                crossed = before is not None and (before - value_place) * (place - value_place) <= 0
                knob.holds = crossed or abs(place - value_place) <= MEETS
        return knob.holds

    def sent(self, key: Hashable, value: float) -> None:
        """The value as it was taken from the knob."""
        self._knobs[key].sent = value
