"""No shipped tier sounds broken on anything, through files and back."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.bench import robustness
from holostream.bench.robustness import measure_robustness, tier_robustness
from holostream.codec.tier import TIERS


@pytest.mark.parametrize("harmonics", TIERS)
def test_no_tier_sounds_broken(models, harmonics):
    found = tier_robustness(models, harmonics)
    assert found.complaints == []
    assert found.silence_db < -90
    assert set(found.troubles) == {"square", "tones", "castanets", "choir", "whisper", "noise", "hiss"}


def test_a_broken_tier_is_told(models, monkeypatch):
    real = robustness.through

    def broken(codec, sound, folder):
        heard = real(codec, sound, folder).copy()
        if len(heard) > 100000:
            heard[48000:] = np.resize(heard[:128], len(heard) - 48000)
        heard[20000:20480] += 0.9
        return heard

    monkeypatch.setattr(robustness, "through", broken)
    told = measure_robustness(models, (64,))
    assert not told.met
    remarks = " ".join(told.remarks)
    assert "silence comes out at" in remarks
    assert "whisper: a burst of" in remarks
    assert "hiss: it repeats" in remarks
