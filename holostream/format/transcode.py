"""Whole files: any audio file to `.holo` and back, in pieces, so that length costs no memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from holostream import __version__
from holostream.codec.framing import frame, initial_previous
from holostream.codec.tier_model import TierModel, version_name
from holostream.format.audio_reader import AudioReader
from holostream.format.coded_block import full_hops
from holostream.format.export_sound import Progress, export_sound, no_progress
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_file import HoloWriter
from holostream.format.holo_header import MAX_CHANNELS, HoloHeader
from holostream.format.holo_sound import HoloSound
from holostream.format.new_file import new_file
from holostream.format.table_store import current_tables

LOUDEST = 500.0
"""Times full scale: codes hold somewhat more. Integers that were saved as floats are louder."""


def encode_file(source: Path, target: Path, model: TierModel, progress: Progress = no_progress) -> list[str]:
    """Encode an audio file with one tier; mono stays mono, stereo becomes two lanes.

    The codes are packed with the tier's current entropy tables, or with zlib if it has none. Returns remarks for the
    user (a truncated source, samples that were no numbers). Raises AudioFileError, ModelError, OSError.
    """
    facts = model.facts
    with AudioReader(source, facts.rate) as reader, new_file(target) as file:
        expected = max(1.0, reader.original_length * facts.rate / reader.original_rate)
        description = HoloHeader(
            facts.family,
            facts.rate,
            facts.hop,
            facts.chunk,
            reader.lanes,
            {str(facts.harmonics): version_name(facts)},
            facts.overlap,
            reader.original_rate,
            reader.original_length,
            min(MAX_CHANNELS, reader.original_channels),
            f"holostream {__version__}",
            tags=reader.tags,
        )
        tables = current_tables(model.folder.parent, facts)
        if tables is not None:
            description = replace(description, tables={str(facts.harmonics): tables.digest})
        writer = HoloWriter(file, description, {facts.harmonics: tables} if tables is not None else {})
        previous, state = initial_previous(facts, reader.lanes), model.initial_encoder_state(reader.lanes)
        waiting, hops, done, peak = np.empty((reader.lanes, 0), np.float32), 0, 0, 0.0

        def write(samples: np.ndarray) -> None:
            nonlocal previous, state, hops
            chunks, previous = frame(samples, previous, facts)
            dna, state = model.encode(chunks, state)
            writer.write(DnaBlock(hops, dna.frames, (VoiceRun(hops == 0, 0, dna),)))
            hops += dna.frames

        length = full_hops(facts.harmonics * reader.lanes) * facts.hop
        for block in reader.blocks(length):
            waiting = np.concatenate((waiting, block), axis=1)
            while waiting.shape[1] >= length:
                write(waiting[:, :length])
                waiting = waiting[:, length:]
            done, peak = done + block.shape[1], max(peak, float(np.abs(block).max(initial=0.0)))
            progress(min(1.0, done / expected))
        # The last samples sound `overlap` later: silence follows until they have.
        rest = waiting.shape[1] + facts.overlap
        padding = -rest % facts.hop + facts.overlap
        if waiting.shape[1] + padding:
            write(np.concatenate((waiting, np.zeros((reader.lanes, padding), np.float32)), axis=1))
        writer.finish()
        if reader.frames_read != description.original_length:
            writer.correct(replace(description, original_length=reader.frames_read))
        remarks = []
        if reader.original_channels > 2:
            remarks.append(f"{source} has {reader.original_channels} channels; their mean was encoded, as one")
        if reader.truncated:
            stated = description.original_length
            of_stated = f" of {stated}" if stated > reader.frames_read else ""
            remarks.append(f"{source} ends early: {reader.frames_read}{of_stated} samples were there")
        if reader.bad_samples:
            remarks.append(f"{source} held {reader.bad_samples} samples that are not numbers; they became silence")
        if peak > LOUDEST:
            remarks.append(f"{source} peaks at {peak:.3g} times full scale, far above what codes hold: lower it, and encode it again")
        progress(1.0)
        return remarks


def decode_file(
    source: Path, target: Path, models: Path, subtype: str | None = None, progress: Progress = no_progress
) -> list[str]:
    """Decode a `.holo` to an audio file at its original rate, length and number of channels.

    Returns remarks for the user. Raises HoloFormatError, ModelError, AudioFileError, OSError.
    """
    with HoloSound(source, models) as sound:
        return export_sound(sound, target, subtype, progress)
