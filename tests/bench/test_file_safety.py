"""The bench of trouble: it finds what it looks for."""

from __future__ import annotations

import io
import random

from holostream.bench import file_safety
from holostream.bench.file_safety import (
    grow_to,
    kill_while_recording,
    measure_safety,
    mutated,
    small_recording,
    try_damaged_file,
)
from holostream.format.holo_file import HoloReader


def test_small_recordings_are_whole_and_differ():
    datas = [small_recording(seed) for seed in range(5)]
    assert len(set(datas)) == 5
    for data in datas:
        reader = HoloReader(io.BytesIO(data))
        assert len(list(reader.items())) == 4
        assert reader.finished


def test_damage_changes_files_and_is_survived(tmp_path):
    sources = [small_recording(seed) for seed in range(4)]
    choose = random.Random(2)
    outcomes = []
    for _ in range(150):
        data = mutated(sources[0], sources, choose)
        outcome, seconds = try_damaged_file(data, tmp_path)
        outcomes.append(outcome)
        assert seconds < 20
    assert set(outcomes) == {"read", "refused"}
    assert outcomes.count("refused") > 50


def test_another_error_is_told(tmp_path, monkeypatch):
    def broken(path):
        raise KeyError("x")

    monkeypatch.setattr(file_safety, "summarize", broken)
    assert try_damaged_file(small_recording(1), tmp_path)[0] == "KeyError: 'x'"
    monkeypatch.setattr(file_safety, "kill_while_recording", lambda folder, seconds: file_safety.Killed(0.5, True))
    measured = measure_safety(kills=1, mutants=3, hours=0.05)
    assert not measured.met
    assert measured.values["unexpected"] == "KeyError: 'x'"


def test_a_killed_recording(tmp_path):
    killed = kill_while_recording(tmp_path, 1.6)
    assert killed.exact
    assert 0 <= killed.lost_seconds < 2.5


def test_a_long_recording_takes_no_memory(tmp_path):
    written, read = grow_to(0.1, tmp_path / "a.holo")
    assert max(written, read) < 4
    assert (tmp_path / "a.holo").stat().st_size > 30_000
