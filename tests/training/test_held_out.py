"""The look at held-out sounds counts only what is whole."""

from __future__ import annotations

import pytest
import torch

from holostream.network.export import TierNetwork
from holostream.network.shape import untrained_shape
from holostream.training.held_out import check
from holostream.training.recipe import Recipe
from holostream.training.signal_path import losses
from tests.speech import speech


def test_the_end_that_no_chunk_follows_is_left_out() -> None:
    """Its error would hide that of tier 256, which is 50 dB below the sound."""
    sound, network, recipe = speech(1.0, 48000, 3)[None, : 370 * 128], TierNetwork(untrained_shape(256)), Recipe()
    seen = check(network, [sound], recipe, torch.device("cpu"))
    twice = check(network, [sound, sound], recipe, torch.device("cpu"))
    assert seen.snr_db > 45
    assert (twice.loss, twice.snr_db) == pytest.approx((seen.loss, seen.snr_db))
    with torch.no_grad():
        assert seen.loss == pytest.approx(float(losses(network.eval(), torch.from_numpy(sound), recipe, 0.0)[1]))
