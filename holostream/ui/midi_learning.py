"""Learning on a screen: a thread waits for a control to be moved while the screen goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from holostream.control.action import Value
from holostream.control.midi_learn import learnable
from holostream.ui.live_midi import NO_MIDI, LiveMidi

SECONDS = 15.0


class MidiLearning:
    """`tell` is told how it went, in one sentence, from any thread. `waiting_for` is the command being learned, or ""."""

    def __init__(self, midi: LiveMidi | None, tell: Callable[[str], None]) -> None:
        self._midi, self._tell = midi, tell
        self.waiting_for = ""

    @property
    def hint(self) -> str:
        """What to do now; "" while nothing is waited for."""
        command = self.waiting_for
        return f"move a control for {command} (endless ones to the right); escape gives up" if command else ""

    def start(self, command: str, value: Value = None) -> None:
        """For a command, or one value of it. While another is waited for nothing happens."""
        if self._midi is None:
            self._tell(NO_MIDI)
        elif not self.waiting_for:
            try:
                value = learnable(command, value)
            except ValueError as error:
                self._tell(str(error))
                return
            self.waiting_for = command
            threading.Thread(target=self._learn, args=(self._midi, command, value), daemon=True).start()

    def stop(self) -> None:
        """Give up waiting."""
        if self._midi is not None and self.waiting_for:
            self._midi.stop_learning()

    def _learn(self, midi: LiveMidi, command: str, value: Value) -> None:
        try:
            if midi.learn(command, value, SECONDS) is None:
                self._tell(f"nothing learned for {command}: no control was moved")
            else:
                self._tell("learned: " + " → ".join(midi.map_lines()[-1]))
        except ValueError as error:
            self._tell(str(error))
        except OSError as error:
            where = error.filename or "the map"
            self._tell(f"nothing learned for {command}: {where}: {error.strerror}; check its permissions and room")
        finally:
            self.waiting_for = ""
