"""Rivals that a published table keeps stand beside tiers measured anew as if they had been measured again."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from holostream.bench.kept_rivals import kept_rivals
from holostream.bench.measurement import Measurement
from holostream.bench.quality_run import QualityScores
from holostream.bench.quality_tables import quality_tables
from tests.bench.test_quality_tables import MEASURED, SCORES, score

ENCODERS = "Encoders: an encoder 1.0."
OTHER_MODELS = (score("speech_a", "HOLO-Audio", "16", 1.0, 20, 1.5, 2.0), score("speech_b", "HOLO-Audio", "16", 3.0, 60, 1.5, 2.0))
EVERYTHING = QualityScores((*SCORES, *OTHER_MODELS), MEASURED, (), (), ENCODERS, ())
OURS = QualityScores(tuple(one for one in SCORES if one.series == "HoloStream"), MEASURED, (), (), None, ())


def store(tables: tuple[Measurement, ...], date: str = "2026-01-02") -> dict[str, Any]:
    """As `docs/measurements.json` holds them."""
    stored = {table.name: {"machine": {"date": date}, "measurement": table.as_dict()} for table in tables}
    return stored | {"other_models": {"measurement": {"values": {"series": "HOLO-Audio"}}}}


def test_tables_are_those_of_measuring_all_of_it_again() -> None:
    stored = store(quality_tables(EVERYTHING))
    kept = kept_rivals(copy.deepcopy(stored))
    found = {table.name: table for table in quality_tables(OURS, kept)}
    assert set(found) == {"quality", "opus_equal", "other_models", "rivals", "codecs"}
    for table in quality_tables(EVERYTHING):
        assert found[table.name].rows == table.rows or table.name == "rivals"
    assert found["codecs"].values["rows"] == stored["codecs"]["measurement"]["values"]["rows"]
    assert ENCODERS in found["opus_equal"].remarks
    assert found["codecs"].remarks[-1] == "Rivals as they were measured on 2026-01-02."
    assert found["other_models"].rows[0].cells[2] == "16 (20.0) / -"


def test_they_can_be_kept_again_and_say_when_they_were_measured() -> None:
    once = store(quality_tables(OURS, kept_rivals(store(quality_tables(EVERYTHING)))), "2027-05-05")
    assert kept_rivals(once).date == "2026-01-02"
    assert kept_rivals(once).points == kept_rivals(store(quality_tables(EVERYTHING))).points


def test_other_sounds_are_not_compared() -> None:
    kept = kept_rivals(store(quality_tables(EVERYTHING)))
    fewer = replace(OURS, scores=OURS.scores[1:])
    with pytest.raises(ValueError, match=r"kept rivals were measured on other sounds \(speech: .* measure them again"):
        quality_tables(fewer, kept)


@pytest.mark.parametrize("stored", [{}, {"codecs": {"measurement": {"values": {}}}}, store(quality_tables(OURS))])
def test_without_any_it_is_said_how_to_measure_them(stored: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no rivals are kept.*--against opus,mp3,codec2"):
        kept_rivals(stored)
