"""A script while it runs: the engine's commands fed ahead of their hops, everything else done at its time.

In virtual time the engine waits (`CommandRing.hold`) before a hop whose commands it has not been sent, and at each
thing that is done by hand, so that a script always makes the same sound.
"""

from __future__ import annotations

import threading
from types import TracebackType

from holostream.control.performance import Performance
from holostream.control.script import Script
from holostream.control.script_plan import MIDI_MAP, plan_script
from holostream.engine.session import Session
from holostream.engine.virtual_device import DEFAULT_BLOCK

LOOK_SECONDS, LOOK_OFTEN_SECONDS = 0.004, 0.0005


class ScriptRun:
    """Make it before the session's sound starts, so that the first commands are there; enter it once it has.

    Raises ValueError naming the line that this session cannot do.
    """

    def __init__(self, script: Script, session: Session, performance: Performance) -> None:
        self._script, self._session, self._performance = script, session, performance
        facts, settings = session.facts, session.settings
        self._block_hops = -(-(settings.block or DEFAULT_BLOCK) // facts.hop) + 1
        plan = plan_script(
            script,
            facts,
            session.tiers,
            performance.presets,
            session.playback is not None,
            self._block_hops,
            performance.value("morph_tier"),
        )
        self._scheduled, self._due = plan.scheduled, plan.due
        self._fed = self._told = self._done = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="script", daemon=True)
        self._feed()

    def __enter__(self) -> ScriptRun:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._follow()
        except BaseException:
            self._session.shared.schedule.hold = 0  # whatever has gone wrong here, the sound goes on
            raise

    def _follow(self) -> None:
        record = self._session.shared.status.record
        look = LOOK_OFTEN_SECONDS if self._session.settings.virtual_time else LOOK_SECONDS
        while not (self._stopping.is_set() or self._session.ended):
            hop = int(record.hops)
            self._tell_until(hop)
            while self._done < len(self._due) and self._due[self._done].hop <= hop:
                due = self._due[self._done]
                self._done += 1
                try:
                    if due.name == MIDI_MAP:
                        self._performance.use_midi_map(str(due.value))
                    else:
                        self._performance.do(due.name, due.value)
                except ValueError as error:
                    self._performance.tell(f"{self._script.name} line {due.line}: {error}")
                self._settle(look)
                if due.name == "quit":
                    return  # virtual time stands still until the session is closed
            over = self._told == len(self._scheduled) and self._done == len(self._due)
            if over and self._endless():
                self._performance.tell(f"{self._script.name} leaves the recording paused or in a loop: ended, nothing else would end it")
                self._performance.do("quit", None)
                return
            self._feed()
            if over:
                return
            self._stopping.wait(look)

    def _settle(self, look: float) -> None:
        """Virtual time stands still until a recording is where it was just asked to be."""
        playback = self._session.playback
        if self._session.settings.virtual_time and playback is not None:
            while not (playback.settled or self._session.ended or self._stopping.is_set()):
                self._stopping.wait(look)

    def _endless(self) -> bool:
        """Whether a recording that is played in virtual time will not come to its end; nobody else is there to go on with it."""
        playback = self._session.playback
        return (
            self._session.settings.virtual_time and playback is not None and (not playback.playing or playback.loop is not None)
        )

    def _tell_until(self, hop: int) -> None:
        while self._told < self._fed and self._scheduled[self._told].hop <= hop:
            command = self._scheduled[self._told]
            self._told += 1
            self._performance.note(command.name, command.value)

    def _feed(self) -> None:
        ring, scheduled = self._session.shared.schedule, self._scheduled
        while self._fed < len(scheduled):
            command = scheduled[self._fed]
            if not ring.send(command.name, command.value, command.hop):
                break
            self._fed += 1
        waits = [self._due[self._done].hop] if self._done < len(self._due) else []
        if self._fed < len(scheduled):  # a block reaches over several hops
            waits.append(scheduled[self._fed].hop - self._block_hops)
        elif scheduled and not waits and self._endless():
            waits.append(scheduled[-1].hop)
        # Hop 0 means no waiting; nothing is looked at before the first hop anyway.
        ring.hold = max(1, min(waits)) if waits else 0
