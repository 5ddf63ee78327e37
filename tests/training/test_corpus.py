"""Reading sounds for training: what is taken, what is skipped and told, what is held out."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from holostream.training.corpus import (
    Corpus,
    is_held_out,
    level_share,
    random_segment,
    read_corpus,
    tone_segment,
    training_sounds,
    varied_segment,
)
from holostream.training.training_error import TrainingError
from tests.speech import speech
from tests.training.sounds import fill


def test_mixed_rates_and_channels_in_nested_folders(tmp_path):
    folder = fill(tmp_path / "sounds", 4)
    (folder / "more").mkdir()
    stereo = np.stack((speech(5.0, 44100, 8), speech(5.0, 44100, 9)), axis=1)
    soundfile.write(folder / "more" / "stereo.wav", stereo, 44100)
    corpus = read_corpus(folder, tmp_path / "cache", 48000)
    assert len(corpus.names) == 5
    assert "more/stereo.wav" in corpus.names
    assert corpus.lengths[corpus.names.index("more/stereo.wav")] == 5 * 48000
    assert corpus.seconds(False) + corpus.seconds(True) == pytest.approx(21.0)
    assert corpus.held_out.any()
    assert not corpus.held_out.all()


def test_the_same_files_are_held_out_whatever_is_added(tmp_path):
    folder = fill(tmp_path / "sounds", 6)
    before = read_corpus(folder, tmp_path / "cache", 48000)
    fill(folder / "later", 3)
    after = read_corpus(folder, tmp_path / "cache", 48000)
    for name, held in zip(before.names, before.held_out, strict=True):
        if is_held_out(name):
            assert held
            assert after.held_out[after.names.index(name)]
    assert 0.02 < np.mean([is_held_out(f"{number}.wav") for number in range(2000)]) < 0.09


def test_a_second_reading_comes_from_the_cache(tmp_path):
    folder = fill(tmp_path / "sounds")
    first = read_corpus(folder, tmp_path / "cache", 48000)
    asked = []
    second = read_corpus(folder, tmp_path / "cache", 48000, lambda fraction, name: asked.append(name))
    assert asked == []
    assert second.digest == first.digest
    assert np.array_equal(second.samples, first.samples)


def test_a_damaged_cache_is_filled_again(tmp_path):
    folder = fill(tmp_path / "sounds")
    first = read_corpus(folder, tmp_path / "cache", 48000)
    samples = np.array(first.samples)
    (data,), (index,) = (list((tmp_path / "cache").glob(f"*.{kind}")) for kind in ("int16", "json"))
    for path, damaged in ((data, b"short"), (index, b"{"), (index, b"{}")):
        path.write_bytes(damaged)
        assert np.array_equal(read_corpus(folder, tmp_path / "cache", 48000).samples, samples)


def test_former_copies_and_unfinished_ones_are_removed(tmp_path):
    folder, cache = fill(tmp_path / "sounds"), tmp_path / "cache"
    first = read_corpus(folder, cache, 48000)
    (cache / ".0123456789abcdef.int16.01234567").write_bytes(b"killed")
    (cache / "notes.txt").touch()
    former = set(cache.iterdir())
    before = np.array(first.samples)
    fill(folder, 7)
    read_corpus(folder, cache, 48000)
    assert {path.name for path in former & set(cache.iterdir())} == {"notes.txt"}
    assert len(list(cache.iterdir())) == 3
    assert np.array_equal(first.samples, before), "a training that runs keeps its sounds"


def test_a_copy_that_another_training_is_making_is_left_alone(tmp_path):
    """One reads its sounds while another one begins and ends reading other sounds into the same folder."""
    ours, others, cache = fill(tmp_path / "ours", 6), fill(tmp_path / "others", 7), tmp_path / "cache"
    read: list[str] = []

    def half_way(fraction, name):
        read.append(name)
        if len(read) == 3:
            assert len(read_corpus(others, cache, 48000).names) == 7

    assert len(read_corpus(ours, cache, 48000, half_way).names) == 6
    assert {path.suffix for path in cache.iterdir()} == {".int16", ".json"}
    assert len(list(cache.iterdir())) == 2, "the last one keeps its own alone"


def test_any_name_of_a_file_will_do(tmp_path):
    folder = fill(tmp_path / "sounds")
    (folder / "voice0.flac").rename(Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9 [take].flac")))
    assert len(read_corpus(folder, tmp_path / "cache", 48000).names) == 6


def test_unusable_files_are_skipped_and_named(tmp_path):
    folder = fill(tmp_path / "sounds")
    (folder / "noise.wav").write_bytes(b"RIFFnothing")
    soundfile.write(folder / "silent.wav", np.zeros(48000), 48000)
    soundfile.write(folder / "clipped.wav", np.sign(speech(2.0, 48000, 1)), 48000)
    soundfile.write(folder / "short.wav", speech(0.2, 48000, 1), 48000)
    soundfile.write(folder / "tiny.wav", np.full(1, 0.5), 192000)  # of which nothing is left at 48 kHz
    nan = speech(2.0, 48000, 1)
    nan[100] = np.nan
    soundfile.write(folder / "nan.wav", nan, 48000, subtype="FLOAT")
    corpus = read_corpus(folder, tmp_path / "cache", 48000)
    told = "\n".join(corpus.skipped)
    for name in ("noise.wav", "silent.wav", "clipped.wav", "short.wav", "tiny.wav", "nan.wav"):
        assert name in told
        assert name not in corpus.names


def test_a_reading_that_is_interrupted_leaves_nothing(tmp_path):
    def interrupted(fraction: float, name: str) -> None:
        if fraction > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_corpus(fill(tmp_path / "sounds"), tmp_path / "cache", 48000, interrupted)
    assert list((tmp_path / "cache").iterdir()) == []


def test_too_little_says_how_much_is_needed(tmp_path):
    with pytest.raises(TrainingError, match="not a folder"):
        read_corpus(tmp_path / "nowhere", tmp_path / "cache", 48000)
    with pytest.raises(TrainingError, match="at least 20 s"):
        read_corpus(tmp_path, tmp_path / "cache", 48000)
    with pytest.raises(TrainingError, match=r"holds 4\.0 s of usable sound.*at least 20 s"):
        read_corpus(fill(tmp_path / "one", 1), tmp_path / "cache", 48000)
    silent = tmp_path / "silent"
    silent.mkdir()
    soundfile.write(silent / "a.wav", np.zeros(30 * 48000), 48000)
    with pytest.raises(TrainingError, match="is silent"):
        read_corpus(silent, tmp_path / "cache", 48000)


@given(st.lists(st.floats(0.5, 600), min_size=1, max_size=30), st.floats(1, 3000))
def test_a_level_share_comes_to_the_total(lengths: list[float], total: float) -> None:
    share = level_share(np.array(lengths), total)
    assert np.minimum(lengths, share).sum() == pytest.approx(min(total, sum(lengths)))
    assert (share == math.inf) == (total > sum(lengths)) or total == pytest.approx(sum(lengths))


@pytest.mark.parametrize(("lengths", "taken"), [((300,), (200,)), ((4, 150, 90), (4, 90, 106)), ((60,) * 9, (30,) * 6 + (20,))])
def test_tables_are_learned_from_long_files_where_there_are_few(lengths: tuple[int, ...], taken: tuple[int, ...]) -> None:
    """At a rate of 100, two minutes and 20 seconds or so: half a minute of each if that is enough, else as much as it takes."""
    sizes = np.array([*lengths, 50]) * 100
    corpus = Corpus(np.ones(sizes.sum(), np.int16), tuple(map(str, sizes)), np.cumsum(sizes) - sizes, sizes,
                    np.arange(len(sizes)) == len(lengths), (), 100, "")  # fmt: skip
    assert sorted(sound.shape[1] // 100 for sound in training_sounds(corpus, 200)) == sorted(taken)


def test_segments_come_from_training_files_and_are_sane(tmp_path):
    corpus = read_corpus(fill(tmp_path / "sounds"), tmp_path / "cache", 48000)
    held_out = [corpus.part(int(index)) for index in np.flatnonzero(corpus.held_out)]
    for number in range(30):
        plain = random_segment(corpus, np.random.default_rng(number), 4800)
        assert plain.shape == (4800,)
        for part in held_out:
            windows = np.lib.stride_tricks.sliding_window_view(part, 64)
            assert not (np.abs(windows - plain[2000:2064]).max(axis=1) == 0).any() or not plain[2000:2064].any()
        varied = varied_segment(corpus, np.random.default_rng(number), 4800)
        assert varied.shape == (4800,)
        assert varied.dtype == np.float32
        assert np.isfinite(varied).all()
        assert np.abs(varied).max() <= 1.0
        assert np.array_equal(varied, varied_segment(corpus, np.random.default_rng(number), 4800))


@pytest.mark.parametrize("number", range(20))
def test_tones_are_a_few_lines_in_silence(number):
    sound = tone_segment(np.random.default_rng(number), 24000, 48000)
    assert (sound.shape, sound.dtype) == ((24000,), np.float32)
    assert np.abs(sound).max() <= 1.0
    assert np.array_equal(sound, tone_segment(np.random.default_rng(number), 24000, 48000))
    if np.abs(sound).max() > 0.01:
        power = np.sort(np.abs(np.fft.rfft(sound * np.hanning(24000))) ** 2)[::-1]
        # A semitone's glide at 14 kHz covers 400 of 12001 lines.
        assert power[:1500].sum() > 0.99 * power.sum()
