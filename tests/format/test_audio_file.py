"""Audio files: what is written is read, at any rate and block size; broken ones raise nothing unexpected."""

from __future__ import annotations

import errno
import gc
import os
import resource
import signal
import tracemalloc
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holostream.format import audio_writer, rf64
from holostream.format.audio_file import SUFFIXES, AudioFileError, sounds_below
from holostream.format.audio_reader import MAGICS, AudioReader, read_whole
from holostream.format.audio_writer import AudioWriter

RATES = (8000, 11025, 16000, 22050, 44100, 48000, 96000)
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def noise(lanes: int, samples: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((lanes, samples))).astype(np.float32)


def write(
    path: Path, sound: np.ndarray, rate: int, channels: int | None = None, block: int = 1000, **more: Any
) -> None:
    with AudioWriter(path, rate, channels or sound.shape[0], **more) as writer:
        for start in range(0, sound.shape[1], block):
            writer.write(sound[:, start : start + block])


def read(path: Path, rate: int, lanes: int | None = None, block: int = 480) -> tuple[np.ndarray, AudioReader]:
    with AudioReader(path, rate, lanes) as reader:
        blocks = list(reader.blocks(block))
    assert all(b.shape == (reader.lanes, block) for b in blocks[:-1])
    assert all(b.dtype == np.float32 and b.flags.c_contiguous for b in blocks)
    return np.concatenate(blocks, axis=1), reader


@pytest.fixture(params=["wav", "rf64", "flac", "ogg", "opus", "mp3", "aiff"])
def whole_file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Three seconds of stereo noise in every kind of file."""
    name: str = request.param
    kinds = {"rf64": ("RF64", "FLOAT"), "opus": ("OGG", "OPUS")}
    kind, subtype = kinds.get(name, (name.upper(), None))
    path = tmp_path / f"whole.{name}"
    soundfile.write(path, noise(2, 144000).T, 48000, subtype, format=kind)
    return name, path


# Equality


@few
@given(
    rate=st.sampled_from(RATES),
    lanes=st.integers(1, 2),
    samples=st.integers(1, 20000),
    block_in=st.sampled_from((1, 64, 65, 480, 8193)),
    block_out=st.sampled_from((1, 64, 65, 480, 8193)),
    stated=st.booleans(),
)
def test_float_wav_is_transparent(
    tmp_path: Path, rate: int, lanes: int, samples: int, block_in: int, block_out: int, stated: bool
) -> None:
    sound = noise(lanes, samples)
    write(tmp_path / "a.wav", sound, rate, block=block_in, length=samples if stated else None)
    back, reader = read(tmp_path / "a.wav", rate, block=block_out)
    assert np.array_equal(back, sound)
    assert (reader.original_rate, reader.original_channels, reader.original_length) == (rate, lanes, samples)
    assert (reader.frames_read, reader.bad_samples, reader.truncated) == (samples, 0, False)


@few
@given(
    file_rate=st.sampled_from(RATES),
    lanes=st.integers(1, 2),
    samples=st.integers(1, 30000),
    suffix=st.sampled_from((".wav", ".flac", ".ogg")),
    block=st.sampled_from((64, 480, 8193)),
)
def test_round_trip_through_48_khz_keeps_length(
    tmp_path: Path, file_rate: int, lanes: int, samples: int, suffix: str, block: int
) -> None:
    source, target = tmp_path / f"source{suffix}", tmp_path / f"target{suffix}"
    write(source, noise(lanes, samples), file_rate)
    at_48, reader = read(source, 48000, block=block) if samples > 2 else (np.zeros((lanes, 0)), None)
    if reader is not None:
        assert abs(at_48.shape[1] - samples * 48000 / file_rate) <= 1
    write(target, at_48.astype(np.float32), file_rate, model_rate=48000, length=samples, block=block)
    assert soundfile.info(target).frames == samples


@pytest.mark.parametrize("file_rate", [8000, 22050, 44100, 96000])
@pytest.mark.parametrize("block", [64, 65, 8193])
def test_round_trip_through_48_khz_has_no_delay(tmp_path: Path, file_rate: int, block: int) -> None:
    samples = file_rate
    time = np.arange(samples) / file_rate
    chirp = np.sin(2 * np.pi * (100 * time + 0.5 * 2500 * time**2)) * np.hanning(samples)
    sound = (0.5 * chirp[None]).astype(np.float32)
    write(tmp_path / "a.wav", sound, file_rate)
    at_48, _ = read(tmp_path / "a.wav", 48000, block=block)
    write(tmp_path / "b.wav", at_48, file_rate, model_rate=48000, length=samples, block=block)
    back, _ = read(tmp_path / "b.wav", file_rate)
    assert back.shape == sound.shape
    assert np.abs(back - sound).max() < 1e-4


def test_impulse_stays_in_place(tmp_path: Path) -> None:
    sound = np.zeros((1, 44100), np.float32)
    sound[0, 14700] = 1
    write(tmp_path / "a.wav", sound, 44100)
    at_48, _ = read(tmp_path / "a.wav", 48000)
    assert at_48.shape == (1, 48000)
    assert np.abs(at_48).argmax() == 16000


def test_resampling_does_not_depend_on_blocks(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", noise(2, 30000), 44100)
    whole, _ = read(tmp_path / "a.wav", 48000, block=10**6)
    for block in (1, 64, 65, 128, 480, 8193):
        assert np.array_equal(read(tmp_path / "a.wav", 48000, block=block)[0], whole)


@pytest.mark.parametrize(("subtype", "step"), [("PCM_16", 2**-15), ("PCM_24", 2**-22)])
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_integer_formats_clip_and_round(tmp_path: Path, suffix: str, subtype: str, step: float) -> None:
    sound = noise(2, 5000)
    sound[0, :4] = 3, -3, np.nan, np.inf
    write(tmp_path / f"a{suffix}", sound, 48000, subtype=subtype)
    back, _ = read(tmp_path / f"a{suffix}", 48000)
    expected = np.clip(np.nan_to_num(sound, nan=0, posinf=1), -1, 1)
    assert np.abs(back - expected).max() <= step
    assert soundfile.info(tmp_path / f"a{suffix}").subtype == subtype


# Lanes and channels


@pytest.mark.parametrize(("channels", "lanes", "expected"), [
    (1, None, 1), (2, None, 2), (6, None, 1), (1, 2, 2), (2, 1, 1), (6, 1, 1), (6, 2, 2),
])  # fmt: skip
def test_lanes(tmp_path: Path, channels: int, lanes: int | None, expected: int) -> None:
    sound = noise(channels, 9000)
    soundfile.write(tmp_path / "a.wav", sound.T, 48000, "FLOAT")
    back, reader = read(tmp_path / "a.wav", 48000, lanes)
    assert back.shape == (expected, 9000)
    assert reader.lanes == expected
    assert reader.original_channels == channels
    np.testing.assert_allclose(
        back, sound if expected == channels else np.tile(sound.mean(0), (expected, 1)), atol=1e-7
    )


@pytest.mark.parametrize("model_rate", [48000, 44100])
def test_channels(tmp_path: Path, model_rate: int) -> None:
    sound = noise(2, 9000)
    write(tmp_path / "mono.wav", sound, 48000, 1, model_rate=model_rate)
    write(tmp_path / "mean.wav", sound.mean(0, keepdims=True), 48000, 1, model_rate=model_rate)
    write(tmp_path / "twice.wav", sound.mean(0, keepdims=True), 48000, 2, model_rate=model_rate)
    mean = read(tmp_path / "mean.wav", 48000)[0]
    assert np.array_equal(read(tmp_path / "mono.wav", 48000)[0], mean)
    assert np.array_equal(read(tmp_path / "twice.wav", 48000)[0], np.repeat(mean, 2, axis=0))


@pytest.mark.parametrize("length", [1, 4999, 5000, 5001, 60000])
def test_length_trims_or_pads(tmp_path: Path, length: int) -> None:
    sound = noise(2, 5000)
    write(tmp_path / "a.wav", sound, 48000, length=length)
    back, _ = read(tmp_path / "a.wav", 48000)
    assert back.shape == (2, length)
    assert np.array_equal(back[:, :5000], sound[:, :length])
    assert not back[:, 5000:].any()


# Damage


def test_bad_samples_become_silence(tmp_path: Path) -> None:
    sound = noise(2, 9000)
    sound[0, 5], sound[1, 6], sound[1, 7], sound[0, 8999] = np.nan, np.inf, -np.inf, 3e38
    soundfile.write(tmp_path / "a.wav", sound.T, 44100, "FLOAT")
    back, reader = read(tmp_path / "a.wav", 48000)
    assert reader.bad_samples == 4
    assert np.isfinite(back).all()
    assert np.abs(back).max() < 1


def test_whole_files_are_not_truncated(whole_file: tuple[str, Path]) -> None:
    _, path = whole_file
    sound, reader = read(path, 48000)
    assert not reader.truncated
    assert sound.shape == (2, 144000)
    assert reader.frames_read == reader.original_length == 144000


@pytest.mark.parametrize("part", [0.5, 0.9, 0.999])
def test_truncated_files_deliver_what_is_there(whole_file: tuple[str, Path], part: float) -> None:
    name, path = whole_file
    whole, _ = read(path, 48000)
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    sound, reader = read(path, 48000)
    assert reader.truncated
    assert 0.5 * part * 144000 < sound.shape[1] < 144000
    assert reader.frames_read == reader.original_length == sound.shape[1]
    if name != "mp3":  # the last frame of an MP3 may need the bits that are gone
        assert np.array_equal(sound, whole[:, : sound.shape[1]])


def test_lengths_that_a_pipe_left_open(tmp_path: Path) -> None:
    wav, flac = tmp_path / "a.wav", tmp_path / "a.flac"
    soundfile.write(wav, noise(1, 9999).T, 48000)
    data = bytearray(wav.read_bytes())
    at = data.index(b"data") + 4
    data[4:8] = data[at : at + 4] = b"\xff" * 4
    wav.write_bytes(data)
    soundfile.write(flac, noise(1, 9999).T, 48000)
    data = bytearray(flac.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    flac.write_bytes(data)
    for path in (wav, flac):
        sound, reader = read(path, 48000)
        assert sound.shape == (1, 9999)
        assert reader.original_length == 9999
        assert not reader.truncated


def test_mp3_without_stated_length(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    soundfile.write(path, noise(1, 300000).T, 44100, bitrate_mode="CONSTANT", compression_level=0.5)
    data = path.read_bytes()
    path.write_bytes(data[data.index(data[:2], 4) :])
    sound, reader = read(path, 44100)
    assert not reader.truncated
    assert reader.original_length == reader.frames_read == sound.shape[1]


@few
@given(data=st.binary(max_size=3000), magic=st.sampled_from((b"", *MAGICS, b"\xff\xfb\x90\x44")),
       suffix=st.sampled_from((".wav", ".flac", ".ogg", ".mp3", ".raw", "")))  # fmt: skip
def test_hostile_bytes_raise_only_audio_file_error(
    tmp_path: Path, data: bytes, magic: bytes, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(magic + data)
    drain(path)


@few
@given(
    changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 2**31),
)
def test_changed_headers_raise_only_audio_file_error(
    whole_file: tuple[str, Path], changes: list[tuple[int, int]], cut: int
) -> None:
    _, path = whole_file
    data = path.read_bytes()
    broken = bytearray(data[: 100 + cut % (2 * len(data))])
    for at, byte in changes:
        if at < len(broken):
            broken[at] = byte
    hostile = path.with_name("hostile" + path.suffix)
    hostile.write_bytes(broken)
    drain(hostile)


def drain(path: Path) -> None:
    try:
        with AudioReader(path, 48000) as reader:
            for block in reader.blocks(4800):
                assert np.isfinite(block).all()
    except AudioFileError as error:
        assert "\n" not in str(error)  # noqa: PT017, a file may also be sound enough to be read


@pytest.mark.parametrize(
    "name", ["missing.wav", "", "empty.wav", "silent.wav", "text.wav", "device", "nul\0.wav"]
)
def test_what_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("This is not audio.\n" * 100)
    soundfile.write(tmp_path / "silent.wav", np.zeros((0, 2)), 48000)
    os.mkfifo(tmp_path / "device")
    with pytest.raises(AudioFileError, match=r"^[^\n]+$"):
        AudioReader(tmp_path / name, 48000)


# Failures of writing


@pytest.mark.parametrize(
    ("name", "rate", "subtype"),
    [
        ("a.xyz", 48000, None),
        ("a", 48000, None),
        ("no/such/folder.wav", 48000, None),
        ("folder.wav", 48000, None),
        ("a.mp3", 96000, None),
        ("a.ogg", 384000, None),
        ("a.flac", 768000, None),
        ("a.flac", 48000, "FLOAT"),
        ("x" * 300 + ".wav", 48000, None),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, name: str, rate: int, subtype: str | None) -> None:
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(AudioFileError, match=r"^cannot write [^\n]+$"):
        AudioWriter(tmp_path / name, rate, 2, subtype=subtype)
    assert os.listdir(tmp_path) == ["folder.wav"]


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_no_sound_is_no_file(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(AudioFileError, match="no sound"), AudioWriter(tmp_path / f"a{suffix}", 48000, 2):
        pass
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_failure_leaves_the_old_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    writer = AudioWriter(path, 48000, 2)
    writer.write(noise(2, 50000))
    with pytest.raises(ValueError, match="expected"), writer:
        writer.write(noise(1, 50000))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [path.name]


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files may have 60000 bytes; a longer one fails to be written as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, previous)


@pytest.mark.parametrize(("suffix", "shortest"), [(".wav", 8000), (".flac", 8000), (".ogg", 240000), (".mp3", 240000)])
@pytest.mark.usefixtures("small_disk")
def test_full_disk_leaves_the_old_file(tmp_path: Path, suffix: str, shortest: int) -> None:
    """At every length from a little shorter on than what just fits, so that some fail only in the last bytes, which libsndfile
    writes without a word."""
    path = tmp_path / f"a{suffix}"
    failures = 0
    for samples in range(shortest, 400000, 3931):
        path.write_bytes(b"old")
        try:
            write(path, noise(1, samples), 48000, block=10**6)
        except AudioFileError:
            failures += 1
            assert path.read_bytes() == b"old"
        else:
            assert soundfile.info(path).frames == samples
            assert read(path, 48000)[0].shape == (1, samples)
        assert os.listdir(tmp_path) == [path.name]
        if failures == 4:
            return
    pytest.fail("the disk never was full")


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("limit", [10**9, 10000])
@pytest.mark.usefixtures("small_disk")
def test_what_cannot_be_made_again_is_kept_from_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, limit: int
) -> None:
    monkeypatch.setattr(rf64, "LARGEST_WAV", limit)
    path, sound = tmp_path / f"a{suffix}", noise(2, 400000)
    with pytest.raises(AudioFileError, match=r"could not write all of .*; the first \d+\.\d s are kept"):
        write(path, sound, 48000, salvages=True)
    assert os.listdir(tmp_path) == [path.name]
    back, _ = read(path, 48000)
    assert back.shape[1] > 5000
    if suffix == ".wav":
        assert soundfile.info(path).frames == back.shape[1] > (60000 - 200) // 8
        assert np.array_equal(back, sound[:, : back.shape[1]])
        assert path.read_bytes()[:4] == (b"RF64" if limit < 60000 else b"RIFF")


def test_what_cannot_be_made_again_survives_a_kill(tmp_path: Path) -> None:
    path, sound = tmp_path / "a.wav", noise(2, 3 * 48000 + 24000)
    writer = AudioWriter(path, 48000, 2, salvages=True)
    with pytest.raises(ValueError, match="is still being recorded"):
        AudioWriter(path, 48000, 2)
    for start in range(0, sound.shape[1], 480):
        writer.write(sound[:, start : start + 480])
    left = tmp_path / "left.wav"
    left.write_bytes(path.read_bytes())  # as a kill would leave it
    back, _ = read(left, 48000)
    assert back.shape[1] == 3 * 48000
    assert np.array_equal(back, sound[:, : back.shape[1]])
    writer.close()
    assert np.array_equal(read(path, 48000)[0], sound)
    assert path.read_bytes()[:4] == b"RIFF"


def test_it_has_its_name_from_the_beginning_and_takes_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"before")
    with pytest.raises(AudioFileError, match="exists already and is not replaced; name another file"):
        AudioWriter(path, 48000, 1, salvages=True)
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize("room", [0, 20, 60, 90])
def test_where_there_is_no_room_at_all_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    write_all = audio_writer._WatchedFile.write

    def write_some(file: audio_writer._WatchedFile, data: bytes) -> int:
        if file.tell() + len(data) > room:
            file.error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return len(data)
        return write_all(file, data)

    monkeypatch.setattr(audio_writer._WatchedFile, "write", write_some)
    with pytest.raises(AudioFileError, match="No space left on device; nothing of it was kept"):
        write(tmp_path / "a.wav", noise(1, 1000), 48000, salvages=True)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_permissions_of_what_is_replaced_stay(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.wav"
    path.touch()
    path.chmod(mode)
    write(path, noise(1, 100), 48000)
    assert path.stat().st_mode & 0o777 == mode


def test_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "target.wav").write_bytes(b"old")
    (tmp_path / "link.wav").symlink_to("target.wav")
    write(tmp_path / "link.wav", noise(1, 100), 48000)
    assert (tmp_path / "link.wav").is_symlink()
    assert read(tmp_path / "target.wav", 48000)[0].shape == (1, 100)


@pytest.mark.parametrize(("limit", "length", "kind"), [
    (10**9, None, b"RIFF"), (10**9, 5000, b"RIFF"), (10000, None, b"RF64"), (10000, 5000, b"RF64"),
])  # fmt: skip
def test_rf64_only_where_sizes_demand_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, length: int | None, kind: bytes
) -> None:
    monkeypatch.setattr(rf64, "LARGEST_WAV", limit)
    sound = noise(2, 5000)
    write(tmp_path / "a.wav", sound, 48000, length=length)
    assert (tmp_path / "a.wav").read_bytes()[:4] == kind
    back, reader = read(tmp_path / "a.wav", 48000)
    assert np.array_equal(back, sound)
    assert not reader.truncated


# Size


def test_long_files_take_flat_memory(tmp_path: Path) -> None:
    """Five minutes (58 MB at 48 kHz), read at another rate and written at a third one."""
    source = tmp_path / "long.wav"
    soundfile.write(source, noise(1, 44100).T, 44100, "PCM_16")
    frames = 5 * 60 * 44100
    data = bytearray(source.read_bytes()[:1000])
    data[4:8] = (36 + 2 * frames).to_bytes(4, "little")
    data[40:44] = (2 * frames).to_bytes(4, "little")
    source.write_bytes(data)
    os.truncate(source, 44 + 2 * frames)  # a sparse file: it takes no room on the disk
    with AudioReader(source, 48000) as reader, AudioWriter(tmp_path / "out.flac", 16000, 1, 48000) as writer:
        blocks = reader.blocks(4800)
        for _ in range(50):
            writer.write(next(blocks))
        tracemalloc.start()
        resident = resident_bytes()
        for block in blocks:
            writer.write(block)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1e6
        assert resident_bytes() - resident < 5e6
    assert reader.frames_read == frames
    assert soundfile.info(tmp_path / "out.flac").frames == 5 * 60 * 16000


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_read_whole(tmp_path: Path) -> None:
    sound = noise(2, 48000)
    path = tmp_path / f"{uuid.uuid4()}.wav"
    write(path, sound, 48000)
    assert np.array_equal(read_whole(path, 48000, None, 10), sound)
    assert np.array_equal(read_whole(path, 48000, 2, 0.25), sound[:, :12000])
    assert read_whole(path, 24000, 1, 10).shape == (1, 24000)
    with pytest.raises(AudioFileError):
        read_whole(tmp_path / "missing.wav", 48000, None, 1)


def test_what_can_be_read_can_be_written_and_is_found_in_folders(tmp_path: Path) -> None:
    assert set(SUFFIXES) == set(audio_writer.FORMATS)
    for name in ("b.wav", "a/C.FLAC", "notes.txt", "d.mp3/e.ogg", "._b.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in sounds_below(tmp_path)]
    assert found == ["a/C.FLAC", "b.wav", "d.mp3/e.ogg"]


def test_folders_that_are_links_are_looked_into_once(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "sounds", tmp_path / "elsewhere"
    for path in (folder / "b" / "own.wav", elsewhere / "in" / "far.wav"):
        path.parent.mkdir(parents=True)
        path.touch()
    for link, target in (("a", "b"), ("loop", "."), ("b/up", ".."), ("c", "../elsewhere"), ("d", "../elsewhere"), ("gone", "no")):
        (folder / link).symlink_to(target)
    (elsewhere / "back").symlink_to(folder)
    assert sounds_below(folder) == [folder / "b" / "own.wav", folder / "c" / "in" / "far.wav"]
    (tmp_path / "link").symlink_to(elsewhere / "in")
    assert sounds_below(tmp_path / "link") == [tmp_path / "link" / "far.wav"]


def test_an_interrupt_before_anybody_holds_the_writer_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(audio_writer._WatchedFile):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            assert list(tmp_path.iterdir())
            raise KeyboardInterrupt

    AudioWriter(tmp_path / "a.wav", 48000, 1)
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(audio_writer, "_WatchedFile", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        AudioWriter(tmp_path / "a.wav", 48000, 1)
    gc.collect()
    assert list(tmp_path.iterdir()) == []
