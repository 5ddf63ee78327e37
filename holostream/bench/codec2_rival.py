"""Codec 2 through c2enc and c2dec: parametric speech at 8 kHz, the yardstick for the lowest bitrates.

The payload is its bits; the header of a .c2 file is left out by writing another suffix, so both counts are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from holostream.bench.codec_under_test import RATE, Coded, read_sound
from holostream.bench.external_program import run_program, version_of

PROGRAMS, PACKAGE = ("c2enc", "c2dec"), "codec2"
MODES = ("1200", "2400", "3200")
SPEECH_RATE = 8000
FULL_SCALE = 32767


@dataclass(frozen=True)
class Codec2Rival:
    """`mode` is the bitrate in bit/s, as its programs name it."""

    mode: str

    @property
    def series(self) -> str:
        return "Codec 2"

    @property
    def setting(self) -> str:
        return self.mode

    @property
    def aligns(self) -> bool:
        return True

    def identity(self) -> str:
        return f"c2enc {self.mode} soxr HQ | {version_of('c2enc')} {version_of('c2dec')}"

    def code(self, source: Path, folder: Path) -> Coded:
        raw, coded, decoded = folder / "rival.raw", folder / "rival.bits", folder / "rival_decoded.raw"
        low = soxr.resample(read_sound(source), RATE, SPEECH_RATE, "HQ")
        raw.write_bytes(np.clip(np.round(low * FULL_SCALE), -FULL_SCALE, FULL_SCALE).astype("<i2").tobytes())
        run_program(["c2enc", self.mode, raw, coded])
        run_program(["c2dec", self.mode, coded, decoded])
        heard = np.frombuffer(decoded.read_bytes(), "<i2").astype(np.float32) / FULL_SCALE
        bits = coded.stat().st_size * 8
        return Coded(soxr.resample(heard, SPEECH_RATE, RATE, "HQ"), bits, bits)


def codec2_ladder() -> list[Codec2Rival]:
    """All modes that are measured."""
    return [Codec2Rival(mode) for mode in MODES]
