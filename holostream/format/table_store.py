"""Entropy tables in a models folder: each set in a file of its own, and which one is current."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import ModelError, default_models_folder, tier_folder
from holostream.format.entropy_tables import MAX_BODY, EntropyTables, unpack_tables
from holostream.format.holo_error import HoloFormatError, MissingTablesError
from holostream.format.holo_header import HoloHeader
from holostream.format.new_file import new_file


def tables_path(models: Path, harmonics: int, digest: str) -> Path:
    """Where a set lies."""
    return tier_folder(models, harmonics) / "entropy" / f"{digest}.tables"


def save_tables(models: Path, tables: EntropyTables) -> Path:
    """Store a set beside those that are there. Raises OSError."""
    path = tables_path(models, tables.harmonics, tables.digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path) as file:
        file.write(tables.packed)
    return path


@lru_cache(maxsize=64)
def load_tables(models: Path, harmonics: int, digest: str) -> EntropyTables:
    """A stored set. Raises ModelError if it is missing or damaged."""
    path = tables_path(models, harmonics, digest)
    try:
        if path.stat().st_size > MAX_BODY + 1024:
            raise ValueError(f"{path.stat().st_size} bytes are too many")
        tables = unpack_tables(path.read_bytes())
        if (tables.digest, tables.harmonics) != (digest, harmonics):
            raise ValueError(f"they are set {tables.digest} of tier {tables.harmonics}")
    except FileNotFoundError as error:
        raise ModelError(
            f"the entropy tables {digest} of tier {harmonics} are not in {models.absolute()}; "
            "point --models at a folder that has them"
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: these entropy tables cannot be used ({error}); restore the file") from error
    return tables


def current_tables(models: Path, facts: TierFacts) -> EntropyTables | None:
    """The set that new files of a tier are written with; None if its tables were not learned yet. Raises ModelError."""
    if not facts.entropy_tables:
        return None
    tables = load_tables(models, facts.harmonics, facts.entropy_tables)
    if (tables.layers, tables.split) != (facts.layers, facts.split):
        raise ModelError(
            f"the entropy tables {tables.digest} of tier {facts.harmonics} are for {tables.layers} layers in {tables.split} parts, "
            f"the tier has {facts.layers} in {facts.split}; learn them again: python -m holostream.training.tables"
        )
    return tables


def all_current_tables(models: Path, tiers: dict[int, TierFacts]) -> dict[int, EntropyTables]:
    """The current sets of the tiers that have one. Raises ModelError."""
    found = {harmonics: current_tables(models, facts) for harmonics, facts in tiers.items()}
    return {harmonics: tables for harmonics, tables in found.items() if tables is not None}


def tables_of(header: HoloHeader, harmonics: int, models: Path | None = None, name: str = "this file") -> EntropyTables:
    """The entropy tables that a header names for a tier. Raises HoloFormatError; MissingTablesError if they are not in `models`."""
    digest = header.tables.get(str(harmonics))
    if digest is None:
        raise HoloFormatError(f"its header names no entropy tables for tier {harmonics}")
    try:
        return load_tables(models or default_models_folder(), harmonics, digest)
    except ModelError as error:
        raise MissingTablesError(f"{name} cannot be decoded: {error}") from error
