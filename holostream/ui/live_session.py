"""What the user interface asks of a session: `holostream.engine.session.Session`, or a test's fake."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from holostream.codec.dna_ring import RingFrame
from holostream.codec.tier import TierFacts
from holostream.engine.playback import Playback
from holostream.engine.settings import LiveSettings


class RecordingStatus(Protocol):
    """A recording: `seconds` of sound, `bytes` on disk, `lost_frames` the recorder was too late for."""

    @property
    def path(self) -> Path: ...
    @property
    def seconds(self) -> float: ...
    @property
    def bytes(self) -> int: ...
    @property
    def lost_frames(self) -> int: ...


class KeptStatus(Protocol):
    """What a capture would hold: `seconds` of sound, `bytes` of memory."""

    @property
    def seconds(self) -> float: ...
    @property
    def bytes(self) -> int: ...


class PlaybackStatus(Protocol):
    """A recording that plays. Times in seconds of the recording."""

    @property
    def position(self) -> float: ...
    @property
    def duration(self) -> float: ...
    @property
    def playing(self) -> bool: ...
    @property
    def speed(self) -> float: ...
    @property
    def loop(self) -> tuple[float, float] | None: ...
    @property
    def markers(self) -> list[tuple[float, str]]: ...
    @property
    def harmonics(self) -> int:
        """The tier recorded at the position; 0 at the end."""


class LiveSession(Protocol):
    """The live engine as seen from the control process. Only `list_devices` may take long (up to 2 s)."""

    @property
    def settings(self) -> LiveSettings: ...
    @property
    def facts(self) -> TierFacts:
        """Of any tier: rate, hop and chunk are shared by all."""

    @property
    def tiers(self) -> tuple[int, ...]:
        """Harmonics of the tiers that can be played, in ascending order."""

    @property
    def noise_tiers(self) -> tuple[int, ...]:
        """Those whose last pair (of the first layer) is no harmonic but tells of noise."""

    @property
    def device(self) -> dict[str, Any]:
        """`api`, `input`, `output`, `rate`, `block`, `virtual`; empty until a device is open."""

    @property
    def messages(self) -> deque[str]:
        """For the user, newest last."""

    @property
    def playback(self) -> Playback | None:
        """None where the sound is a live input's."""

    @property
    def recording(self) -> RecordingStatus | None: ...
    @property
    def kept(self) -> KeptStatus | None:
        """None if nothing is kept."""

    @property
    def ended(self) -> bool: ...

    def snapshot(self) -> np.void:
        """A record of STATUS_TYPE."""

    def send(self, name: str, value: float) -> bool: ...

    def recent_frames(self, count: int) -> list[RingFrame]:
        """The newest heard frames, oldest first."""

    def toggle_recording(self) -> None: ...

    def capture(self) -> None:
        """Write what was just played to a file."""

    def mark(self, text: str = "") -> None:
        """Set a marker in the recording, or in what is kept."""

    def list_devices(self) -> list[dict[str, Any]]:
        """Each with `name`, `api`, `inputs`, `outputs` (channels) and `rate`."""

    def reopen(self, *, input: str | None, output: str | None, device_api: str | None, block: int | None) -> None: ...
