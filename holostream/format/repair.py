"""`holostream repair`: every whole block of a damaged `.holo` into a new file, silence of the same length for the rest.

The input is only read. How whole blocks are found: see `salvage`.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from holostream.codec.tier import TIERS
from holostream.format.bit_repair import with_one_bit_restored
from holostream.format.block_frame import CODED_FRAMES, EVENTS, FRAMES
from holostream.format.coded_block import coded_head, unpack_coded_block
from holostream.format.gaps import Gaps
from holostream.format.holo_block import packed_head, silent_block, unpack_dna_block
from holostream.format.holo_error import HoloFormatError, MissingTablesError
from holostream.format.holo_events import unpack_events
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.holo_header import HEAD, MAX_DESCRIPTION, HoloHeader, read_header
from holostream.format.holo_v2 import is_version_2
from holostream.format.new_file import new_file
from holostream.format.open_holo import open_holo
from holostream.format.salvage import RepairReport, Salvage
from holostream.format.table_store import tables_of

CHECKED_BLOCKS = 8


def repair_file(
    source: Path, target: Path, like: Path | None = None, progress: Callable[[float], None] = lambda fraction: None
) -> RepairReport:
    """Write what can be saved of `source` to the new file `target`.

    `like` is another recording with the same settings and tiers, whose header is used if the file's own is lost. Raises
    HoloFormatError if nothing can be saved or `like` does not fit, ValueError if the target is there, OSError.
    """
    if target.exists():
        raise ValueError(f"{target} is there already; repair writes a new file: choose another name")
    report = RepairReport()
    with open_holo(source) as file:
        if not file.seek(0, io.SEEK_END):
            raise HoloFormatError(f"{source} is empty; there is nothing to repair")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            header, start = _header(data, source, like, report)
            salvage = Salvage(data, start, str(source), report)
            with new_file(target) as out:
                own = start > 0
                _write(HoloWriter(out, header), header, salvage, report, progress, header.lanes if own else None)
                if not report.blocks:
                    raise HoloFormatError(f"no block of {source} is whole; nothing can be saved")
                if like is not None and not own:
                    _check_likeness(out, like, source)
    return report


def _check_likeness(out: BinaryIO, like: Path, source: Path) -> None:
    """Raises HoloFormatError if the blocks cannot be read by the other recording's header."""
    with open(os.dup(out.fileno()), "rb") as written:
        written.seek(0)
        reader = HoloReader(written, str(like))
        try:
            for block in islice(reader.blocks(), CHECKED_BLOCKS):
                if not all(str(voice.dna.harmonics) in reader.header.models for voice in block.voices):
                    raise HoloFormatError("a tier that the header does not know")
        except MissingTablesError:
            pass  # other models are needed to tell
        except HoloFormatError as error:
            raise HoloFormatError(
                f"{like} was made with other settings than {source}, whose blocks cannot be read by its header; "
                "give another recording: --like OTHER.holo"
            ) from error


def _header(data: mmap.mmap, source: Path, like: Path | None, report: RepairReport) -> tuple[HoloHeader, int]:
    """The header and where the blocks begin."""
    view = io.BytesIO(data[: HEAD.size + MAX_DESCRIPTION + 4])
    try:
        return read_header(view, str(source)), view.tell()
    except HoloFormatError as error:
        reason = error
    size = int.from_bytes(data[HEAD.size - 4 : HEAD.size], "little")
    # A bit of the length itself: then every other length with one bit changed may be the right one.
    for length in (size, *(size ^ 1 << bit for bit in range(32))):
        if HEAD.size + length + 4 > min(len(data), HEAD.size + MAX_DESCRIPTION + 4):
            continue
        whole = data[: HEAD.size - 4] + length.to_bytes(4, "little") + data[HEAD.size : HEAD.size + length + 4]
        for candidate in (whole, with_one_bit_restored(whole)):
            try:
                header = read_header(io.BytesIO(candidate or b""), str(source))
            except HoloFormatError:
                continue
            report.header_restored = True
            return header, len(whole)
    if is_version_2(source):
        raise HoloFormatError(f"{source} is a .holo of version 2, which has no checksums: there is nothing to repair it by")
    if like is None:
        raise HoloFormatError(
            f"{reason}; if it is a .holo, give a recording made with the same settings: --like OTHER.holo"
        )
    with open_holo(like) as file:
        header = read_header(file, str(like))
    report.header_restored = True
    return replace(header, original_length=0, tags={}), 0  # both are the other recording's


def _write(
    writer: HoloWriter,
    header: HoloHeader,
    salvage: Salvage,
    report: RepairReport,
    progress: Callable[[float], None],
    lanes: int | None,
) -> None:
    """Blocks as they are found, in the order of their hops; what is missing at either end becomes silence. Blocks have so many
    `lanes`; None: that is not known."""
    due: int | None = 0 if header.original_rate else None  # files are encoded from hop 0 on
    if salvage.index is not None:
        due = salvage.index.first_hop
    gaps = Gaps(header)
    for frame in salvage.frames():
        progress(salvage.fraction)
        try:
            if frame.kind == EVENTS:
                writer.write_events(unpack_events(frame.payload))
                continue
            if frame.kind not in (FRAMES, CODED_FRAMES):
                continue
            coded = frame.kind == CODED_FRAMES
            first, hops, own_lanes = (coded_head if coded else packed_head)(frame.payload)
            if not coded:
                unpack_dna_block(frame.payload)
            elif lanes is not None:
                _check_codes(frame.payload, header)
        except HoloFormatError:
            report.dropped_bytes += frame.size
            continue
        missing = first - due if due is not None else 0
        if lanes not in (None, own_lanes) or not gaps.allow(missing, hops):
            report.dropped_bytes += frame.size
            continue
        if missing:
            _fill(writer, header, report, first - missing, missing)
        writer.write_frame(frame, first, hops)
        report.blocks += 1
        due = first + hops
    lost = salvage.index.end_hop - due if due is not None and salvage.index is not None else 0
    if due is not None and lost > 0 and gaps.allow(lost - 1, 1):
        _fill(writer, header, report, due, lost, at_end=True)
    writer.finish()


def _check_codes(payload: bytes, header: HoloHeader) -> None:
    """Raises HoloFormatError for a block that no reader of this header could decode, as one of another recording."""
    with contextlib.suppress(MissingTablesError):  # then nobody here can tell
        unpack_coded_block(payload, partial(tables_of, header))


def _fill(
    writer: HoloWriter, header: HoloHeader, report: RepairReport, first: int, hops: int, at_end: bool = False
) -> None:
    """Note a gap. Readers put silence between blocks by themselves, but not before the first or after the last."""
    origin = writer.first_hop if writer.first_hop is not None else first
    seconds = header.hop / header.rate
    report.gaps.append(((first - origin) * seconds, (first + hops - origin) * seconds))
    tier = next((tier for tier in TIERS if str(tier) in header.models), TIERS[0])
    if at_end:
        writer.write(silent_block(first + hops - 1, header.lanes, tier))
    elif writer.first_hop is None:
        writer.write(silent_block(first, header.lanes, tier))
