"""The set of measures: best at identity, better with less noise, chosen by name, told when not installed."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.bench import perceptual_measures
from holostream.bench.measure_set import MEASURES, chosen_measures, score, takeable
from tests.speech import speech

RATE = 48000


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return speech(3.0, RATE, 3)


@pytest.fixture(scope="module")
def scores(voice) -> list[dict[str, float | None]]:
    """Of the voice itself, and with more and more noise."""
    noise = np.random.default_rng(1).standard_normal(len(voice)).astype(np.float32)
    return [score(voice, voice + level * noise, RATE, tuple(MEASURES), True) for level in (0, 1e-4, 1e-3, 1e-2)]


@pytest.mark.parametrize("name", MEASURES)
def test_more_noise_is_worse(scores, name):
    sign = 1 if MEASURES[name].higher_is_better else -1
    values = [sign * one[name] for one in scores]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1]


def test_the_best_scores_are_the_scales_ends(scores):
    best = scores[0]
    assert best["pesq"] == pytest.approx(4.64, abs=0.01)
    assert best["estoi"] == pytest.approx(1)
    assert best["visqol_audio"] == pytest.approx(4.73, abs=0.01)
    assert best["visqol_speech"] > 3.5
    assert best["mel"] == best["lsd"] == 0


def test_a_known_noise_has_its_snr_at_any_rate(voice):
    noise = np.random.default_rng(2).standard_normal(len(voice))
    noise *= 0.1 * np.sqrt(np.sum(voice**2) / np.sum(noise**2))
    found = score(voice, (voice + noise).astype(np.float32), RATE, ("snr", "psnr"), True)
    assert found["snr"] == pytest.approx(20, abs=0.05)
    crest = 10 * np.log10(np.max(np.abs(voice)) ** 2 / np.mean(voice**2))
    assert found["psnr"] == pytest.approx(20 + crest, abs=0.05)


def test_measures_of_speech_are_not_taken_of_music(voice):
    found = score(voice, voice, RATE, ("pesq", "mel"), False)
    assert found == {"pesq": None, "mel": 0}


def test_what_cannot_be_judged_is_none():
    silent = np.zeros(RATE, np.float32)
    found = score(silent, silent, RATE, tuple(MEASURES), True)
    assert found["pesq"] is None
    assert all(value is None or np.isfinite(value) for value in found.values())


def test_names_are_chosen_in_the_tables_order():
    assert chosen_measures("all") == tuple(MEASURES)
    assert chosen_measures("mel, pesq") == ("pesq", "mel")
    with pytest.raises(ValueError, match=r"no measure 'stoi'.*estoi"):
        chosen_measures("mel,stoi")
    with pytest.raises(ValueError, match="empty"):
        chosen_measures(" ,")


def test_a_missing_package_is_told_with_the_command(monkeypatch):
    assert takeable(("pesq", "mel")) == (("pesq", "mel"), None)
    monkeypatch.setattr(perceptual_measures, "is_installed", lambda module: module not in ("pesq", "ai_edge_litert"))
    names, told = takeable(("pesq", "estoi", "visqol_speech", "visqol_audio", "mel"))
    assert names == ("estoi", "visqol_audio", "mel")
    assert told is not None
    assert "PESQ-WB, ViSQOL speech" in told
    assert "ai_edge_litert, pesq" in told
    assert "pip install 'holostream[metrics]'" in told
