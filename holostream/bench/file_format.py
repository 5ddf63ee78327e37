"""The `.holo` file itself, on sounds that no tier was trained on: what the container adds to the codes, how near the
coder comes to what its tables promise, what zlib would need, how fast it codes and decodes, and how soon it seeks."""

from __future__ import annotations

import statistics
import tempfile
import time
import zlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from holostream.bench.clip import Clip, clips_in, samples_of
from holostream.bench.codec_under_test import RATE
from holostream.bench.measurement import Measurement, Row
from holostream.bench.process_figures import have_figures
from holostream.bench.recording_cost import recording_share
from holostream.codec.tier_model import TierModel, default_models_folder, load_tier
from holostream.format.audio_writer import AudioWriter
from holostream.format.entropy_coding import decode_codes, encode_codes
from holostream.format.holo_file import HoloReader
from holostream.format.rate_estimate import ideal_bits
from holostream.format.replay import Replay
from holostream.format.transcode import encode_file

FORMAT_TIERS = (16, 32, 64, 128, 256)
MOST_OVERHEAD, MOST_OVER_IDEAL, LEAST_BELOW_ZLIB = 0.015, 0.03, 0.30
LEAST_CODING_SPEED, LEAST_DECODE_SPEED, MOST_SEEK_MS = 60.0, 25.0, 20.0
SPEED_TIER = 64
SEEKS = 40
MOST_RECORDING_SHARE = 0.03
STRETCH_SECONDS, STRETCHES = 4.0, 20
COLUMNS = ("tier", "kbit/s", "container", "over ideal", "below zlib", "coding", "decode", "seek ms", "recording")


@dataclass
class FileFigures:
    """Bits, and seconds of time and of sound, of one or more files."""

    seconds: float = 0.0
    file_bits: float = 0.0
    code_bits: float = 0.0
    ideal_bits: float = 0.0
    zlib_bits: float = 0.0
    encode_time: float = 0.0
    decode_time: float = 0.0
    replay_time: float = 0.0

    def add(self, other: FileFigures) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def coding_speed(self) -> float:
        """Of the slower direction, times real time."""
        return self.seconds / max(self.encode_time, self.decode_time)


def file_figures(path: Path, model: TierModel) -> FileFigures:
    """Of one `.holo` of one tier with entropy tables. Raises HoloFormatError, ModelError, OSError."""
    models, figures = model.folder.parent, FileFigures(file_bits=8 * path.stat().st_size)
    with path.open("rb") as file:
        reader = HoloReader(file, str(path), models)
        replay = Replay(reader.header, lambda harmonics: model)
        before = time.perf_counter()
        blocks = []
        for block in reader.blocks():
            blocks.append(block)
            for _ in replay.decode(block):
                pass
        figures.replay_time = time.perf_counter() - before
        tables = reader.tables(model.facts.harmonics)
    for block in blocks:
        dna = block.voices[0].dna
        figures.seconds += dna.frames * model.facts.hop / model.facts.rate
        before = time.perf_counter()
        coded = encode_codes(dna, tables)
        between = time.perf_counter()
        decode_codes(coded, dna.lanes, dna.frames, tables)
        figures.encode_time += between - before
        figures.decode_time += time.perf_counter() - between
        figures.code_bits += 8 * len(coded)
        figures.ideal_bits += sum(ideal_bits(dna, tables).values())
        raw = dna.gains.tobytes() + dna.amplitudes.tobytes() + dna.phases.tobytes()
        figures.zlib_bits += 8 * len(zlib.compress(raw, 9))
    return figures


def seek_times(path: Path, model: TierModel, count: int) -> list[float]:
    """Milliseconds from asking for a random time to having the codes of its block."""
    random, times = np.random.default_rng(1), []
    with path.open("rb") as file:
        reader = HoloReader(file, str(path), model.folder.parent)
        index = reader.index()
        for hop in random.integers(index.first_hop, max(index.first_hop + 1, index.end_hop), count):
            before = time.perf_counter()
            reader.seek(index, int(hop), model.facts.context_frames)
            next((block for block in reader.blocks() if block.first_hop + block.hops > hop), None)
            times.append(1000 * (time.perf_counter() - before))
    return times


def measure_format(
    data: Path | None = None,
    models: Path | None = None,
    tiers: tuple[int, ...] = FORMAT_TIERS,
    limit: int | None = None,
    stretches: int = STRETCHES,
) -> Measurement:
    """Targets: container at most 1.5 % from tier 16 on, coder within 3 % of its tables, 30 % below zlib and fast at tier 64."""
    folder = models or default_models_folder()
    clips = [clip for clip in clips_in(data, limit) if clip.is_speech]
    if not clips:
        raise ValueError(f"{data} holds no speech to measure files on; name a folder with --data")
    share = recording_share(folder, SPEED_TIER, STRETCH_SECONDS, stretches) if have_figures() else None
    rows, values = [], []
    for tier in tiers:
        figures, seeks = _tier_figures(clips, load_tier(folder, tier))
        row, value = _row(tier, figures, seeks, share)
        rows.append(row)
        values.append(value)
    seconds = values[0]["seconds"]
    return Measurement(
        "format",
        "The .holo file",
        COLUMNS,
        tuple(rows),
        {"rows": values, "files": len(clips), "recording_share": share},
        (
            f"{len(clips)} files of speech, {seconds / 60:.1f} minutes in all, and the same as one file. Container: share of header, block heads, checksums and "
            f"index in the one file (in the single files, which are {seconds / len(clips):.0f} s long on average: tier {tiers[0]} "
            f"{values[0]['overhead_of_single_files']:.1%}, tier {tiers[-1]} {values[-1]['overhead_of_single_files']:.1%}). Over ideal: codes against what the "
            "tables promise. Below zlib: against zlib at its best for the same codes. Coding: entropy coding alone, the slower direction; decode: with the "
            f"vocoder; times real time in one thread. Seek: to the codes at a random time, median. Recording: what it adds to a live session, of one core "
            f"(a session that records every other {STRETCH_SECONDS:g} s, {stretches} times: the median of each beside those before and after it). Targets: container <= {MOST_OVERHEAD:.1%}, over ideal <= "
            f"{MOST_OVER_IDEAL:.0%}; at tier {SPEED_TIER} below zlib >= {LEAST_BELOW_ZLIB:.0%}, coding >= {LEAST_CODING_SPEED:g}, decode >= "
            f"{LEAST_DECODE_SPEED:g}, seek < {MOST_SEEK_MS:g} ms, recording < {MOST_RECORDING_SHARE:.0%}.",
        ),
    )


def _tier_figures(clips: list[Clip], model: TierModel) -> tuple[dict[str, FileFigures], list[float]]:
    """Figures of all clips as `single` files and as `one`, and the times of seeks in the one."""
    single, sounds = FileFigures(), [samples_of(clip) for clip in clips]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place, sound in enumerate((*sounds, np.concatenate(sounds))):
            source, coded = folder / f"{place}.wav", folder / f"{place}.holo"
            with AudioWriter(source, RATE, 1) as writer:
                writer.write(sound[np.newaxis])
            encode_file(source, coded, model)
            figures = file_figures(coded, model)
            if place < len(sounds):
                single.add(figures)
        return {"single": single, "one": figures}, seek_times(coded, model, SEEKS)


def _row(tier: int, figures: dict[str, FileFigures], seeks: list[float], recording: float | None) -> tuple[Row, dict]:
    one, single = figures["one"], figures["single"]
    overhead, over_ideal = 1 - one.code_bits / one.file_bits, one.code_bits / one.ideal_bits - 1
    below_zlib, decode, seek = (
        1 - one.code_bits / one.zlib_bits,
        one.seconds / one.replay_time,
        statistics.median(seeks),
    )
    met = overhead <= MOST_OVERHEAD and over_ideal <= MOST_OVER_IDEAL
    if tier == SPEED_TIER:
        met = met and below_zlib >= LEAST_BELOW_ZLIB and one.coding_speed >= LEAST_CODING_SPEED
        met = met and decode >= LEAST_DECODE_SPEED and seek < MOST_SEEK_MS and (recording or 0) < MOST_RECORDING_SHARE
    value = {
        "tier": tier,
        "seconds": single.seconds,
        "overhead": overhead,
        "overhead_of_single_files": 1 - single.code_bits / single.file_bits,
        "over_ideal": over_ideal,
        "below_zlib": below_zlib,
        "coding_speed": one.coding_speed,
        "decode_speed": decode,
        "seek_ms": seek,
    }
    cells = (
        str(tier),
        f"{one.file_bits / one.seconds / 1000:.1f}",
        f"{overhead:.2%}",
        f"{over_ideal:.2%}",
        f"{below_zlib:.0%}",
        f"{one.coding_speed:.0f} x",
        f"{decode:.0f} x",
        f"{seek:.1f}",
        f"{recording:.1%}" if tier == SPEED_TIER and recording is not None else "",
    )
    return Row(cells, met), value
