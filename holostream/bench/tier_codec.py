"""Our own tiers, and any further models folder, as codecs under test: `.holo` files written and read as users do.

The container counts: a tier's bitrate is that of the whole file. Nothing is aligned afterwards and nothing cached, since
the program that does the coding changes.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from holostream.bench.codec_under_test import Coded, read_sound
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import ModelError, TierModel, load_tier, present_tiers, read_facts
from holostream.format.transcode import decode_file, encode_file

OURS = "HoloStream"


@dataclass(frozen=True)
class TierCodec:
    """One tier of a models folder; `series` is the folder's name in tables."""

    models: Path
    tier: int
    series: str = OURS

    @property
    def setting(self) -> str:
        return str(self.tier)

    @property
    def aligns(self) -> bool:
        return False

    def identity(self) -> None:
        return None

    def code(self, source: Path, folder: Path) -> Coded:
        coded, decoded = folder / "tier.holo", folder / "tier.wav"
        encode_file(source, coded, _model(self.models, self.tier))
        decode_file(coded, decoded, self.models)
        bits = coded.stat().st_size * 8
        return Coded(read_sound(decoded), bits, bits)


@functools.lru_cache(maxsize=len(TIERS))
def _model(models: Path, tier: int) -> TierModel:
    return load_tier(models, tier)


def tiers_of(models: Path, tiers: tuple[int, ...], series: str = OURS) -> list[TierCodec]:
    """Tiers of a folder as codecs. Raises ModelError if one is not there."""
    for tier in tiers:
        read_facts(models, tier)
    return [TierCodec(models, tier, series) for tier in dict.fromkeys(tiers)]


def tiers_in(models: Path) -> list[TierCodec]:
    """All tiers that a folder holds, the series named after it. Raises ModelError if it holds none."""
    try:
        there = present_tiers(models)
    except ModelError as error:
        raise ModelError(
            f"{models} holds no tier; --against models:FOLDER takes a folder with tier_004 ... tier_256"
        ) from error
    return tiers_of(models, there, models.resolve().name)
