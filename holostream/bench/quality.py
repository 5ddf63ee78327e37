"""What each tier makes of real files: bitrate and closeness to the original, from decoded `.holo` bytes only.

Files are grouped by the first word of their names where it is speech, music or env. PESQ-WB (ITU-T P.862.2) and ESTOI
(Jensen & Taal 2016) are taken at 16 kHz if the packages pesq and pystoi are installed; without them their columns are
empty.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr

from holostream.bench.measurement import Measurement, Row
from holostream.bench.sound_measures import log_spectral_distance_db, mel_distance, si_sdr_db, snr_db
from holostream.codec.dna import join
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import TierModel, default_models_folder, load_tier
from holostream.format.audio_reader import read_whole
from holostream.format.holo_file import HoloReader
from holostream.format.rate_estimate import estimated_kbps
from holostream.format.transcode import decode_file, encode_file

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
KINDS = ("speech", "music", "env")
LONGEST_SECONDS = 60.0
COLUMNS = ("tier", "sound", "files", "kbit/s", "file kbit/s", "SNR", "SI-SDR", "mel", "LSD", "PESQ-WB", "ESTOI")


@dataclass(frozen=True)
class ClipQuality:
    """One file through one tier. `kbps` is what its codes cost by the context model, `file_kbps` what the file took."""

    kbps: float
    file_kbps: float
    snr_db: float
    si_sdr_db: float
    mel: float
    lsd_db: float
    pesq: float
    estoi: float


def kind_of(path: Path) -> str:
    """speech, music, env, or sound."""
    first = path.name.split("_")[0]
    return first if first in KINDS else "sound"


def sound_files(folder: Path) -> list[Path]:
    """Audio files below a folder. Raises ValueError if there are none."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise ValueError(f"{folder} holds no WAV, FLAC, OGG or MP3 file to measure on; name a folder with --data")
    return files


def clip_quality(path: Path, model: TierModel, models: Path, folder: Path) -> ClipQuality:
    """Encode, decode and compare, mono, at the model's rate."""
    coded, decoded = folder / "clip.holo", folder / "clip.wav"
    encode_file(path, coded, model)
    decode_file(coded, decoded, models)
    with coded.open("rb") as file:
        dna = join([voice.dna for block in HoloReader(file, models=models).blocks() for voice in block.voices])
    rate = model.facts.rate
    original, heard = (read_whole(sound, rate, 1, LONGEST_SECONDS)[0] for sound in (path, decoded))
    length = min(len(original), len(heard))
    original, heard = original[:length].astype(np.float64), heard[:length].astype(np.float64)
    seconds = dna.frames / model.facts.frames_per_second
    low, low_heard = (soxr.resample(sound, rate, 16000) for sound in (original, heard))
    return ClipQuality(
        dna.lanes * estimated_kbps(dna, model.facts),
        coded.stat().st_size * 8 / 1000 / seconds,
        snr_db(original, heard),
        si_sdr_db(original, heard),
        mel_distance(original, heard, rate),
        log_spectral_distance_db(original, heard),
        _pesq(low, low_heard),
        _estoi(low, low_heard),
    )


def _pesq(original: np.ndarray, heard: np.ndarray) -> float:
    try:
        from pesq import pesq
    except ImportError:
        return float("nan")
    try:
        return float(pesq(16000, original, heard, "wb"))
    except Exception:  # it refuses what it finds no utterance in
        return float("nan")


def _estoi(original: np.ndarray, heard: np.ndarray) -> float:
    try:
        from pystoi import stoi
    except ImportError:
        return float("nan")
    return float(stoi(original, heard, 16000, extended=True))


def measure_quality(
    data: Path,
    models: Path | None = None,
    tiers: tuple[int, ...] = TIERS,
    progress: Callable[[float, str], None] = lambda fraction, name: None,
) -> Measurement:
    """Means over the files of each kind. Raises ValueError for a folder without sound, ModelError, AudioFileError."""
    files, folder_of_models = sound_files(data), models or default_models_folder()
    rows, values = [], []
    for place, tier in enumerate(tiers):
        model = load_tier(folder_of_models, tier)
        found: dict[str, list[ClipQuality]] = {}
        with tempfile.TemporaryDirectory() as folder:
            for number, path in enumerate(files):
                progress((place + number / len(files)) / len(tiers), f"tier {tier}: {path.name}")
                found.setdefault(kind_of(path), []).append(
                    clip_quality(path, model, folder_of_models, Path(folder))
                )
        for kind, clips in sorted(found.items(), reverse=True):
            means = {name: _mean([getattr(clip, name) for clip in clips]) for name in asdict(clips[0])}
            rows.append(Row((str(tier), kind, str(len(clips)), *_shown(means))))
            values.append({"tier": tier, "kind": kind, "files": len(clips), "trained": model.facts.trained, **means})
    return Measurement(
        "quality",
        "Quality from decoded files",
        COLUMNS,
        tuple(rows),
        {"rows": values},
        (
            "Means over files. kbit/s: what the codes cost by the context model that entropy coding will use; file: what "
            "the file takes today. SNR, SI-SDR, LSD in dB; mel: log-mel distance in nepers.",
        ),
    )


def _mean(values: list[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else None


def _shown(means: dict[str, float | None]) -> list[str]:
    digits = {"kbps": 1, "file_kbps": 1, "snr_db": 1, "si_sdr_db": 1, "mel": 2, "lsd_db": 1, "pesq": 2, "estoi": 3}
    return ["" if means[name] is None else f"{means[name]:.{places}f}" for name, places in digits.items()]
