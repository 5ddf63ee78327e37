"""Imports a `.pth` of HOLO-Audio: read, calibrated on sound, exported as a tier folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import ModelError, tier_folder
from holostream.format.audio_file import AudioFileError, sounds_below
from holostream.format.audio_reader import read_whole
from holostream.network.holo_audio_export import coefficient_range, export_holo_audio, refuse_other_family
from holostream.network.holo_audio_file import read_holo_audio

LONGEST_SECONDS = 600.0
"""Of a file that is calibrated on; the rest is not looked at."""
RATES = range(8000, 192001)


def import_holo_audio(path: Path, models: Path, rate: int, calibrate: Path, overwrite: bool = False) -> TierFacts:
    """Write the tier under `models`. `rate` is that of the sound it was trained on, which a `.pth` does not tell;
    `calibrate` is a sound, or a folder of sounds, whose coefficients' range becomes the model's.

    Raises ModelError, AudioFileError, OSError, or ValueError for a rate that no tier can have, or a tier that is there and not to
    be replaced.
    """
    if rate not in RATES:
        raise ValueError(f"--rate is {rate}; expected {RATES[0]} to {RATES[-1]} Hz")
    network = read_holo_audio(path)
    harmonics = network.shape.harmonics
    refuse_other_family(models, network.shape.family, rate, network.shape.chunk)
    if not overwrite and tier_folder(models, harmonics).exists():  # files of version 2 do not say by which they were made
        raise ValueError(f"{models} holds a tier {harmonics} already; name a new folder with --out, or replace it with --overwrite")
    limits = coefficient_range(network, _sounds(calibrate, rate))
    card = {
        "trained": True,
        "recipe": "imported from HOLO-Audio",
        "source": path.name,
        "calibrated_on": calibrate.name,
        "licence": "that of the imported weights",
    }
    return export_holo_audio(network, models, rate, limits, card)


def _sounds(place: Path, rate: int) -> Iterator[np.ndarray]:
    """(n,) float32 of a file, or of every readable one in a folder. Raises AudioFileError, ModelError."""
    if not place.is_dir():
        yield read_whole(place, rate, 1, LONGEST_SECONDS)[0]
        return
    found = 0
    for file in sounds_below(place):
        try:
            sound = read_whole(file, rate, 1, LONGEST_SECONDS)[0]
        except AudioFileError:
            continue
        found += 1
        yield sound
    if not found:
        raise ModelError(f"{place} holds no WAV, FLAC, OGG or MP3 file that can be read; name sounds with --calibrate")
