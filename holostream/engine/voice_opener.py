"""Opens the voice that a hop asked for after the callback has returned, in a thread of its own.

Priming a voice takes as long as two or three hops, since all that a tier works with has left the caches by then; in the callback it
would be the longest call of all. What is heard does not depend on who did it: the next hop waits until it is done.
"""

from __future__ import annotations

import threading

from holostream.engine.block_path import PathState, open_voice
from holostream.engine.memory_lock import reserve_memory
from holostream.engine.priority import keep_thread_running


class VoiceOpener:
    """`start` first of all, `begin` after a call's last hop, `finish` before the next hop. Without a thread (`threaded` False: in virtual
    time, where there is no time between two calls) `begin` does it all."""

    def __init__(self, path: PathState, threaded: bool) -> None:
        self._path, self._threaded = path, threaded
        self._running = False
        self._error: Exception | None = None
        # Locks that one thread takes and the other gives back: nothing in Python wakes a thread faster.
        self._asked, self._done = threading.Lock(), threading.Lock()
        self._asked.acquire()
        self._done.acquire()

    def start(self) -> None:
        """The thread. What it reserves stays reserved only after `keep_freed_memory`."""
        if self._threaded:
            threading.Thread(target=self._run, daemon=True).start()

    def begin(self) -> None:
        """Open the voice that is wanted, if one is. Nothing else may touch the path until `finish`."""
        if self._path.wanted is None or self._running:
            return
        if self._threaded:
            self._running = True
            self._asked.release()
        else:
            open_voice(self._path)

    def finish(self) -> None:
        """Wait until it is open. Raises what opening raised."""
        if not self._running:
            return
        self._done.acquire()
        self._running = False
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self) -> None:
        keep_thread_running()
        reserve_memory()
        while True:
            self._asked.acquire()
            try:
                open_voice(self._path)
            except Exception as error:  # the callback counts it
                self._error = error
            self._done.release()
