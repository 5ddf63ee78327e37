"""Whole files to `.holo` and back: same length, rate, channels, place in time."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.codec.tier_model import TierModel
from holostream.format import export_sound, transcode
from holostream.format.audio_file import AudioFileError
from holostream.format.block_frame import END, pack_frame
from holostream.format.block_index import BlockIndex, pack_end
from holostream.format.coded_block import FULL_HOPS
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.in_the_making import mark_in_the_making
from holostream.format.summary import summarize, summary_text
from holostream.format.transcode import decode_file, encode_file
from tests.speech import speech

SOURCES = [
    ("wav", 8000, 1),
    ("wav", 11025, 2),
    ("wav", 16000, 1),
    ("wav", 22050, 1),
    ("wav", 44100, 2),
    ("wav", 48000, 1),
    ("wav", 48000, 2),
    ("wav", 88200, 1),
    ("wav", 96000, 2),
    ("flac", 44100, 1),
    ("flac", 96000, 2),
    ("ogg", 48000, 2),
    ("ogg", 22050, 1),
    ("mp3", 44100, 2),
    ("mp3", 16000, 1),
]


def spoken(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    """(samples, channels)."""
    return np.stack([speech(seconds, rate, seed) for seed in range(channels)], axis=1)


def snr_db(original: np.ndarray, heard: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(original**2) / np.mean((original - heard) ** 2)))


def there_and_back(
    source: Path, tier: TierModel, models: Path, target: str = "back.wav", remarks: int = 0
) -> tuple[np.ndarray, int]:
    """(samples, channels) and rate of what a user gets."""
    holo, back = source.with_name("sound.holo"), source.with_name(target)
    assert len(encode_file(source, holo, tier)) == remarks
    assert decode_file(holo, back, models) == []
    return soundfile.read(back, always_2d=True, dtype="float32")


@pytest.mark.parametrize(("kind", "rate", "channels"), SOURCES)
def test_length_rate_channels_and_place_are_kept(
    kind: str, rate: int, channels: int, tmp_path: Path, tiers: dict[int, TierModel], models: Path
) -> None:
    source = tmp_path / f"source.{kind}"
    soundfile.write(source, spoken(1.0 + 7 / rate, rate, channels), rate)
    original, _ = soundfile.read(source, always_2d=True, dtype="float32")
    back, back_rate = there_and_back(source, tiers[256], models)
    assert back_rate == rate
    assert back.shape == original.shape
    # Hiss that reaches up to half the rate is cut by the resamplers, there and back.
    assert snr_db(original, back) > (35 if rate > 11025 else 20)


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3"])
@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (16000, 1)])
def test_other_targets(
    kind: str, rate: int, channels: int, tmp_path: Path, tiers: dict[int, TierModel], models: Path
) -> None:
    source = tmp_path / "source.wav"
    original = spoken(1.0, rate, channels)
    soundfile.write(source, original, rate, "FLOAT")
    back, back_rate = there_and_back(source, tiers[256], models, f"back.{kind}")
    assert back_rate == rate
    assert back.shape[1] == channels
    if kind == "mp3":
        assert len(back) >= len(original)
    else:
        assert back.shape == original.shape
    assert snr_db(original, back[: len(original)]) > (35 if kind == "flac" else 8)


@pytest.mark.parametrize(("harmonics", "least_db"), [(8, 3), (32, 9), (64, 15), (128, 25), (256, 40)])
def test_more_harmonics_are_closer(
    harmonics: int, least_db: float, tmp_path: Path, tiers: dict[int, TierModel], models: Path
) -> None:
    source, original = tmp_path / "source.wav", spoken(1.5, 48000)
    soundfile.write(source, original, 48000, "FLOAT")
    back, _ = there_and_back(source, tiers[harmonics], models)
    assert snr_db(original, back) > least_db


@pytest.mark.parametrize("harmonics", [64, 256])
def test_a_quiet_sound_is_coded_as_well_as_a_loud_one(
    harmonics: int, tmp_path: Path, tiers: dict[int, TierModel], models: Path
) -> None:
    figures = []
    for gain in (1.0, 0.01):
        source, original = tmp_path / "source.wav", gain * spoken(1.5, 48000)
        soundfile.write(source, original, 48000, "FLOAT")
        back, _ = there_and_back(source, tiers[harmonics], models)
        figures.append(snr_db(original, back))
    assert abs(figures[0] - figures[1]) < 1


def test_silence_stays_silent(tmp_path: Path, tier: TierModel, models: Path) -> None:
    source = tmp_path / "source.wav"
    soundfile.write(source, np.zeros((30_000, 2)), 44100)
    back, _ = there_and_back(source, tier, models)
    assert back.shape == (30_000, 2)
    assert np.abs(back).max() < 10 ** (-90 / 20)


def test_a_pause_stays_silent(tmp_path: Path, tier: TierModel, models: Path) -> None:
    source, sound = tmp_path / "source.wav", spoken(1.0, 48000)
    sound[20_000:30_000] = 0
    soundfile.write(source, sound, 48000, "FLOAT")
    back, _ = there_and_back(source, tier, models)
    assert np.abs(back[20_400:29_600]).max() < 10 ** (-90 / 20)


@pytest.mark.parametrize(("channels", "told"), [(6, " 6 channels,"), (100, " 64 or more channels,")])
def test_many_channels_come_back_as_two(channels: int, told: str, tmp_path: Path, tiers: dict[int, TierModel], models: Path) -> None:
    source = tmp_path / "source.wav"
    soundfile.write(source, spoken(0.3, 48000, channels), 48000)
    back, _ = there_and_back(source, tiers[64], models, remarks=1)
    assert back.shape == (14_400, 2)
    assert np.array_equal(back[:, 0], back[:, 1])
    assert told in summary_text(summarize(source.with_name("sound.holo")))


@pytest.mark.parametrize(
    "samples", [1, 63, 64, 65, 128, FULL_HOPS * 128 - 64, FULL_HOPS * 128, FULL_HOPS * 256 + 1]
)
def test_every_length_comes_back(
    samples: int, tmp_path: Path, tiers: dict[int, TierModel], models: Path
) -> None:
    source = tmp_path / "source.wav"
    original = 0.3 * np.random.default_rng(0).standard_normal((samples, 1)).astype(np.float32)
    soundfile.write(source, original, 48000, "FLOAT")
    back, _ = there_and_back(source, tiers[256], models)
    assert back.shape == original.shape
    assert snr_db(original, back) > 30


def test_bits_do_not_depend_on_the_length_of_pieces(
    tmp_path: Path,
    full_size_tiers: dict[int, TierModel],
    full_size_models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = tmp_path / "source.wav"
    soundfile.write(source, spoken(1.0, 48000), 48000)
    backs = []
    for hops in (FULL_HOPS, 1, 7):
        monkeypatch.setattr(transcode, "full_hops", lambda harmonics, hops=hops: hops)
        backs.append(there_and_back(source, full_size_tiers[64], full_size_models)[0])
    assert np.array_equal(backs[0], backs[1])
    assert np.array_equal(backs[0], backs[2])


def test_a_truncated_source_is_remarked_on(tmp_path: Path, tiers: dict[int, TierModel], models: Path) -> None:
    source, holo, back = tmp_path / "source.wav", tmp_path / "a.holo", tmp_path / "back.wav"
    soundfile.write(source, spoken(2.0, 48000), 48000, "PCM_16")
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) // 2])
    (remark,) = encode_file(source, holo, tiers[64])
    there = (len(whole) // 2 - 44) // 2
    assert "ends early" in remark
    assert str(there) in remark
    assert f"{there} of {there}" not in remark
    assert decode_file(holo, back, models) == []
    assert soundfile.info(back).frames == there


def test_a_truncated_flac_states_what_is_missing(tmp_path: Path, tiers: dict[int, TierModel]) -> None:
    source = tmp_path / "source.flac"
    soundfile.write(source, spoken(2.0, 48000), 48000)
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) // 2])
    (remark,) = encode_file(source, tmp_path / "a.holo", tiers[64])
    with (tmp_path / "a.holo").open("rb") as file:
        there = HoloReader(file).header.original_length
    assert 0 < there < 96_000
    assert f"{there} of 96000 samples" in remark


def test_samples_that_are_no_numbers_are_remarked_on(
    tmp_path: Path, tiers: dict[int, TierModel], models: Path
) -> None:
    source, sound = tmp_path / "source.wav", spoken(0.5, 48000)
    sound[[5, 700]] = np.nan
    sound[900] = np.inf
    soundfile.write(source, sound, 48000, "FLOAT")
    (remark,) = encode_file(source, tmp_path / "a.holo", tiers[64])
    assert "3 samples that are not numbers" in remark
    decode_file(tmp_path / "a.holo", tmp_path / "back.wav", models)
    assert np.isfinite(soundfile.read(tmp_path / "back.wav")[0]).all()


@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_holo_that_was_cut_off_decodes_as_far_as_it_goes(
    tmp_path: Path, tiers: dict[int, TierModel], models: Path, kept: float
) -> None:
    source, holo = tmp_path / "source.wav", tmp_path / "sound.holo"
    soundfile.write(source, spoken(4.0, 48000), 48000, "FLOAT")
    whole, _ = there_and_back(source, tiers[64], models)
    data = holo.read_bytes()
    holo.write_bytes(data[: int(len(data) * kept)])
    (remark,) = decode_file(holo, tmp_path / "part.wav", models)
    assert "breaks off" in remark
    assert str(holo) in remark
    part, _ = soundfile.read(tmp_path / "part.wav", always_2d=True, dtype="float32")
    with holo.open("rb") as file:
        heard = sum(block.hops for block in HoloReader(file).blocks()) * 128 - 64
    assert heard > 40_000
    assert len(part) == heard  # however long the header says it was
    assert np.array_equal(part, whole[:heard])


@pytest.mark.parametrize("by_index", [False, True])
def test_a_file_that_promises_more_than_there_is(tmp_path: Path, tiers: dict[int, TierModel], models: Path, by_index: bool) -> None:
    """Silence without end would come of it; its index may promise as much as its header."""
    source, holo = tmp_path / "source.wav", tmp_path / "sound.holo"
    soundfile.write(source, spoken(0.5, 44100), 44100)
    there_and_back(source, tiers[64], models)
    with holo.open("rb") as file, (tmp_path / "long.holo").open("wb", buffering=0) as out:
        reader = HoloReader(file)
        writer = HoloWriter(out, replace(reader.header, original_length=10**14, tables={}))
        for block in reader.blocks():
            writer.write(block)
        if by_index:
            index = BlockIndex()
            index.add(0, 0, 10**12)
            out.write(pack_frame(END, pack_end(index)))
        else:
            writer.finish()
    decode_file(tmp_path / "long.holo", tmp_path / "part.wav", models)
    assert 0.5 <= soundfile.info(tmp_path / "part.wav").duration < 0.52


def test_clipping_is_told(tmp_path: Path, tiers: dict[int, TierModel], models: Path) -> None:
    loud = spoken(0.5, 48000)
    soundfile.write(tmp_path / "loud.wav", loud * 4 / np.abs(loud).max(), 48000, "FLOAT")
    encode_file(tmp_path / "loud.wav", tmp_path / "loud.holo", tiers[64])
    assert decode_file(tmp_path / "loud.holo", tmp_path / "back.wav", models) == []
    (remark,) = decode_file(tmp_path / "loud.holo", tmp_path / "back.flac", models)
    assert re.fullmatch(r"\d+ samples of .*back.flac were louder than full scale and are clipped; a .wav in FLOAT keeps them", remark)


def test_a_holo_that_was_not_closed(tmp_path: Path, tiers: dict[int, TierModel], models: Path) -> None:
    source, holo = tmp_path / "source.wav", tmp_path / "sound.holo"
    soundfile.write(source, spoken(0.5, 48000), 48000)
    whole, _ = there_and_back(source, tiers[64], models)
    data = holo.read_bytes()
    end = 6 + int.from_bytes(data[-7:-4], "little") + 4
    holo.write_bytes(data[:-end])
    (remark,) = decode_file(holo, tmp_path / "part.wav", models)
    assert "not closed" in remark
    with holo.open("rb") as file:
        mark_in_the_making(file)
        (remark,) = decode_file(holo, tmp_path / "beside.wav", models)
        assert "still being recorded" in remark
    assert np.array_equal(soundfile.read(tmp_path / "part.wav", always_2d=True, dtype="float32")[0], whole)


def test_a_damaged_holo_leaves_no_target(tmp_path: Path, tiers: dict[int, TierModel], models: Path) -> None:
    source, holo = tmp_path / "source.wav", tmp_path / "sound.holo"
    soundfile.write(source, spoken(2.0, 48000), 48000)
    encode_file(source, holo, tiers[64])
    data = bytearray(holo.read_bytes())
    data[len(data) // 2] ^= 1
    holo.write_bytes(data)
    with pytest.raises(HoloFormatError, match="damaged"):
        decode_file(holo, tmp_path / "back.wav", models)
    assert {path.name for path in tmp_path.iterdir()} == {"source.wav", "sound.holo"}


def test_a_source_that_fails_leaves_no_holo(tmp_path: Path, tiers: dict[int, TierModel]) -> None:
    source = tmp_path / "source.wav"
    source.write_bytes(b"RIFF nothing")
    with pytest.raises(AudioFileError):
        encode_file(source, tmp_path / "a.holo", tiers[4])
    assert [path.name for path in tmp_path.iterdir()] == ["source.wav"]


def test_progress_rises_to_one(tmp_path: Path, tiers: dict[int, TierModel], models: Path) -> None:
    source = tmp_path / "source.wav"
    soundfile.write(source, spoken(4.0, 44100), 44100)
    for work in (
        lambda seen: encode_file(source, tmp_path / "a.holo", tiers[4], seen.append),
        lambda seen: decode_file(tmp_path / "a.holo", tmp_path / "b.wav", models, None, seen.append),
    ):
        seen: list[float] = []
        work(seen)
        assert len(seen) > 3
        assert seen == sorted(seen)
        assert 0 < seen[0] < 0.5
        assert 0.99 < seen[-1] <= 1


class TestLongFiles:
    """Three minutes that no disk has to hold: reader and writer are replaced, what is between is real."""

    def test_length_costs_no_memory(
        self, tmp_path: Path, tiers: dict[int, TierModel], models: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rate = 48000
        samples, piece = 3 * 60 * rate, np.tile(speech(1.0, rate), 3)[np.newaxis]

        class LongReader:
            lanes = original_channels = 1
            original_rate, original_length, frames_read = rate, samples, samples
            truncated, bad_samples, tags = False, 0, {}

            def __init__(self, *anything: object) -> None: ...
            def __enter__(self) -> LongReader: return self
            def __exit__(self, *error: object) -> None: ...

            def blocks(self, count: int) -> Iterator[np.ndarray]:
                for start in range(0, samples, count):
                    yield piece[:, start % rate :][:, : min(count, samples - start)]

        class CountingWriter:
            written = clipped = 0
            length = None

            def __init__(self, *anything: object, **more: object) -> None: ...
            def end_with(self, frames: int) -> None: ...
            def __enter__(self) -> CountingWriter: return self
            def __exit__(self, *error: object) -> None: ...

            def write(self, block: np.ndarray) -> None:
                CountingWriter.written += block.shape[1]

        monkeypatch.setattr(transcode, "AudioReader", LongReader)
        monkeypatch.setattr(export_sound, "AudioWriter", CountingWriter)
        holo = tmp_path / "a.holo"
        tracemalloc.start()
        try:
            encode_file(Path("long.wav"), holo, tiers[16])
            decode_file(holo, Path("back.wav"), models)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert CountingWriter.written >= samples
        assert peak < 7 << 20 < samples * 4 / 4
