"""The look at held-out sounds counts only what is whole."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from holostream.network.export import TierNetwork
from holostream.network.shape import untrained_shape
from holostream.training.corpus import Corpus
from holostream.training.held_out import check, held_out_sound
from holostream.training.recipe import Recipe
from holostream.training.signal_path import losses
from holostream.training.training_error import TrainingError
from tests.speech import speech


def test_sound_that_begins_silent_is_looked_at_where_it_sounds() -> None:
    rate, hop = 48000, 128
    voice = np.round(speech(1.0, rate, 3) * 32767).astype(np.int16)
    late, early = np.concatenate([np.zeros(40 * rate, np.int16), voice]), np.concatenate([voice, np.zeros(40 * rate, np.int16)])
    lengths = np.array([len(late), len(early), len(voice)])
    held_out = np.array([True, True, False])
    corpus = Corpus(np.concatenate([late, early, voice]), ("a", "b", "c"), np.cumsum(lengths) - lengths, lengths, held_out, (), rate, "")
    sounds = held_out_sound(corpus, hop)
    assert [sound.shape for sound in sounds] == [(1, 12 * rate)] * 2
    assert np.abs(sounds[0]).max() == np.abs(sounds[1]).max() > 0.05
    silence = [np.zeros((1, 100 * hop), np.float32)]
    seen = check(TierNetwork(untrained_shape(4)), silence, Recipe(), torch.device("cpu"))
    assert math.isfinite(seen.snr_db)


@pytest.mark.parametrize("part", ["encoder.select.weight", "vocoder.synthesis.weight"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_has_diverged(part: str, value: float) -> None:
    network = TierNetwork(untrained_shape(16))
    torch.nn.init.constant_(network.get_parameter(part), value)
    with pytest.raises(TrainingError, match="tier 16 has diverged; lower learning_rate"):
        check(network, [speech(0.2, 48000, 3)[None, : 70 * 128]], Recipe(), torch.device("cpu"))


def test_the_end_that_no_chunk_follows_is_left_out() -> None:
    """Its error would hide that of tier 256, which is 50 dB below the sound."""
    sound, network, recipe = speech(1.0, 48000, 3)[None, : 370 * 128], TierNetwork(untrained_shape(256)), Recipe()
    seen = check(network, [sound], recipe, torch.device("cpu"))
    twice = check(network, [sound, sound], recipe, torch.device("cpu"))
    assert seen.snr_db > 45
    assert (twice.loss, twice.snr_db) == pytest.approx((seen.loss, seen.snr_db))
    with torch.no_grad():
        assert seen.loss == pytest.approx(float(losses(network.eval(), torch.from_numpy(sound), recipe, 0.0)[1]))
