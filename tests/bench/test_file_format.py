"""The bench of files: its figures are those of the file, and a worse file is told."""

from __future__ import annotations

import pytest

from holostream.bench import file_format
from holostream.bench.file_format import file_figures, measure_format, seek_times
from holostream.engine.audio_source import DEMO_VOICE
from holostream.format.transcode import encode_file


def test_bits_add_up(tmp_path, tiers):
    path = tmp_path / "a.holo"
    encode_file(DEMO_VOICE, path, tiers[16])
    figures = file_figures(path, tiers[16])
    assert figures.file_bits == 8 * path.stat().st_size
    assert 0.9 * figures.file_bits < figures.code_bits < figures.file_bits
    assert 0 < figures.code_bits / figures.ideal_bits - 1 < 0.01
    assert figures.zlib_bits > 1.3 * figures.code_bits
    assert len(seek_times(path, tiers[16], 3)) == 3


def test_the_demo_voice(models, monkeypatch):
    monkeypatch.setattr(file_format, "STRETCH_SECONDS", 0.5)
    measured = measure_format(None, models, (64,), stretches=2)
    assert -0.5 < measured.values["recording_share"] < 0.5
    (value,) = measured.values["rows"]
    assert value["overhead"] < 0.015
    assert value["over_ideal"] < 0.03
    assert value["below_zlib"] > 0.3
    assert measured.rows[0].cells[0] == "64"


def test_a_missed_target_is_told(models, monkeypatch):
    monkeypatch.setattr(file_format, "MOST_OVERHEAD", 0.0001)
    monkeypatch.setattr(file_format, "recording_share", lambda models, tier, stretch, pairs: 0.01)
    assert not measure_format(None, models, (16,)).met


def test_what_recording_costs_is_judged(models, monkeypatch):
    monkeypatch.setattr(file_format, "LEAST_CODING_SPEED", 0.0)
    monkeypatch.setattr(file_format, "LEAST_DECODE_SPEED", 0.0)
    monkeypatch.setattr(file_format, "MOST_SEEK_MS", 1e6)
    met = {}
    for share in (0.01, 0.04):
        monkeypatch.setattr(file_format, "recording_share", lambda models, tier, stretch, pairs, share=share: share)
        (row,) = measure_format(None, models, (64,)).rows
        met[row.cells[-1]] = row.met
    assert met == {"1.0%": True, "4.0%": False}


def test_music_alone_is_refused(tmp_path):
    (tmp_path / "music_a.wav").write_bytes(b"")
    with pytest.raises(ValueError, match="holds no speech"):
        measure_format(tmp_path)
