"""What `info` says of a `.holo`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from holostream.format import summary as summary_module
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloWriter
from holostream.format.in_the_making import mark_in_the_making
from holostream.format.summary import summarize, summary_text
from holostream.format.tags import change_tags
from tests.dna_examples import HEADER, random_dna
from tests.format.learned_tables import tables_of


def voice(harmonics: int, hops: int) -> VoiceRun:
    return VoiceRun(True, 0, random_dna(1, hops, harmonics, 0))


BLOCKS = [
    DnaBlock(1000, 375, (voice(64, 375),)),
    DnaBlock(1375, 8, (voice(64, 8), voice(8, 8)), 0, 8),
    DnaBlock(1383, 367, (voice(8, 367),)),
    DnaBlock(1800, 75, (voice(4, 75),)),
]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a.holo"
    with path.open("wb") as file:
        writer = HoloWriter(file, replace(HEADER, software="test 1"))
        for block in BLOCKS:
            writer.write(block)
        writer.finish()
    return path


def test_a_complete_recording(recording: Path) -> None:
    summary = summarize(recording)
    assert summary["seconds"] == round(875 / 375, 3)
    assert summary["tiers"] == [
        {"from_seconds": 0.0, "harmonics": 64}, {"from_seconds": 1.0, "harmonics": 8},
        {"from_seconds": round(800 / 375, 3), "harmonics": 4},
    ]
    assert (summary["blocks"], summary["missing_hops"]) == (4, 50)
    assert summary["complete"]
    assert summary["torn_bytes"] == 0
    assert summary["bytes"] == recording.stat().st_size
    assert summary["kbps"] == round(summary["bytes"] * 8 / (875 / 375) / 1000, 1)
    assert json.loads(json.dumps(summary)) == summary


def test_the_text_for_people(recording: Path) -> None:
    summary = summarize(recording)
    text = summary_text(summary)
    assert "duration  0:02.333" in text
    assert "tiers     64 from 0.00 s, 8 from 1.00 s, 4 from 2.13 s" in text
    assert "1 lane," in text
    assert "a live session" in text
    assert "events    none" in text
    assert "complete; 50 hops missing, decoded to silence" in text
    assert "complete; 1 hop missing, decoded to silence" in summary_text(summary | {"missing_hops": 1})


def test_events_are_timed_from_the_first_hop(tmp_path: Path) -> None:
    path, start = tmp_path / "a.holo", 1000 * HEADER.hop
    with path.open("wb") as file:
        writer = HoloWriter(file, HEADER)
        writer.write(BLOCKS[0], [Event(start, "tier", 64.0), Event(start + 24000, "marker", "verse")])
        writer.write_events([Event(start + 48000, "mute", 1.0)])
        writer.write(BLOCKS[1])
        writer.finish()
    summary = summarize(path)
    assert (summary["blocks"], summary["complete"]) == (2, True)
    assert summary["events"]["by_name"] == {"tier": 1, "marker": 1, "mute": 1}
    assert [event["seconds"] for event in summary["events"]["first"]] == [0.0, 0.5, 1.0]
    text = summary_text(summary)
    assert "  events    1 tier, 1 marker, 1 mute\n            marker at 0:00.500  verse\n  state" in text


def test_a_recording_that_broke_off(recording: Path) -> None:
    with recording.open("wb") as file:
        writer = HoloWriter(file, HEADER)
        for block in BLOCKS:
            writer.write(block)
        file.truncate(writer.bytes - 10)
    summary = summarize(recording)
    assert (summary["blocks"], summary["missing_hops"], summary["complete"]) == (3, 0, False)
    assert summary["seconds"] == 2.0
    assert summary["torn_bytes"] > 0
    assert (
        f"cut off; everything listed here can be decoded (the last {summary['torn_bytes']} bytes"
        in summary_text(summary)
    )


def test_a_recording_that_is_being_made(recording: Path) -> None:
    with recording.open("wb") as file:
        mark_in_the_making(file)
        writer = HoloWriter(file, HEADER)
        for block in BLOCKS:
            writer.write(block)
        file.flush()
        assert "still being recorded; everything" in summary_text(summarize(recording))
    assert "cut off; everything" in summary_text(summarize(recording))


def test_tags_are_shown_and_cannot_steer_the_terminal(recording: Path) -> None:
    change_tags(recording, {"title": "Take\x1b[2J 1", "artist": "x" * 300})
    text = summary_text(summarize(recording))
    assert "title     Take?[2J 1" in text
    assert "artist    " + "x" * 79 + "\u2026" in text


def test_a_header_cannot_steer_the_terminal(tmp_path: Path) -> None:
    with (tmp_path / "a.holo").open("wb") as file:
        HoloWriter(file, replace(HEADER, software="evil\x1b]0;title\x07", family="\x1b[2J")).finish()
    text = summary_text(summarize(tmp_path / "a.holo"))
    assert "evil?]0;title?" in text
    assert "family ?[2J" in text


def test_many_tier_changes_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "MOST_CHANGES", 30)
    path = tmp_path / "a.holo"
    with path.open("wb") as file:
        writer = HoloWriter(file, HEADER)
        for hop in range(40):
            writer.write(DnaBlock(hop, 1, (voice(4 if hop % 2 else 64, 1),)))
    summary = summarize(path)
    assert (len(summary["tiers"]), summary["tier_changes"]) == (30, 40)
    assert "4 from 0.05 s, and 20 more changes" in summary_text(summary)


def test_a_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.holo"
    with path.open("wb") as file:
        HoloWriter(file, replace(HEADER, original_rate=44100, original_length=100, original_channels=2))
    summary = summarize(path)
    assert (summary["seconds"], summary["kbps"], summary["tiers"]) == (0.0, 0.0, [])
    assert "tiers     none" in summary_text(summary)
    assert "44100 Hz, 2 channels, 100 samples" in summary_text(summary)


def test_no_holo(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises(HoloFormatError, match=r"a\.wav is not a \.holo file"):
        summarize(path)
    with pytest.raises(FileNotFoundError):
        summarize(tmp_path / "none")


def test_without_the_tables_of_its_tiers_everything_else_is_said(tmp_path: Path) -> None:
    path, tables = tmp_path / "mine.holo", tables_of(8)
    with path.open("wb") as file:
        writer = HoloWriter(file, replace(HEADER, tables={"8": tables.digest}), {8: tables})
        writer.write(DnaBlock(5, 300, (voice(8, 300),)))
        writer.finish()
    summary = summarize(path, tmp_path)
    assert (summary["seconds"], summary["blocks"], summary["complete"], summary["kbps_by_lane"]) == (0.8, 1, True, None)
    assert summary["tiers"] == [{"from_seconds": 0.0, "harmonics": 8}]
    assert f"the entropy tables {tables.digest}" in summary_text(summary)
