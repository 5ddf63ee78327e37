"""How loud a chunk counts: its own level in steady sound and at onsets, more in the tail of what was louder."""

from __future__ import annotations

import pytest
import torch

from holostream.network.masking import HALF_LIFE, TAPS, Masking

masking = Masking(2 / 3)


def levels(mean_square: torch.Tensor) -> torch.Tensor:
    return torch.log2(mean_square) + masking(mean_square[None], torch.zeros(1, masking.state_size))[0][0]


def test_steady_sound_counts_as_loud_as_it_is() -> None:
    for level in (1.0, 1e-4, 1e-9):
        assert (levels(torch.full((2 * TAPS,), level)) - torch.log2(torch.tensor(level))).abs().max() < 1e-3


def test_an_onset_counts_at_once() -> None:
    sound = torch.cat((torch.full((300,), 1e-6), torch.ones(20)))
    assert levels(sound)[300:].abs().max() < 1e-3


@pytest.mark.parametrize("share", [2 / 3, 0.85])
def test_a_tail_counts_as_what_it_follows_does_for_a_while(share: float) -> None:
    sharing = Masking(share)
    sound = torch.cat((torch.ones(2 * TAPS), torch.full((TAPS + 40,), 2.0**-14)))
    counted = (torch.log2(sound) + sharing(sound[None], torch.zeros(1, sharing.state_size))[0][0])[2 * TAPS :]
    first = (1 - share) * -14 + share * torch.log2(torch.tensor(2 ** (-1 / HALF_LIFE)))
    assert abs(counted[0] - first) < 0.01
    assert (counted.diff() < 1e-4).all()
    per_half_life = counted[4 * HALF_LIFE] - counted[3 * HALF_LIFE]
    assert abs(per_half_life + share) < 0.1
    assert abs(counted[-1] + 14) < 1e-3


def test_louder_and_softer_only_shift_the_level() -> None:
    sound = torch.rand(400, generator=torch.Generator().manual_seed(1)) ** 8 + 1e-6
    assert (levels(sound) - levels(sound / 1024) - 10).abs().max() < 1e-3


def test_whole_is_stream() -> None:
    sound = torch.rand(2, 700, generator=torch.Generator().manual_seed(2)) ** 6
    whole, last = masking(sound, torch.zeros(2, masking.state_size))
    state, at, parts = torch.zeros(2, masking.state_size), 0, []
    for size in (1, 1, 5, 300, 60, 1, 332):
        part, state = masking(sound[:, at : at + size], state)
        parts.append(part)
        at += size
    assert (torch.cat(parts, 1) - whole).abs().max() < 1e-5
    assert state.equal(last)


def test_silence_is_no_number_and_leaves_nothing_behind() -> None:
    counted = levels(torch.tensor([0.0, 1e-12, 0.0, 1.0, 0.0]))
    assert counted.isfinite().tolist() == [False, True, False, True, False]
