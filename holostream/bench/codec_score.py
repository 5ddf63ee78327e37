"""One clip through one codec: coded, decoded, aligned, measured. What runs in the bench's worker processes."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from holostream.bench.alignment import aligned, lag_samples
from holostream.bench.clip import Clip, samples_of, write_source
from holostream.bench.codec_under_test import RATE, CodecError, CodecUnderTest, Coded
from holostream.bench.measure_set import score


@dataclass(frozen=True)
class CodecScore:
    """Bits and measures of one clip; `lag` is the delay that was removed, in samples. `problem`: why there are none."""

    clip: str
    kind: str
    series: str
    setting: str
    seconds: float
    payload_bits: int
    file_bits: int
    lag: int
    measures: dict[str, float | None]
    problem: str | None = None

    def entry(self) -> dict[str, Any]:
        """What is kept of it: nothing that tells which file it was."""
        kept = asdict(self)
        return {name: kept[name] for name in ("seconds", "payload_bits", "file_bits", "lag", "measures")}


def score_from_entry(clip: Clip, codec: CodecUnderTest, entry: dict[str, Any]) -> CodecScore:
    """The inverse of `CodecScore.entry`. Raises KeyError or TypeError for an entry of another shape."""
    return CodecScore(clip.name, clip.kind, codec.series, codec.setting, **entry)


def decode_aligned(codec: CodecUnderTest, original: np.ndarray, folder: Path) -> tuple[Coded, np.ndarray, int]:
    """What the codec spent, (n,) samples as long as and aligned with the original, and the delay removed.

    Raises CodecError.
    """
    source = folder / "original.wav"
    write_source(original, source)
    coded = codec.code(source, folder)
    lag = lag_samples(original, coded.sound, RATE) if codec.aligns else 0
    return coded, aligned(coded.sound, lag, len(original)), lag


def score_clip(clip: Clip, codec: CodecUnderTest, measures: Sequence[str]) -> CodecScore:
    """Code, decode, compare. A codec that cannot do it is told in `problem`. Raises AudioFileError, ModelError."""
    original = _samples(clip)
    seconds = len(original) / RATE
    with tempfile.TemporaryDirectory(prefix="holostream-quality-") as folder:
        try:
            coded, heard, lag = decode_aligned(codec, original, Path(folder))
        except CodecError as error:
            return CodecScore(clip.name, clip.kind, codec.series, codec.setting, seconds, 0, 0, 0, {}, str(error))
    found = score(original, heard, RATE, measures, clip.is_speech)
    return CodecScore(
        clip.name, clip.kind, codec.series, codec.setting, seconds, coded.payload_bits, coded.file_bits, lag, found
    )


@functools.lru_cache(maxsize=2)
def _samples(clip: Clip) -> np.ndarray:
    return samples_of(clip)
