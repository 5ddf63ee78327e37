"""Parts of recordings as audio files: the same samples as in the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.codec.tier_model import TierModel
from holostream.format.export_sound import export_sound
from holostream.format.holo_v2_transcode import encode_file_v2
from holostream.format.open_sound import open_sound
from holostream.format.transcode import encode_file
from tests.speech import speech


@pytest.fixture(scope="module")
def holos(tmp_path_factory: pytest.TempPathFactory, tiers: dict[int, TierModel]) -> dict[int, Path]:
    """3.3 s of two channels, by rate."""
    folder, made = tmp_path_factory.mktemp("holos"), {}
    for rate in (48000, 44100):
        sound = np.stack([speech(3.3, rate, seed) for seed in range(2)], axis=1)
        soundfile.write(folder / "a.wav", sound, rate, "FLOAT")
        made[rate] = folder / f"{rate}.holo"
        encode_file(folder / "a.wav", made[rate], tiers[32])
    return made


def exported(holo: Path, models: Path, target: Path, *part: float | None, subtype: str | None = None) -> np.ndarray:
    with open_sound(holo, models) as sound:
        assert export_sound(sound, target, subtype, lambda fraction: None, *part) == []
    return soundfile.read(target, dtype="float32", always_2d=True)[0]


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (0.5, 1.7), (1.111, None), (3.2, 3.3), (2.0, 99.0)])
def test_a_part_is_that_of_the_whole(
    tmp_path: Path, models: Path, holos: dict, start: float, end: float | None
) -> None:
    whole = exported(holos[48000], models, tmp_path / "whole.wav")
    part = exported(holos[48000], models, tmp_path / "part.wav", start, end)
    last = round(min(end or 3.3, 3.3) * 48000)
    assert np.array_equal(part, whole[round(start * 48000) : last])
    assert np.abs(part).max() > 0.001


@pytest.mark.parametrize(("start", "end"), [(1.0, 2.0), (1.2345, 2.2345), (0.05, 0.5), (3.0, None)])
def test_at_another_rate_it_is_too(tmp_path: Path, models: Path, holos: dict, start: float, end: float | None) -> None:
    whole = exported(holos[44100], models, tmp_path / "whole.wav")
    part = exported(holos[44100], models, tmp_path / "part.wav", start, end)
    assert soundfile.info(tmp_path / "part.wav").samplerate == 44100
    meant = whole[round(start * 44100) : round((end or 3.3) * 44100)]
    assert part.shape == meant.shape
    assert np.abs(part - meant).max() < 1e-5


@pytest.mark.parametrize(("rate", "frames"), [(192000, 192001), (88200, 88203), (48000, 48001)])
def test_it_ends_with_the_last_sample_of_the_original(
    tmp_path: Path, models: Path, tiers: dict[int, TierModel], rate: int, frames: int
) -> None:
    soundfile.write(tmp_path / "a.wav", np.resize(speech(0.5, rate, 1), frames), rate, "FLOAT")
    encode_file(tmp_path / "a.wav", tmp_path / "a.holo", tiers[4])
    for number, part in enumerate(((0.5,), (0.9, 5.0))):
        written = exported(tmp_path / "a.holo", models, tmp_path / f"{number}.wav", *part)
        assert len(written) == frames - round(part[0] * rate)


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.wav", "PCM_16"), ("a.flac", None), ("a.flac", "PCM_16"), ("a.ogg", None)]
)
def test_formats(tmp_path: Path, models: Path, holos: dict, name: str, subtype: str | None) -> None:
    part = exported(holos[44100], models, tmp_path / name, 0.5, 1.5, subtype=subtype)
    assert part.shape == (44100, 2)
    info = soundfile.info(tmp_path / name)
    assert info.format == name[2:].upper()
    assert subtype in (None, info.subtype)


@pytest.mark.parametrize(
    ("part", "words"), [((3.3, None), "3.30 s long"), ((1.0, 1.0), "not after"), ((2.0, 1.0), "not after")]
)
def test_times_that_cannot_be(tmp_path: Path, models: Path, holos: dict, part: tuple, words: str) -> None:
    with open_sound(holos[48000], models) as sound, pytest.raises(ValueError, match=words):
        export_sound(sound, tmp_path / "part.wav", None, lambda fraction: None, *part)
    assert not (tmp_path / "part.wav").exists()


def test_a_part_of_version_2(tmp_path: Path, holos: dict, holo_audio_models: Path, holo_audio_tiers: dict) -> None:
    soundfile.write(tmp_path / "a.wav", speech(8.0, 44100, 1), 44100, "FLOAT")
    encode_file_v2(tmp_path / "a.wav", tmp_path / "a.holo", holo_audio_tiers[16])
    whole = exported(tmp_path / "a.holo", holo_audio_models, tmp_path / "whole.wav")
    part = exported(tmp_path / "a.holo", holo_audio_models, tmp_path / "part.wav", 6.5, 7.0)
    assert np.allclose(part, whole[286650:308700], atol=1e-6)
    assert np.abs(part).max() > 0.001
