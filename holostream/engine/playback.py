"""Plays a recording: decodes it ahead of time, in a thread of the control process, into the playback ring.

Everything that changes what is played (another place, a loop, the speed) is a new plan; the thread decodes its beginning
first and only then drops what it had written for the plan before, so that there is a seam and no gap.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace

from holostream.codec.tier_model import ModelError
from holostream.engine.playback_ring import RESAMPLING_BURST, SLOT_SAMPLES, SLOTS, PlaybackRing
from holostream.engine.playback_stream import SHORTEST_LOOP_SECONDS, Plan, Slot, slots
from holostream.engine.settings import FASTEST, SLOWEST
from holostream.format.holo_error import HoloFormatError
from holostream.format.recorded_sound import RecordedSound, never

AHEAD_SECONDS = 0.3
FOLLOW_SECONDS = 10.0
"""How long a recording that grows is waited for."""
LOOK_SECONDS = 0.05
POLL_SECONDS = 0.002
BEGINNING = 0.2
"""Share of what is written ahead that a new plan must have before it is heard."""
MOST_AHEAD = int((SLOTS - 1) / (1 + BEGINNING)) * SLOT_SAMPLES
"""Whatever is asked for: when a slot is half read, the ring has room for so much and the beginning of a new plan."""
NEAR_SECONDS = 0.5
"""Going back to a marker just passed means the one before it."""


@dataclass(frozen=True)
class PlaybackOptions:
    """How playing begins and ends. Times in seconds of the recording."""

    start: float = 0.0
    loop: tuple[float, float] | None = None
    speed: float = 1.0
    follow: bool = False
    """The file is still being recorded: go on as it grows."""
    ends: bool = False
    """The session ends with the recording, instead of pausing there."""
    ahead: float = AHEAD_SECONDS


FROM_THE_START = PlaybackOptions()


class Playback:
    """The transport: `start` and `close` it; everything else may be called at any time in between.

    Times are seconds of the recording. After its end, or an error in the file, `failure` and `sound.remarks` say what the
    user should know.
    """

    def __init__(
        self,
        sound: RecordedSound,
        ring: PlaybackRing,
        rate: int,
        options: PlaybackOptions = FROM_THE_START,
        block_seconds: float = 0.0,
    ) -> None:
        """`block_seconds`: of the device, which two of them and what its resampler asks for are kept ahead of."""
        self.sound, self._ring, self._rate, self._options = sound, ring, rate, options
        loop = None if options.loop is None else self._samples_of(*options.loop)
        self._plan = Plan(round(options.start * sound.rate), loop, options.speed)
        self._sounding: Plan | None = None
        """The plan whose beginning is in the ring."""
        self._ahead = min(max(options.ahead * rate, 2 * block_seconds * rate + RESAMPLING_BURST), MOST_AHEAD)
        self._at_end = False
        self._end_place = 0.0
        self._last_growth = time.monotonic()
        self._wake, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._failed: tuple[Plan, Exception] | None = None
        ring.head.playing = 1

    def start(self) -> None:
        """Return when sound is ready. Raises HoloFormatError, ModelError, OSError if there is none to be had."""
        self._thread.start()
        while self._ring.ahead < self._ahead and not (self._at_end or self._waits_for_more()):
            time.sleep(POLL_SECONDS)
        if not self._ring.head.written:
            raise (self._failed and self._failed[1]) or HoloFormatError(f"{self.sound.name} holds no sound; there is nothing to play")

    def _waits_for_more(self) -> bool:
        return bool(self._ring.head.written) and not self._ring.head.due

    def close(self) -> None:
        """Stop the thread. Safe to call twice."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    # what the user sees

    @property
    def position(self) -> float:
        """Of what sounds now, or will when playing goes on."""
        if self._pending:
            return self._plan.start / self.sound.rate
        upcoming = self._ring.next_up
        place = self._end_place if upcoming is None else upcoming[0]
        return min(place, self.sound.length) / self.sound.rate

    @property
    def _pending(self) -> bool:
        """Whether something else was asked for than what is in the ring."""
        return self._sounding is not self._plan

    @property
    def failure(self) -> str | None:
        """Why what was asked for last does not go on; another place may."""
        plan, error = self._failed or (None, None)
        return str(error) if plan is self._plan else None

    @property
    def settled(self) -> bool:
        """What was asked for last is what sounds next, or nothing will."""
        return not self._pending or self.failure is not None

    @property
    def duration(self) -> float:
        return self.sound.length / self.sound.rate

    @property
    def harmonics(self) -> int:
        """The tier recorded at the position; 0 at the end."""
        upcoming = self._ring.next_up
        return 0 if upcoming is None else upcoming[1]

    @property
    def playing(self) -> bool:
        return bool(self._ring.head.playing)

    @property
    def speed(self) -> float:
        return self._plan.speed

    @property
    def loop(self) -> tuple[float, float] | None:
        loop = self._plan.loop
        return None if loop is None else (loop[0] / self.sound.rate, loop[1] / self.sound.rate)

    @property
    def markers(self) -> list[tuple[float, str]]:
        return [(place / self.sound.rate, text) for place, text in self.sound.markers]

    # what the user does

    def toggle(self) -> None:
        """Pause or go on; at the end, from the beginning."""
        if self._at_end and not self._pending and self._ring.next_up is None:
            self.seek(self.loop[0] if self.loop else 0.0)
            self._ring.head.playing = 1
        else:
            self._ring.head.playing = int(not self.playing)

    def seek(self, seconds: float) -> None:
        """Go there, or to the nearer end of the recording."""
        place = round(seconds * self.sound.rate)
        self._change(replace(self._plan, start=min(max(place, 0), self.sound.length)))

    def move(self, seconds: float) -> None:
        """Forward, or back where negative."""
        self.seek(self.position + seconds)

    def to_marker(self, up: int) -> bool:
        """To the next (1) or the previous (-1) marker; False if there is none."""
        here = self.position
        if up > 0:
            there = next((at for at, _ in self.markers if at > here + 0.01), None)
        else:
            there = next((at for at, _ in reversed(self.markers) if at < here - NEAR_SECONDS * self.speed), None)
        if there is not None:
            self.seek(there)
        return there is not None

    def set_loop(self, start: float | None = None, end: float | None = None) -> None:
        """Set one or both ends; the other is the recording's where there was none, or where it would not fit."""
        before = self.loop or (0.0, self.duration)
        first, last = before[0] if start is None else start, before[1] if end is None else end
        if last - first < SHORTEST_LOOP_SECONDS:
            first, last = (first, self.duration) if end is None else (0.0, last)
        if last - first >= SHORTEST_LOOP_SECONDS:
            self._change(replace(self._plan, start=self._here(), loop=self._samples_of(first, last)))

    def clear_loop(self) -> None:
        self._change(replace(self._plan, start=self._here(), loop=None))

    def set_speed(self, speed: float) -> None:
        """1 is as recorded, 2 twice as fast and an octave up."""
        self._change(replace(self._plan, start=self._here(), speed=min(max(speed, SLOWEST), FASTEST)))

    def _here(self) -> int:
        return round(self.position * self.sound.rate)

    def _samples_of(self, start: float, end: float) -> tuple[int, int]:
        return round(start * self.sound.rate), round(end * self.sound.rate)

    def _change(self, plan: Plan) -> None:
        self._plan = plan
        self._wake.set()

    # the thread

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.clear()
            plan, self._at_end = self._plan, False
            self._ring.head.closing = 0  # the plan before may have been at its end
            try:
                self._play(plan)
            except (HoloFormatError, ModelError, OSError) as error:
                self._failed = plan, error
            except Exception as error:  # who waits for sound would wait for ever
                begun = f"{plan.start / self.sound.rate:.1f} s"
                self._failed = plan, HoloFormatError(f"{self.sound.name} cannot be played on from {begun} or later: {error}")
            if self._current(plan):
                self._reach_end(plan)

    def _current(self, plan: Plan) -> bool:
        return self._plan is plan and not self._closing.is_set()

    def _play(self, plan: Plan) -> None:
        ring, self._last_growth = self._ring, time.monotonic()
        wait = (lambda: self._more(plan)) if self._options.follow else never
        stream, first = slots(self.sound, plan, self._rate, wait), ring.head.written
        beginning: list[Slot] = []
        try:
            for slot in stream:
                beginning.append(slot)
                if len(beginning) * SLOT_SAMPLES >= BEGINNING * self._ahead:
                    break
        finally:  # what comes before a damage is heard
            for slot in beginning:
                self._write(slot, plan, math.inf)
            if self._current(plan):
                ring.drop_before(first)
                self._sounding = plan
                if not beginning:
                    self._end_place = float(plan.start)
        for slot in stream:
            if not self._write(slot, plan, self._ahead):
                return

    def _write(self, slot: Slot, plan: Plan, ahead: float) -> bool:
        """Once less than `ahead` waits to be read; False if it is not wanted any more."""
        ring = self._ring
        while ring.ahead >= ahead or not ring.room:
            if not self._current(plan):
                return False
            self._wake.wait(POLL_SECONDS if ring.head.playing else LOOK_SECONDS)
        ring.write(slot.samples, slot.place, slot.step, slot.harmonics)
        ring.head.due = 1
        self._end_place = slot.place + SLOT_SAMPLES * slot.step
        self._last_growth = time.monotonic()
        return True

    def _more(self, plan: Plan) -> bool:
        """At the end of a file that may still grow."""
        self._ring.head.due = 0
        if not self._current(plan) or time.monotonic() - self._last_growth > FOLLOW_SECONDS:
            return False
        self._wake.wait(LOOK_SECONDS)
        return True

    def _reach_end(self, plan: Plan) -> None:
        ring = self._ring
        ring.head.due = 0
        if self._options.ends:
            ring.head.closing = 1
        self._at_end = True
        while self._current(plan):
            if not self._options.ends and ring.next_up is None:
                ring.head.playing = 0
            self._wake.wait(LOOK_SECONDS)
