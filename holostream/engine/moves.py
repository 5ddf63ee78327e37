"""The DNA moves of a path: which frame is heard in a hop, and how it is bent, as the controls ask and glide there.

Nothing of it runs while every move is neutral, but for remembering what was heard.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np

from holostream.codec.dna import Dna, join, one_frame
from holostream.codec.dna_moves.bend import Bend
from holostream.codec.dna_moves.bend_plan import BendAmounts
from holostream.codec.dna_moves.dip import Dip
from holostream.codec.dna_moves.harmonic_levels import harmonic_levels
from holostream.codec.dna_moves.memory import Memory
from holostream.codec.dna_moves.time_moves import LONGEST_SECONDS, Place, TimeAmounts, TimeState, place_at
from holostream.codec.tier_fade import FADE_HOPS
from holostream.codec.tier_model import TierModel
from holostream.codec.tier_step import TierStep
from holostream.engine.command import MOVES
from holostream.engine.controls import Controls

_BENT = tuple(field.name for field in fields(BendAmounts) if field.name != "freeze_drift")
_NEUTRAL = tuple((kind.name, kind.neutral) for kind in MOVES if kind.name in _BENT)
_TIMED = tuple(field.name for field in fields(TimeAmounts))
_FADED = {"shift": 0.0, "comb": 0.5, "cross": 0.25, "robot": 0.25, "whisper": 0.25, "phase_crush": 0.25}
"""Amounts that are faded, not glided, if they are to change by more than this within a short time: phases that differ much
do not meet halfway, and what lies between two shifts, or two combs far apart, is another sound."""
_SHORT_HOPS = 2 * FADE_HOPS
SPARE_HOPS = 64


@dataclass(frozen=True)
class Reading:
    """How a place moves from hop to hop."""

    hops: int
    held: int

    def next(self, place: Place) -> Place:
        return Place(place.hop + self.hops, place.held + self.held)


STEADY = Reading(1, 0)


@dataclass
class LeftBehind:
    """Where a voice reads that fades out after a jump, and how that is bent."""

    place: Place
    going_on: Reading
    bent: BendAmounts


@dataclass
class _Glide:
    target: float
    step: float
    hops: int


class Moves:
    """`begin_hop` once a hop, then `heard` for every voice that sounds in it."""

    def __init__(self, tiers: Iterable[TierModel], lanes: int, controls: Controls) -> None:
        models = list(tiers)
        known = [model.facts for model in models]
        self._bends = {model.facts.harmonics: Bend(model.facts, harmonic_levels(model)) for model in models}
        self._per_second = known[0].frames_per_second
        self._memory = Memory(known, lanes, math.ceil(LONGEST_SECONDS * self._per_second) + SPARE_HOPS)
        self._time, self._time_state = TimeAmounts(), TimeState()
        self._place: Place | None = None
        """Where to read in this hop; None: what has just been encoded."""
        self._seen = -1
        self._gliding: dict[str, _Glide] = {}
        self._bent = BendAmounts()
        self._jumping, self._dip = False, Dip()
        """Whether a jump in time waits for its fade, or for the bottom of a dip."""
        self._steps: dict[str, float] = {}
        """Amounts that wait for theirs."""
        self._target, self._going_on = 0, STEADY
        self.morph = controls.morph
        """0 to 1, gliding: how much of the other tier is heard."""
        self._controls = controls
        self._look(math.inf)

    def begin_hop(self, hop: int, chunk: np.ndarray, controls: Controls, morphing: bool = False) -> None:
        """The hop's chunk, (lanes, chunk), and what is wanted in it. A jump waits to be faded, and until then what was heard
        goes on; while two tiers are `morphing` there is no voice left for that, and it is made in a dip."""
        self._hop = hop
        self._memory.store_chunk(hop, chunk)
        if controls is not self._controls or controls.changes != self._seen:
            self._controls = controls
            self._look(controls.glide_ms / 1000 * self._per_second)
        if self._gliding:
            self._advance()
        place = None
        if self._time.move or self._time_state.move or self._jumping:
            place = place_at(hop, self._time, self._time_state, self._per_second)
            if place.keep >= 0:
                self._memory.keep(place.keep)
            if place.keep_loop >= 0:
                self._memory.keep_looped(place.keep_loop)
            self._jumping = self._jumping or place.jump
        if self._dip.advance(self.jumping and morphing):
            self._jumping = False
            self._take_steps()
        if place is not None:
            self._target, before = place.hop, self._place or Place(hop - 1)
            self._place = self._going_on.next(before) if self._jumping else place
            if not self._jumping:
                round_and_round = self._time.move in ("", "loop", "stutter")
                passed = Reading(place.hop - before.hop, place.held - before.held)
                self._going_on = STEADY if round_and_round else passed
                if not self._time.move:
                    self._place = None
        else:
            self._place, self._going_on = None, STEADY

    @property
    def jumping(self) -> bool:
        """Whether something waits to be faded, or for the bottom of a dip."""
        return self._jumping or bool(self._steps)

    def leave(self) -> LeftBehind:
        """It is being faded: what a voice that stays behind reads from the next hop on."""
        left = LeftBehind(self._place or Place(self._hop), self._going_on, self._bent)
        if self._jumping:
            self._going_on, self._jumping = STEADY, False
        else:
            self._target = left.place.hop
        self._take_steps()
        return left

    def before_target(self, frames: int, runner: TierStep) -> Dna:
        """The last frames until the one that is jumped to, bent, to prime a voice with."""
        bend, hops = self._bends[runner.facts.harmonics], range(self._target - frames + 1, self._target + 1)
        bent = [
            bend.apply(row, self._bent, self._hop + hop - self._target)
            for hop, row in zip(hops, self._memory.rows(hops, runner), strict=True)
        ]
        return join([one_frame(row, runner.lanes) for row in bent])

    def heard(self, runner: TierStep, second: np.ndarray | None = None, left: LeftBehind | None = None) -> np.ndarray:
        """The codes to vocode, in a row, instead of those that `runner` has just made of this hop's chunk; `left`: of a
        voice that was left behind by a jump."""
        row, place = runner.row, self._place
        self._memory.store_codes(self._hop, runner)
        if left is not None:
            place = left.place = left.going_on.next(left.place)
        held, amounts = 0, self._bent if left is None else left.bent
        if place is not None:
            held = place.held
            if place.hop != self._hop:
                (row,) = self._memory.rows(range(place.hop, place.hop + 1), runner)
        if self._bending or held or left:
            row = self._bends[runner.facts.harmonics].apply(row, amounts, self._hop, held, second)
        return self._dip.quieter(row, runner.lanes)

    def _look(self, hops: float) -> None:
        """The controls have changed: begin to glide there, within so many hops (inf: be there)."""
        controls = self._controls
        self._seen = controls.changes
        self._time = TimeAmounts(*(getattr(controls, name) for name in _TIMED))
        jumps = {}
        for name in (*_BENT, "morph"):
            wanted = getattr(controls, name)
            if name == "shift":
                wanted = float(round(wanted))
            known = self._gliding[name].target if name in self._gliding else self._amount(name)
            if wanted == known:
                continue
            self._gliding.pop(name, None)
            if hops < 2 or hops == math.inf:
                self._steps.pop(name, None)
                jumps[name] = wanted
            elif name in self._steps and name != "shift":
                self._step(name, wanted)  # waits already
            elif hops <= _SHORT_HOPS and abs(wanted - known) > _FADED.get(name, math.inf):
                self._step(name, wanted)
            else:
                left = round(hops)
                self._gliding[name] = _Glide(wanted, (wanted - self._amount(name)) / left, left)
        self._set(jumps)

    def _amount(self, name: str) -> float:
        return self.morph if name == "morph" else self._steps.get(name, getattr(self._bent, name))

    def _set(self, amounts: dict[str, float]) -> None:
        self.morph = amounts.pop("morph", self.morph)
        self._bent = replace(self._bent, freeze_drift=self._controls.freeze, **amounts)
        self._bending = any(getattr(self._bent, name) != neutral for name, neutral in _NEUTRAL)

    def _step(self, name: str, wanted: float) -> None:
        """To be faded to, unless it is there."""
        self._steps.pop(name, None)
        if wanted != getattr(self._bent, name):
            self._steps[name] = wanted

    def _take_steps(self) -> None:
        if self._steps:
            self._set(self._steps)
            self._steps = {}

    def _advance(self) -> None:
        amounts = {}
        for name, glide in list(self._gliding.items()):
            glide.hops -= 1
            amount = glide.target - glide.step * glide.hops
            if not glide.hops:
                del self._gliding[name]
            if name == "shift":
                self._step(name, float(round(amount)))
            else:
                amounts[name] = amount
        self._set(amounts)
