"""What a performance is rendered again from: the sound that was played, and a second one where it was crossed with that.

The second one is a file, or the second channel of the sound, as live: of the kept input beside a recording of one lane,
or of any sound where that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import numpy as np

from holostream.engine.looped_input import LoopedInput
from holostream.engine.settings import SECOND_CHANNEL
from holostream.format.holo_header import HoloHeader


class PlayedSounds:
    """`hops` gives both; `crossed` tells whether there is a second one."""

    def __init__(self, sound: Path, second: str | None, kept: bool, header: HoloHeader) -> None:
        """`second`: a file, or "channel"; `kept`: the sound is what `kept_input` wrote beside the recording with this
        header. Raises ValueError if there is no second channel, AudioFileError."""
        self._lanes = header.lanes
        channels_apart = header.lanes == 1 and (kept or second == SECOND_CHANNEL)
        self.first = LoopedInput(sound, header.rate, 2 if channels_apart else header.lanes, header.hop, kept)
        has_channel = channels_apart and self.first.channels == 2
        self._file: LoopedInput | None = None
        if second == SECOND_CHANNEL and not has_channel:
            raise ValueError(
                f"{sound} has no second channel beside what is played; give a sound of two channels to a performance in "
                "mono, or name a file as the second sound"
            )
        if second is not None and second != SECOND_CHANNEL:
            self._file = LoopedInput(Path(second), header.rate, header.lanes, header.hop)
        self._channel = has_channel and self._file is None
        self.crossed = self._channel or self._file is not None

    def hops(self) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        """(lanes, hop) of the sound and of the second one, without end."""
        seconds = self._file.hops() if self._file is not None else repeat(None)
        for samples, second in zip(self.first.hops(), seconds, strict=False):
            yield samples[: self._lanes], samples[self._lanes :] if self._channel else second
