"""What a `.holo` holds, without decoding it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from holostream.format.clock import clock
from holostream.format.event_tally import EventTally, event_lines
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_error import MissingTablesError
from holostream.format.holo_file import HoloReader
from holostream.format.holo_header import MAX_CHANNELS
from holostream.format.in_the_making import in_the_making
from holostream.format.open_holo import open_holo
from holostream.format.printable import printable
from holostream.format.rate_estimate import PARTS, ideal_bits

MOST_CHANGES = 10_000
"""Tier changes that are kept one by one; the rest is counted."""
SHOWN_CHANGES, SHOWN_TAGS = 20, 10


def summarize(path: Path, models: Path | None = None) -> dict:
    """Header, duration, tiers and events over time, blocks, bitrate, integrity. Raises HoloFormatError, OSError.

    `kbps_by_lane` is what gains, amplitudes, phases and words cost by the entropy tables (found in `models`, by default the
    shipped folder) and, as overhead, all other bits of the file; None if some blocks are packed with zlib, or tables are missing,
    which `missing_tables` then says.
    """
    try:
        return _summary(path, models, "")
    except MissingTablesError as error:
        return _summary(path, models, str(error))


def _summary(path: Path, models: Path | None, missing_tables: str) -> dict:
    size = path.stat().st_size
    with open_holo(path) as file:
        reader = HoloReader(file, str(path), models, codes=not missing_tables)
        header = reader.header
        hop_seconds = header.hop / header.rate
        tiers: list[dict] = []
        changes = blocks = hops = 0
        origin = end = harmonics = 0
        bits = dict.fromkeys(PARTS, 0.0)
        events = EventTally()
        for block in reader.items():
            if not isinstance(block, DnaBlock):
                events.add(block)
                continue
            blocks, hops = blocks + 1, hops + block.hops
            if not (reader.zlib_blocks or missing_tables):
                for voice in block.voices:
                    for part, more in ideal_bits(voice.dna, reader.tables(voice.dna.harmonics)).items():
                        bits[part] += more
            origin = block.first_hop if blocks == 1 else origin
            end = block.first_hop + block.hops
            if block.voices[-1].dna.harmonics != harmonics:
                harmonics, changes = block.voices[-1].dna.harmonics, changes + 1
                if changes <= MOST_CHANGES:
                    start = round((block.first_hop - origin) * hop_seconds, 3)
                    tiers.append({"from_seconds": start, "harmonics": harmonics})
    seconds = (end - origin) * hop_seconds
    return {
        "file": str(path),
        "bytes": size,
        "version": 3,
        **asdict(header),
        "seconds": round(seconds, 3),
        "kbps": round(size * 8 / seconds / 1000, 1) if seconds else 0.0,
        "kbps_by_lane": _kbps(bits, size, seconds) if blocks and not (reader.zlib_blocks or missing_tables) else None,
        "missing_tables": missing_tables,
        "zlib_blocks": reader.zlib_blocks,
        "tiers": tiers,
        "tier_changes": changes,
        "events": events.summary(origin * header.hop, header.rate),
        "blocks": blocks,
        "missing_hops": end - origin - hops,
        "complete": reader.finished,
        "being_recorded": not reader.finished and in_the_making(path),
        "torn_bytes": reader.torn_bytes,
        "bytes_behind_end": reader.bytes_behind,
    }


def _kbps(bits: dict[str, float], size: int, seconds: float) -> dict[str, float]:
    bits = {**bits, "overhead": size * 8 - sum(bits.values())}
    return {part: round(value / seconds / 1000, 3) for part, value in bits.items()}


def summary_text(summary: dict) -> str:
    """For people."""
    channels = summary["original_channels"]
    more = " or more" if channels == MAX_CHANNELS else ""
    original = (
        f"{summary['original_rate']} Hz, {channels}{more} channel{'s' * (channels != 1)}, {summary['original_length'] or 'as many'} samples"
        if summary["original_rate"]
        else "a live session"
    )
    unfinished = "still being recorded" if summary["being_recorded"] else "cut off"
    state = "complete" if summary["complete"] else f"{unfinished}; everything listed here can be decoded"
    if summary["torn_bytes"]:
        state += f" (the last {summary['torn_bytes']} bytes are a torn block)"
    if summary["bytes_behind_end"]:
        state += f" ({summary['bytes_behind_end']} bytes follow its end and do not count)"
    if missing := summary["missing_hops"]:
        state += f"; {missing} hop{'s' * (missing != 1)} missing, decoded to silence"
    shown = [f"{row['harmonics']} from {row['from_seconds']:.2f} s" for row in summary["tiers"][:SHOWN_CHANGES]]
    more = summary["tier_changes"] - len(shown)
    tiers = ", ".join(shown + ([f"and {more} more changes"] if more else [])) or "none"
    coding = "zlib" if summary["zlib_blocks"] else printable(summary["missing_tables"], 300) or "no blocks"
    if summary["kbps_by_lane"] is not None:
        costs = ", ".join(f"{part} {kbps:.2f}" for part, kbps in summary["kbps_by_lane"].items())
        used = sorted({row["harmonics"] for row in summary["tiers"]})
        sets = ", ".join(f"{summary['tables'][str(harmonics)]} (tier {harmonics})" for harmonics in used)
        coding = f"{costs} kbit/s; entropy tables {sets}"
    events, *markers = event_lines(summary["events"])
    return "\n".join(
        (
            f"{summary['file']}: .holo version {summary['version']}, {printable(summary['software'])}",
            f"  duration  {clock(summary['seconds'])}, {summary['bytes']} bytes, {summary['kbps']} kbit/s",
            f"  sound     {summary['rate']} Hz, {summary['lanes']} lane{'s' * (summary['lanes'] > 1)}, "
            f"hop {summary['hop']}, family {printable(summary['family'])}",
            f"  from      {original}",
            f"  coding    {coding}",
            *(f"  {printable(name):9} {printable(text)}" for name, text in list(summary["tags"].items())[:SHOWN_TAGS]),
            f"  tiers     {tiers}",
            f"  events    {events}",
            *(f"            {line}" for line in markers),
            f"  state     {state}, {summary['blocks']} blocks",
        )
    )
