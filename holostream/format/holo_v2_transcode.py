"""Whole files: any audio file to a `.holo` of version 2 and back, with tiers imported from HOLO-Audio.

As HOLO-Audio does it: mono, never resampled (the file's own rate goes into the header), the coefficients' range found in
the file itself. That takes two passes, so that length costs no memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from holostream.codec.holo_audio import bytes_of, coefficients_of
from holostream.codec.tier_model import TierModel
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_reader import AudioReader
from holostream.format.export_sound import Progress, no_progress
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_v2 import LARGEST_COEFFICIENT, VERSION, HoloV2Header, HoloV2Reader, HoloV2Writer
from holostream.format.new_file import new_file
from holostream.format.open_holo import open_holo

PIECE_CHUNKS = 256
ANY_RATE = 48000


def encode_file_v2(source: Path, target: Path, model: TierModel, progress: Progress = no_progress) -> list[str]:
    """Encode an audio file with one tier; several channels become their mean.

    Returns remarks for the user. Raises AudioFileError, OSError, or ModelError if the tier is not one of HOLO-Audio.
    """
    with AudioReader(source, ANY_RATE, 1) as reader:
        rate, length, channels = reader.original_rate, max(1, reader.original_length), reader.original_channels
    remarks = [f"{source} has {channels} channels; version 2 holds one, their mean"] if channels > 1 else []
    pieces, chunks, smallest, largest = 0, 0, np.inf, -np.inf
    expected = 2 * max(1.0, length / (PIECE_CHUNKS * model.facts.hop))
    for coefficients in _coefficients(source, rate, model, remarks):
        pieces, chunks = pieces + 1, chunks + len(coefficients)
        smallest, largest = min(smallest, float(coefficients.min())), max(largest, float(coefficients.max()))
        progress(min(0.5, pieces / expected))
    if max(-smallest, largest) > LARGEST_COEFFICIENT:
        raise AudioFileError(f"{source} is far louder than full scale, more than version 2 holds: lower it, and encode it again")
    header = HoloV2Header(model.facts.harmonics, rate, smallest, largest, chunks)
    with new_file(target) as file:
        writer = HoloV2Writer(file, header)
        for coefficients in _coefficients(source, rate, model, []):
            writer.write(bytes_of(coefficients, smallest, largest))
            pieces += 1
            progress(min(1.0, pieces / expected))
        writer.finish()
    progress(1.0)
    return remarks


def _coefficients(source: Path, rate: int, model: TierModel, remarks: list[str]) -> Iterator[np.ndarray]:
    """(n, 2 * harmonics) float32 pieces of a file; the last chunk is filled up with zeros. Adds to `remarks`."""
    chunk = model.facts.chunk
    with AudioReader(source, rate, 1) as reader:
        for block in reader.blocks(PIECE_CHUNKS * chunk):
            samples = np.pad(block[0], (0, -block.shape[1] % chunk))
            yield coefficients_of(model, samples.reshape(-1, chunk))
        if reader.truncated:
            remarks.append(f"{source} ends early: {reader.frames_read} samples were there")
        if reader.bad_samples:
            remarks.append(f"{source} held {reader.bad_samples} samples that are not numbers; they became silence")


def summarize_v2(path: Path) -> dict:
    """The header of a file, what follows from it, and why its codes end early if they do. Raises HoloFormatError, OSError."""
    size, damage = path.stat().st_size, ""
    with open_holo(path) as file:
        reader = HoloV2Reader(file, size, str(path))
        try:
            deque(reader.codes(), maxlen=0)
        except HoloFormatError as error:
            damage = str(error)
    return {
        "file": str(path), "bytes": size, "version": VERSION, **vars(reader.header), "values": reader.header.values,
        "complete": not damage, "damage": damage,
    }  # fmt: skip


def summary_v2_text(summary: dict) -> str:
    """For people. The duration is that of chunks of 1024 samples, as the tiers of HOLO-Audio have them."""
    seconds = summary["chunks"] * 1024 / summary["rate"]
    kbps = f", {8 * summary['bytes'] / seconds / 1000:.1f} kbit/s" if seconds else ""
    return "\n".join(
        (
            f"{summary['file']}: .holo version 2, as HOLO-Audio writes it",
            f"  tier      {summary['harmonics']} harmonics: {summary['values']} values a chunk, "
            f"{summary['smallest']:g} to {summary['largest']:g}",
            f"  sound     {summary['rate']} Hz, mono, {summary['chunks']} chunks",
            f"  duration  {seconds:.3f} s at 1024 samples a chunk, {summary['bytes']} bytes{kbps}",
            f"  state     {summary['damage'] or 'complete'}",
            "  decoding  name a folder with imported models of this tier: --models FOLDER",
        )
    )
