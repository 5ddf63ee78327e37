"""A small folder of sounds, and a recipe that is over in seconds."""

from __future__ import annotations

from pathlib import Path

import soundfile

from holostream.training.corpus import Corpus, read_corpus
from holostream.training.recipe import Recipe
from tests.speech import speech

TINY = Recipe(
    name="tiny", width=16, encoder_dilations=(1,), vocoder_dilations=(1, 2), segment_seconds=0.2, batch=2, steps=6,
    warmup_steps=1, check_every=3, learning_rate=3e-3,
)  # fmt: skip


def fill(folder: Path, files: int = 6, seconds: float = 4.0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        soundfile.write(folder / f"voice{number}.flac", speech(seconds, 24000, number), 24000)
    return folder


def corpus(folder: Path) -> Corpus:
    return read_corpus(fill(folder / "sounds"), folder / "cache", 48000)
