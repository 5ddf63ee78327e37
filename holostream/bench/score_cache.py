"""Keeps rivals' scores from one run to the next: they never change, and listening models are slow.

A score is kept under a digest of the sound's samples, everything its codec's result depends on, and the version of the
measures. It lives in the user's cache folder, in one SQLite file written by the parent process alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import platformdirs

from holostream.bench.measure_set import VERSION

FILE_NAME = "rival_scores.sqlite"


def cache_path() -> Path:
    """Where scores are kept by default."""
    return Path(platformdirs.user_cache_dir("holostream", appauthor=False)) / FILE_NAME


def score_key(sound_digest: str, is_speech: bool, identity: str) -> str:
    """The name under which a score is kept; `is_speech`: whether measures of speech were taken too."""
    return hashlib.sha256(json.dumps([VERSION, sound_digest, is_speech, identity]).encode()).hexdigest()


class ScoreCache:
    """Entries (JSON objects) by key. A damaged or unwritable file only costs time: it is made anew, or not used."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_path()
        self._database: sqlite3.Connection | None = None
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._database = sqlite3.connect(self._path, timeout=30.0)
                self._database.execute("CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, entry TEXT NOT NULL)")
                self._database.execute("SELECT key, entry FROM scores LIMIT 1").fetchall()
                return
            except (sqlite3.Error, OSError):
                self.close()
                with contextlib.suppress(OSError):
                    self._path.unlink()

    def read(self, key: str) -> dict[str, Any] | None:
        """The entry kept under `key`, if there is one that can be read."""
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT entry FROM scores WHERE key = ?", (key,)).fetchone()
            entry = None if row is None else json.loads(row[0])
        except (sqlite3.Error, ValueError):
            return None
        return entry if isinstance(entry, dict) else None

    def write(self, key: str, entry: dict[str, Any]) -> None:
        """Keep `entry`, in place of an older one."""
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error), self._database:
            self._database.execute("INSERT OR REPLACE INTO scores VALUES (?, ?)", (key, json.dumps(entry)))

    def close(self) -> None:
        """No reading or writing afterwards."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def __enter__(self) -> ScoreCache:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()
