"""Writes what the recorder kept to a `.holo`: what was just played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from holostream.engine.spool import PackedBlock
from holostream.format.holo_file import HoloWriter
from holostream.format.holo_header import HoloHeader


def write_capture(path: Path, header: HoloHeader, blocks: Sequence[PackedBlock]) -> None:
    """A new file, complete or not there at all. Raises OSError, FileExistsError if there is one of that name."""
    with open(path, "xb", buffering=0) as file:
        try:
            writer = HoloWriter(file, header)
            for place, block in enumerate(blocks):
                writer.write_packed(block.frames, block.first_hop, block.hops, block.before(begins_file=place == 0))
            writer.finish()
        except OSError:
            path.unlink(missing_ok=True)
            raise
