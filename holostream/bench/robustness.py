"""No tier may sound broken on anything: hard sounds through files and back, searched for what must not be heard.

Silence must stay silence. Quiet speech must come out as well as loud speech: the codec is level-free but for the steps
of its gain.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from holostream.bench.clip import write_source
from holostream.bench.codec_under_test import RATE
from holostream.bench.hard_sounds import HARD_SOUNDS, hiss, silence
from holostream.bench.material import voice
from holostream.bench.measurement import Measurement, Row
from holostream.bench.sound_measures import snr_db
from holostream.bench.tier_codec import TierCodec
from holostream.bench.trouble_detector import Trouble, find_trouble, pitch_strength
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import default_models_folder

MOST_SILENCE_DB = -90.0
MOST_BURST_DB = 6.0
MOST_JUMP_DB = 6.0
MOST_CLICK_DB = 12.0
MOST_PITCH = 0.3
"""The hiss itself has 0.01."""
MOST_LEVEL_COST_DB = 1.0
LOUD_DB, QUIET_DB = -10.0, -40.0
"""Peaks of the voice."""
VOICE_SECONDS = 5.0
COLUMNS = ("tier", "silence", "burst", "jump", "click", "hiss repeats", "loud SNR", "quiet SNR")


@dataclass(frozen=True)
class Robustness:
    """Of one tier. `silence_db`: the peak of silence decoded. `troubles` by sound; SNRs of loud and quiet speech. `hiss_pitch`:
    how much the decoded hiss repeats, 0 to 1."""

    silence_db: float
    troubles: dict[str, Trouble]
    hiss_pitch: float
    loud_snr_db: float
    quiet_snr_db: float

    @property
    def complaints(self) -> list[str]:
        """A sentence for everything that is not as it must be."""
        told = [] if self.silence_db < MOST_SILENCE_DB else [f"silence comes out at {self.silence_db:.0f} dBFS"]
        for name, trouble in self.troubles.items():
            limits = (("burst", trouble.burst_db, MOST_BURST_DB), ("level jump", trouble.jump_db, MOST_JUMP_DB))
            for what, found, most in (*limits, ("click", trouble.click_db, MOST_CLICK_DB)):
                if found > most:
                    told.append(f"{name}: a {what} of {found:.1f} dB, at most {most:g} is fine")
        if self.hiss_pitch > MOST_PITCH:
            told.append(f"hiss: it repeats, {self.hiss_pitch:.2f} of it, at most {MOST_PITCH:g} is fine")
        if abs(self.loud_snr_db - self.quiet_snr_db) > MOST_LEVEL_COST_DB:
            told.append(f"speech at {QUIET_DB:g} dBFS has {self.quiet_snr_db:.1f} dB SNR, loud {self.loud_snr_db:.1f}")
        return told


def tier_robustness(models: Path, tier: int) -> Robustness:
    """Everything through one tier's files. Raises ModelError."""
    codec = TierCodec(models, tier)
    with tempfile.TemporaryDirectory(prefix="holostream-robustness-") as folder:
        quiet = float(np.abs(through(codec, silence(RATE), Path(folder))).max())
        troubles, pitch = {}, 0.0
        for name, make in HARD_SOUNDS.items():
            sound = make(RATE)
            heard = through(codec, sound, Path(folder))
            troubles[name] = find_trouble(sound, heard, RATE)
            if make is hiss:
                pitch = pitch_strength(heard, RATE)
        speech = voice(RATE)[0, : round(VOICE_SECONDS * RATE)]
        speech = speech / np.abs(speech).max()
        snrs = []
        for peak_db in (LOUD_DB, QUIET_DB):
            sound = (speech * 10 ** (peak_db / 20)).astype(np.float32)
            snrs.append(snr_db(sound.astype(np.float64), through(codec, sound, Path(folder)).astype(np.float64)))
    return Robustness(20 * float(np.log10(max(quiet, 1e-10))), troubles, pitch, *snrs)


def through(codec: TierCodec, sound: np.ndarray, folder: Path) -> np.ndarray:
    """(n,) samples to a `.holo` and back, of the same length."""
    source = folder / "sound.wav"
    write_source(sound, source)
    return codec.code(source, folder).sound[: len(sound)]


def measure_robustness(models: Path | None = None, tiers: tuple[int, ...] = TIERS) -> Measurement:
    """All hard sounds through all tiers; a row is met if nothing is to complain about."""
    found = {tier: tier_robustness(models or default_models_folder(), tier) for tier in tiers}
    rows = [Row((str(tier), *_cells(result)), not result.complaints) for tier, result in found.items()]
    limits = (MOST_BURST_DB, MOST_JUMP_DB, MOST_CLICK_DB)
    most = (*(f"<= {most:g}" for most in limits), f"<= {MOST_PITCH:g}")
    targets = (f"< {MOST_SILENCE_DB:g}", *most, "", f"+-{MOST_LEVEL_COST_DB:g}")
    complaints = [f"Tier {tier}: {one}." for tier, result in found.items() for one in result.complaints]
    return Measurement(
        "robustness",
        "Hard sounds",
        COLUMNS,
        (*rows, Row(("target", *targets))),
        {"rows": [{"tier": tier, **asdict(result)} for tier, result in found.items()]},
        (
            "dB. Silence: peak of what digital silence becomes, dBFS. Burst, jump, click: how far the worst of "
            f"{', '.join(HARD_SOUNDS)} goes beyond its original: level in 10 ms, change of level between 20 ms windows, "
            "energy above 16 kHz out of its surroundings. Hiss repeats: autocorrelation of the decoded one after 1 to 20 ms, 1: "
            "a buzz. SNR of speech with its peak at "
            f"{LOUD_DB:g} and {QUIET_DB:g} dBFS.",
            *complaints,
        ),
    )


def _cells(result: Robustness) -> list[str]:
    cells = ["zeros" if result.silence_db <= -200 else f"{result.silence_db:.0f}"]
    for what in ("burst_db", "jump_db", "click_db"):
        worst, name = max((getattr(trouble, what), name) for name, trouble in result.troubles.items())
        cells.append(f"{worst:+.1f} {name}")
    return [*cells, f"{result.hiss_pitch:.2f}", f"{result.loud_snr_db:.1f}", f"{result.quiet_snr_db:.1f}"]
