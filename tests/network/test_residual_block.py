"""The residual block: causal, with all its past in the state."""

from __future__ import annotations

import pytest
import torch

from holostream.network.residual_block import ResidualBlock, ResidualStack, RmsNorm

WIDTH = 6


def stack(*dilations: int, kernel: int = 3) -> ResidualStack:
    torch.manual_seed(0)
    return ResidualStack(WIDTH, kernel, dilations, 2).eval()


def sound(frames: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(2, frames, WIDTH, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
@pytest.mark.parametrize("dilations", [(), (1,), (1, 4), (3, 1, 2)])
@pytest.mark.parametrize("part", [1, 2, 7])
def test_parts_give_what_the_whole_gives(dilations: tuple[int, ...], part: int) -> None:
    network, x = stack(*dilations), sound(40)
    whole, last = network(x, network.initial_state(2))
    state, parts = network.initial_state(2), []
    for start in range(0, 40, part):
        y, state = network(x[:, start : start + part], state)
        parts.append(y)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-6)
    assert torch.allclose(state, last, atol=1e-6)


@torch.no_grad()
@pytest.mark.parametrize("dilations", [(1,), (1, 4), (2, 3)])
def test_the_past_reaches_exactly_as_far_as_stated(dilations: tuple[int, ...]) -> None:
    network, x = stack(*dilations), sound(40)
    reach = sum(block.past for block in network.blocks)
    assert reach == 2 * sum(dilations)
    changed = x.clone()
    changed[:, 5] += 1
    before, after = (network(y, network.initial_state(2))[0] for y in (x, changed))
    differs = (before != after).any(-1).any(0).nonzero().ravel().tolist()
    assert differs[0] == 5
    assert differs[-1] == 5 + reach


@torch.no_grad()
def test_without_blocks_nothing_changes_but_the_interface_stays() -> None:
    network, x = stack(), sound(3)
    y, state = network(x, network.initial_state(2))
    assert network.state_size == 1
    assert state.shape == (2, 1)
    assert torch.equal(y, x)


def test_state_sizes() -> None:
    assert ResidualBlock(WIDTH, 5, 3, 2).past == 12
    assert stack(1, 4).state_size == 2 * (1 + 4) * WIDTH


def test_lanes_do_not_mix() -> None:
    network, x = stack(1, 2), sound(10)
    alone, _ = network(x[:1], network.initial_state(1))
    both, _ = network(x, network.initial_state(2))
    assert torch.allclose(alone[0], both[0], atol=1e-6)


@torch.no_grad()
def test_snake_is_its_formula_and_stays_bounded() -> None:
    block, x = ResidualBlock(WIDTH, 2, 1, 2), sound(9)
    block.taps[0].zero_()
    for log_a in (0.0, 0.7, -50.0, 50.0):
        torch.nn.init.constant_(block.snake.log_a, log_a)
        a = block.snake.a
        assert 0.049 < float(a.min()) <= float(a.max()) < 20.1
        inner = block.up(block.norm(x * block.taps[1]))
        expected = x + block.down(inner + torch.sin(a * inner) ** 2 / a)
        y, _ = block(x, torch.zeros(2, 1, WIDTH))
        assert torch.allclose(y, expected, atol=1e-4)


def test_silent_frames_stay_silent_and_loud_ones_are_levelled() -> None:
    norm = RmsNorm(WIDTH)
    assert not norm(torch.zeros(1, 1, WIDTH)).any()
    assert norm(torch.full((1, 1, WIDTH), 1e-6)).abs().max() < 1e-4
    assert abs(norm(sound(4) * 1000).square().mean().item() - 1) < 1e-3


def test_gradients_of_silence_are_finite() -> None:
    network = stack(1, 2)
    x = torch.zeros(1, 5, WIDTH, requires_grad=True)
    network(x, network.initial_state(1))[0].sum().backward()
    assert torch.isfinite(x.grad).all()
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())
