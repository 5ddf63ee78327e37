"""The quality bench end to end: tiers and real Opus on short clips, the cache, the tables, the page to listen to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from holostream.bench import quality_run
from holostream.bench.quality import write_report
from holostream.bench.quality_run import QualitySettings, run_quality
from holostream.bench.quality_tables import quality_tables
from holostream.format.audio_file import AudioFileError
from tests.speech import speech

FAST = ("mel", "snr", "phase")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for number, kind in enumerate(("speech", "music")):
        soundfile.write(folder / f"{kind}_{number}.flac", speech(1.5, 44100, number), 44100)
    return folder


@pytest.fixture(scope="module")
def settings(data, models, tmp_path_factory) -> QualitySettings:
    cache = tmp_path_factory.mktemp("cache") / "scores.sqlite"
    return QualitySettings(data, models, (8, 64, 256), "opus-20", FAST, 1, None, cache)


@pytest.fixture(scope="module")
def result(settings):
    return run_quality(settings)


def test_more_harmonics_cost_more_and_come_closer(settings, result):
    tables = {table.name: table for table in quality_tables(run_quality(settings))}
    rows = tables["quality"].values["rows"]
    assert [(row["setting"], row["kind"], row["files"]) for row in rows[:2]] == [("8", "speech", 1), ("8", "music", 1)]
    for kind in ("speech", "music"):
        kbps, snr, mel = ([row[name] for row in rows if row["kind"] == kind] for name in ("kbps", "snr", "mel"))
        assert kbps == sorted(kbps)
        assert snr == sorted(snr)
        assert mel[-1] == min(mel)  # tiers next to each other are trained to other ends
        assert snr[-1] > 40
    assert [row.cells[0] for row in tables["quality"].rows] == ["8", "64", "256"]
    assert re.fullmatch(r"[\d.]+ / [\d.]+", tables["quality"].rows[0].cells[1])


def test_a_tiers_bitrate_is_that_of_its_file(result, settings, tmp_path):
    from holostream.bench.clip import clips_in, samples_of, write_source
    from holostream.codec.tier_model import load_tier
    from holostream.format.transcode import encode_file

    clip = clips_in(settings.data)[0]
    write_source(samples_of(clip), tmp_path / "a.wav")
    encode_file(tmp_path / "a.wav", tmp_path / "a.holo", load_tier(settings.models, 64))
    (score,) = [one for one in result.scores if (one.clip, one.series, one.setting) == (clip.name, "HoloStream", "64")]
    assert score.file_bits == score.payload_bits == 8 * (tmp_path / "a.holo").stat().st_size
    assert score.lag == 0


def test_opus_is_measured_and_compared(settings, result):
    tables = {table.name: table for table in quality_tables(run_quality(settings))}
    assert list(tables) == ["quality", "opus_equal", "rivals", "codecs"]
    opus = [one for one in result.scores if one.series == "Opus 20 ms"]
    assert len(opus) == 15 * 2
    assert all(0 < one.payload_bits < one.file_bits for one in opus)
    assert all(abs(one.lag) < 200 for one in opus)
    needed = {(row["tier"], row["kind"], row["measure"]): row["opus_kbps"] for row in tables["opus_equal"].values["rows"]}
    assert needed["256", "speech", "snr"].startswith(">") or float(needed["256", "speech", "snr"]) > 100
    assert len(tables["codecs"].rows) == (15 + 3) * 2


def test_a_second_run_codes_only_our_tiers(settings, result, monkeypatch):
    coded = []
    real = quality_run.score_clip

    def watched(clip, codec, measures):
        coded.append(codec.series)
        return real(clip, codec, measures)

    monkeypatch.setattr(quality_run, "score_clip", watched)
    again = run_quality(settings)
    assert set(coded) == {"HoloStream"}
    assert again.scores == result.scores
    coded.clear()
    run_quality(replace(settings, measures=(*FAST, "si_sdr"), limit=1))
    assert coded.count("Opus 20 ms") == 30
    coded.clear()
    run_quality(settings)  # what was kept before is still there
    assert set(coded) == {"HoloStream"}


def test_a_file_that_cannot_be_read_is_told_and_the_rest_runs(settings, tmp_path):
    soundfile.write(tmp_path / "speech_1.flac", speech(1.0, 48000), 48000)
    (tmp_path / "music_1.wav").write_bytes(b"nothing")
    few = replace(settings, data=tmp_path, tiers=(8,), against="none", measures=("snr",))
    result = run_quality(few)
    assert [clip.name for clip in result.clips] == [score.clip for score in result.scores] == ["speech_1"]
    assert [remark for remark in result.remarks if remark.startswith("left out: ") and "music_1.wav" in remark]
    (tmp_path / "speech_1.flac").write_bytes(b"nothing either")
    with pytest.raises(AudioFileError, match=r"none of 2 sounds can be read: .*music_1\.wav"):
        run_quality(few)


def test_a_missing_encoder_is_told_and_the_rest_runs(settings, monkeypatch):
    from holostream.bench import rivals

    monkeypatch.setattr(rivals, "is_missing", lambda program: True)
    tables = quality_tables(run_quality(replace(settings, tiers=(8,), limit=1)))
    assert [table.name for table in tables] == ["quality", "codecs"]
    assert any("sudo apt-get install opus-tools" in remark for remark in tables[0].remarks)


def test_a_codec_that_cannot_is_told_and_left_out(settings, monkeypatch):
    from holostream.bench import opus_rival

    monkeypatch.setattr(opus_rival, "LADDER", (6, 5000))
    result = run_quality(replace(settings, tiers=(8,)))
    assert {one.setting for one in result.scores if one.series == "Opus 20 ms"} == {"6"}
    assert any(remark.startswith("Opus 20 ms 5000 left out") for remark in result.remarks)


def test_several_processes_find_the_same(settings, result, tmp_path):
    again = run_quality(replace(settings, jobs=2, tiers=(64, 256), against="codec2", cache=tmp_path / "c"))
    ours = [one for one in result.scores if one.series == "HoloStream" and one.setting in ("64", "256")]
    assert [one for one in again.scores if one.series == "HoloStream"] == ours
    assert sum(one.series == "Codec 2" for one in again.scores) == 6


def test_another_models_folder_is_a_rival(settings, models, tmp_path):
    result = run_quality(replace(settings, tiers=(64,), against=f"models:{models}", limit=1, measures=("snr",)))
    by_series = {(one.series, one.setting): one.measures["snr"] for one in result.scores if one.kind == "speech"}
    assert by_series["HoloStream", "64"] == by_series[models.resolve().name, "64"]
    assert len(by_series) == 8


def test_the_page_refers_to_files_that_are_there(settings, result, tmp_path):
    page = write_report(result, settings, tmp_path / "report", clips=2)
    text = page.read_text(encoding="utf-8")
    sources = re.findall(r'src="([^"]+)"', text)
    assert len(sources) == len(set(sources))
    for source in sources:
        assert (page.parent / source).stat().st_size > 500, source
    assert sum(source.endswith(".flac") for source in sources) == 2 * (1 + 3 + 4)
    assert {path.name for path in page.parent.glob("*.png")} == {"rate_quality_speech.png", "rate_quality_music.png"}
    heard, rate = soundfile.read(page.parent / "clip_1" / "tier_256.flac")
    original, _ = soundfile.read(page.parent / "clip_1" / "original.flac")
    assert (rate, len(heard)) == (48000, len(original))
    assert text.count("<audio") == 16


def test_a_folder_without_sound_is_told(tmp_path, models):
    with pytest.raises(ValueError, match="holds no WAV"):
        run_quality(QualitySettings(tmp_path, models))
