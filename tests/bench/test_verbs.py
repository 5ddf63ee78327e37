"""`holostream bench quality` and `robustness` as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.in_process import holostream_here
from tests.speech import speech


def bench(*arguments: object, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "holostream.cli", "bench", *map(str, arguments)], capture_output=True, text=True,
        check=False, timeout=300, env={**os.environ, "XDG_CACHE_HOME": str(cache), "COLUMNS": "140"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for number, kind in enumerate(("speech", "music")):
        soundfile.write(folder / f"{kind}_{number}.wav", speech(1.0, 48000, number), 48000)
    return folder


def test_quality_prints_saves_and_draws(tmp_path, data):
    finished = bench(
        "quality", "--data", data, "--tiers", "8,64", "--against", "codec2,opus-20", "--measures", "mel,snr",
        "--jobs", 1, "--out", tmp_path / "report", "--clips", 1, "--json", tmp_path / "q.json", cache=tmp_path,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    assert "Quality from decoded files" in finished.stdout
    assert "Opus 20 ms, 24" in finished.stdout
    assert str(tmp_path / "report" / "index.html") in finished.stdout.replace("\n", "")
    assert (tmp_path / "report" / "index.html").is_file()
    names = [one["name"] for one in json.loads((tmp_path / "q.json").read_text())["measurements"]]
    assert names == ["quality", "opus_equal", "rivals", "codecs"]
    assert (tmp_path / "holostream" / "rival_scores.sqlite").is_file()


@pytest.mark.parametrize(("arguments", "words"), [
    (("--measures", "taste"), ("no measure 'taste'", "mel")),
    (("--against", "vorbis"), ("'vorbis'", "codec2")),
    (("--against", "models:nowhere"), ("nowhere holds no tier",)),
    (("--tiers", "5"), ("no tier 5",)),
    (("--data", "nowhere"), ("nowhere holds no WAV",)),
    (("--json", "nowhere/q.json"), ("--json is nowhere/q.json, which is no file in a folder that is there",)),
])  # fmt: skip
def test_bad_words_are_one_sentence(tmp_path, data, arguments, words, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    finished = holostream_here("bench", "quality", *(() if "--data" in arguments else ("--data", data)), *arguments)
    assert finished.returncode == 1
    (complaint,) = finished.stderr.strip().splitlines()
    assert complaint.startswith("holostream: ")
    assert all(word in complaint for word in words)


def test_robustness_prints_a_row_a_tier(tmp_path):
    finished = bench("robustness", "--tiers", "8,64", cache=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert [line.split()[0] for line in finished.stdout.splitlines() if line.rstrip().endswith("yes")] == ["8", "64"]
