"""Commands that ask for a sound that is not there: a tier that the models folder lacks, a second sound that nobody gave."""

from __future__ import annotations

from collections.abc import Collection

from holostream.engine.command import command_kind, names_missing_tier, without_tier


class MissingSounds:
    """Give it every command in order (`sentence`)."""

    def __init__(self, tiers: Collection[int], second: bool) -> None:
        """`second`: there is a second sound to cross with."""
        self._tiers, self._told_of_second = tiers, second
        self._morph_tier, self._told_of_morph_tier = command_kind("morph_tier").neutral, 0.0
        """As last asked for."""

    def sentence(self, name: str, value: float) -> str | None:
        """What to tell of a command, if anything; what a moving knob asks for again and again is told once."""
        if names_missing_tier(name, value, self._tiers):
            return without_tier(value, self._tiers)
        if name == "morph_tier":
            self._morph_tier = value
        if name == "morph" and value and self._morph_tier not in {*self._tiers, self._told_of_morph_tier}:
            self._told_of_morph_tier = self._morph_tier
            return without_tier(self._morph_tier, self._tiers) + "; choose another with morph_tier"
        if name == "cross" and value and not self._told_of_second:
            self._told_of_second = True
            return "cross has no second sound to cross with: start with --second FILE, or --second channel"
        return None
