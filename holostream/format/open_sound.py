"""A recording by its path, whichever version it is of."""

from __future__ import annotations

from pathlib import Path

from holostream.format.holo_sound import HoloSound
from holostream.format.holo_v2 import is_version_2
from holostream.format.holo_v2_sound import HoloV2Sound
from holostream.format.recorded_sound import RecordedSound


def open_sound(path: Path, models: Path) -> RecordedSound:
    """Raises HoloFormatError, ModelError (version 2 needs its tier at once), OSError."""
    return HoloV2Sound(path, models) if is_version_2(path) else HoloSound(path, models)
