"""Kept scores come back, under their own key alone; a damaged file costs nothing but time."""

from __future__ import annotations

import sqlite3

import pytest

from holostream.bench import score_cache
from holostream.bench.score_cache import ScoreCache, cache_path, score_key


def test_an_entry_comes_back_in_the_next_run(tmp_path):
    path = tmp_path / "deep" / "scores.sqlite"
    with ScoreCache(path) as cache:
        assert cache.read("a") is None
        cache.write("a", {"lag": 1})
        cache.write("a", {"lag": 2, "measures": {"mel": None}})
    with ScoreCache(path) as cache:
        assert cache.read("a") == {"lag": 2, "measures": {"mel": None}}
        assert cache.read("b") is None


def test_everything_a_score_depends_on_is_in_its_key(monkeypatch):
    keys = {score_key("s", True, "opusenc"), score_key("t", True, "opusenc"), score_key("s", False, "opusenc"),
            score_key("s", True, "lame")}  # fmt: skip
    assert len(keys) == 4
    monkeypatch.setattr(score_cache, "VERSION", score_cache.VERSION + 1)
    assert score_key("s", True, "opusenc") not in keys


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\x00" + bytes(range(256)) * 20, b""])
def test_a_damaged_file_is_made_anew(tmp_path, damage):
    path = tmp_path / "scores.sqlite"
    path.write_bytes(damage)
    with ScoreCache(path) as cache:
        cache.write("a", {"lag": 1})
        assert cache.read("a") == {"lag": 1}


def test_a_damaged_entry_is_no_entry(tmp_path):
    path = tmp_path / "scores.sqlite"
    with ScoreCache(path) as cache:
        cache.write("a", {})
    database = sqlite3.connect(path)
    for key, text in (("b", "{broken"), ("c", "[1]")):
        database.execute("INSERT INTO scores VALUES (?, ?)", (key, text))
    database.commit()
    database.close()
    with ScoreCache(path) as cache:
        assert cache.read("b") is None
        assert cache.read("c") is None


def test_an_unwritable_place_is_done_without(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with ScoreCache(tmp_path / "file" / "scores.sqlite") as cache:
        cache.write("a", {})
        assert cache.read("a") is None


def test_it_lives_in_the_users_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_path().name == "rival_scores.sqlite"
    assert "holostream" in cache_path().parts
