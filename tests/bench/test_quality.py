"""Quality of tiers on files: from decoded bytes, grouped by kind, better and costlier with more harmonics."""

from __future__ import annotations

import pytest
import soundfile

from holostream.bench.quality import measure_quality
from tests.speech import speech


def test_more_harmonics_cost_more_and_come_closer(tmp_path, models):
    for number, kind in enumerate(("speech_a", "speech_b", "music_a")):
        soundfile.write(tmp_path / f"{kind}_{number}.flac", speech(1.5, 44100, number), 44100)
    told = measure_quality(tmp_path, models, (8, 64, 256))
    rows = told.values["rows"]
    assert [(row["tier"], row["kind"], row["files"]) for row in rows[:2]] == [(8, "speech", 2), (8, "music", 1)]
    for kind in ("speech", "music"):
        kbps, snr, mel = (
            [row[name] for row in rows if row["kind"] == kind] for name in ("kbps", "snr_db", "mel")
        )
        assert kbps == sorted(kbps)
        assert snr == sorted(snr)
        assert mel == sorted(mel, reverse=True)
        assert snr[-1] > 40
    assert all(row["file_kbps"] > row["kbps"] for row in rows)
    assert len(told.rows) == 6


def test_a_folder_without_sound_is_told(tmp_path, models):
    with pytest.raises(ValueError, match="holds no WAV"):
        measure_quality(tmp_path, models)
