"""Learns the entropy tables of exported tiers from sounds, stores them with the tier and makes them current.

`python -m holostream.training.tables --data FOLDER [--models models] [--tiers 4,8,...] [--minutes 10]` does so for
tiers that are there already; a training calls `learn_tier_tables` at its end, with what it was trained on.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from holostream.codec.dna import Dna, join
from holostream.codec.framing import frame, initial_previous
from holostream.codec.tier import TIERS, facts_to_dict
from holostream.codec.tier_model import ModelError, TierModel, load_tier, tier_folder
from holostream.format.audio_file import AudioFileError, sounds_below
from holostream.format.audio_reader import read_whole
from holostream.format.entropy_tables import EntropyTables
from holostream.format.new_file import new_file
from holostream.format.table_learning import learn_tables
from holostream.format.table_store import save_tables
from holostream.training.corpus import ENOUGH_OF_ONE
from holostream.training.training_error import TrainingError

PIECE_FRAMES = 1024


def learn_tier_tables(models: Path, harmonics: int, sounds: Iterable[np.ndarray]) -> EntropyTables:
    """Learn from (lanes, samples) float32 sounds at the tier's rate, store the set, name it in `tier.json`.

    Raises ModelError, TrainingError if there is no sound, OSError.
    """
    model = load_tier(models, harmonics)
    if model.facts.codes != "polar":
        raise TrainingError(
            f"tier {harmonics} of {models} has codes of its own ({model.facts.codes}), which entropy tables do not fit; "
            "its files are packed with zlib"
        )
    codes = [codes_of(model, sound) for sound in sounds if sound.shape[1] >= model.facts.hop]
    try:
        tables = learn_tables(codes, model.facts.layers, model.facts.noise_pair, model.facts.split)
    except ValueError as error:
        raise TrainingError(f"tier {harmonics}: {error}") from error
    save_tables(models, tables)
    path = tier_folder(models, harmonics) / "tier.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["facts"] = facts_to_dict(dataclasses.replace(model.facts, entropy_tables=tables.digest))
    with new_file(path) as file:
        file.write((json.dumps(document, indent=1) + "\n").encode())
    return tables


def codes_of(model: TierModel, sound: np.ndarray) -> Dna:
    """The codes of the whole hops of a sound, at least one."""
    facts, lanes = model.facts, sound.shape[0]
    whole = sound[:, : sound.shape[1] // facts.hop * facts.hop]
    chunks, _ = frame(np.ascontiguousarray(whole, np.float32), initial_previous(facts, lanes), facts)
    state, parts = model.initial_encoder_state(lanes), list[Dna]()
    for start in range(0, chunks.shape[1], PIECE_FRAMES):
        part, state = model.encode(chunks[:, start : start + PIECE_FRAMES], state)
        parts.append(part)
    return join(parts)


def sounds_in(folder: Path, rate: int, seconds: float) -> Iterator[np.ndarray]:
    """Beginnings of files below a folder, spread over it, mono, about `seconds` in all. Raises TrainingError."""
    files = sounds_below(folder)
    if not files:
        raise TrainingError(f"{folder} holds no WAV, FLAC, OGG or MP3 file; name a folder with --data")
    np.random.default_rng(0).shuffle(files)
    most = max(ENOUGH_OF_ONE, seconds / len(files))
    for path in files:
        if seconds <= 0:
            return
        try:
            sound = read_whole(path, rate, 1, min(most, seconds))
        except AudioFileError as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        seconds -= sound.shape[1] / rate
        yield sound


def main(arguments: list[str] | None = None) -> None:
    """The command line above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of WAV, FLAC, OGG, MP3")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--tiers", default=",".join(map(str, TIERS)), help="with commas")
    parser.add_argument("--minutes", type=float, default=10.0, help="of sound to learn from")
    chosen = parser.parse_args(arguments)
    try:
        for harmonics in map(int, chosen.tiers.split(",")):
            rate = load_tier(chosen.models, harmonics).facts.rate
            tables = learn_tier_tables(chosen.models, harmonics, sounds_in(chosen.data, rate, 60 * chosen.minutes))
            print(f"tier {harmonics:3d}: entropy tables {tables.digest}, {len(tables.packed)} bytes")
    except (ModelError, TrainingError, OSError, ValueError) as error:
        sys.exit(f"holostream: {error}")


if __name__ == "__main__":
    main()
