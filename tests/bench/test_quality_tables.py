"""Scores to points to tables: bits over seconds, means over files, speech beside music, bounds beside numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.bench.codec_score import CodecScore
from holostream.bench.quality_point import points_of
from holostream.bench.quality_run import QualityScores
from holostream.bench.quality_tables import quality_tables
from holostream.bench.tier_codec import TierCodec

MEASURED = ("pesq", "mel")


def score(clip: str, series: str, setting: str, seconds: float, kilobits: float, pesq: float | None, mel: float):
    kind = clip.split("_")[0]
    bits = round(1000 * kilobits)
    extra = 0 if series == "HoloStream" else 8000
    return CodecScore(clip, kind, series, setting, seconds, bits, bits + extra, 0, {"pesq": pesq, "mel": mel})


SCORES = (
    score("speech_a", "HoloStream", "8", 1.0, 8, 2.0, 1.0),
    score("speech_b", "HoloStream", "8", 3.0, 48, 4.0, 0.6),
    score("music_a", "HoloStream", "8", 2.0, 20, None, 0.5),
    score("speech_a", "Opus 20 ms", "10", 1.0, 10, 1.0, 2.0),
    score("speech_b", "Opus 20 ms", "10", 3.0, 30, 2.0, 1.5),
    score("music_a", "Opus 20 ms", "10", 2.0, 20, None, 0.4),
    score("speech_a", "Opus 20 ms", "40", 1.0, 40, 4.0, 1.0),
    score("speech_b", "Opus 20 ms", "40", 3.0, 120, 5.0, 1.0),
    score("music_a", "Opus 20 ms", "40", 2.0, 80, None, 0.3),
)


@pytest.fixture(scope="module")
def tables():
    result = QualityScores(SCORES, MEASURED, (), (), "Encoders: an encoder 1.0.", ("a remark",))
    return {table.name: table for table in quality_tables(result)}


def test_points_pool_bits_and_average_scores():
    points = {(one.series, one.setting, one.kind): one for one in points_of(SCORES, MEASURED)}
    ours = points["HoloStream", "8", "speech"]
    assert (ours.files, ours.seconds, ours.kbps) == (2, 4.0, 14.0)
    assert ours.file_kbps == ours.kbps
    assert ours.means == {"pesq": 3.0, "mel": pytest.approx(0.8)}
    assert points["HoloStream", "8", "music"].means["pesq"] is None
    assert points["Opus 20 ms", "10", "speech"].kbps == 10.0
    assert points["Opus 20 ms", "10", "speech"].file_kbps == 14.0


def test_a_cell_holds_speech_and_music(tables):
    table = tables["quality"]
    assert table.columns == ("tier", "kbit/s", "PESQ-WB", "mel distance")
    assert table.rows[0].cells == ("8", "14.0 / 10.0", "3.00", "0.80 / 0.50")
    assert table.remarks[0] == "speech / music: 2 speech files (0.1 minutes), 1 music file (0.0 minutes)."
    assert table.remarks[-1] == "a remark"
    assert not table.judged


def test_what_opus_needs(tables):
    """PESQ 3.0 lies half way between 1.5 at 10 and 4.5 at 40 kbit/s; mel 0.8 is beyond 1.0; music's 0.5 below 0.4."""
    assert tables["opus_equal"].rows[0].cells == ("8", "14.0 / 10.0", "20", "> 40 / < 10")
    assert "Encoders: an encoder 1.0." in tables["opus_equal"].remarks


def test_the_complete_table_has_every_codec_setting_and_kind(tables):
    cells = [row.cells[:4] for row in tables["codecs"].rows]
    assert cells == [
        ("HoloStream", "8", "speech", "2"), ("HoloStream", "8", "music", "1"),
        ("Opus 20 ms", "10", "speech", "2"), ("Opus 20 ms", "10", "music", "1"),
        ("Opus 20 ms", "40", "speech", "2"), ("Opus 20 ms", "40", "music", "1"),
    ]  # fmt: skip
    assert tables["codecs"].rows[1].cells[6:] == ("", "0.50")
    assert len({len(row.cells) for row in tables["codecs"].rows} | {len(tables["codecs"].columns)}) == 1


def test_rivals_have_a_table_of_their_own(tables):
    assert [row.cells[0] for row in tables["rivals"].rows] == ["10", "40"]


def test_tables_without_rows_are_left_out():
    alone = QualityScores(SCORES[:3], MEASURED, (), (), None, ())
    assert [table.name for table in quality_tables(alone)] == ["quality", "codecs"]


def test_another_models_folder_is_compared_with_the_next_dearer_of_its_tiers():
    """Speech at 14, music at 10 kbit/s: 16 costs less and does not count, 64 costs more than 32 does."""
    theirs = (
        score("speech_a", "theirs", "16", 4.0, 40, 4.5, 0.1),
        score("speech_a", "theirs", "32", 4.0, 60, 3.5, 0.8001),
        score("speech_a", "theirs", "64", 4.0, 64, 4.0, 0.1),
        score("music_a", "theirs", "16", 2.0, 18, None, 0.1),
    )
    codecs = (TierCodec(Path("theirs"), 16, "theirs"),)
    result = QualityScores((*SCORES[:3], *theirs), MEASURED, (), codecs, None, ())
    table = {table.name: table for table in quality_tables(result)}["other_models"]
    assert table.columns[2] == "theirs (kbit/s)"
    [row] = table.rows
    assert row.cells == ("8", "14.0 / 10.0", "32 (15.0) / -", "1 of 2", "PESQ-WB: speech")
    assert row.met is False
