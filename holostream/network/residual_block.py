"""The residual block of encoder and vocoder: a causal depthwise convolution over frames, then two linear layers.

    x -> depthwise conv -> RMSNorm -> linear up -> snake -> linear down -> + x

Snake, x + sin^2(a x) / a, is the sine activation (Ziyin et al. 2020). State is the convolution's past input, passed in
and out as a flat slice so that a graph has one state tensor whatever its depth.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class Snake(nn.Module):
    """The learned a of x + sin^2(a x) / a, one per channel, kept in [0.05, 20] so that neither side blows up."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.log_a = nn.Parameter(torch.zeros(width))

    @property
    def a(self) -> Tensor:
        return self.log_a.clamp(-3.0, 3.0).exp()


class RmsNorm(nn.Module):
    """x / rms(x) * scale. The epsilon is large (1e-3) so that silent frames stay silent."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        # In just this form ONNX Runtime has it as one operator.
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-3) * self.scale


class ResidualBlock(nn.Module):
    """(lanes, frames, width) and (lanes, state_size) -> the same shapes."""

    def __init__(self, width: int, kernel: int, dilation: int, expansion: int) -> None:
        super().__init__()
        self.width, self.kernel, self.dilation = width, kernel, dilation
        self.past = (kernel - 1) * dilation
        self.state_size = self.past * width
        taps = torch.zeros(kernel, width)
        taps[-1] = 1.0
        self.taps = nn.Parameter(taps + 0.1 * torch.randn(kernel, width))
        self.norm = RmsNorm(width)
        self.up = nn.Linear(width, width * expansion)
        self.snake = Snake(width * expansion)
        self.down = nn.Linear(width * expansion, width)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        joined = torch.cat((state.reshape(-1, self.past, self.width), x), dim=1)
        frames = x.shape[1]
        convolved = joined[:, :frames] * self.taps[0]
        for k in range(1, self.kernel):
            start = k * self.dilation
            convolved = convolved + joined[:, start : start + frames] * self.taps[k]
        next_state = joined[:, frames:].reshape(-1, self.state_size)
        # Snake's `a` goes into the layers around it, where it costs a graph nothing.
        a = self.snake.a
        scaled = linear(self.norm(convolved), self.up.weight * a.unsqueeze(1), self.up.bias * a)
        sine = torch.sin(scaled)
        return x + linear(scaled + sine * sine, self.down.weight / a, self.down.bias), next_state


class ResidualStack(nn.Module):
    """Blocks in a row with one flat state. Without blocks the state is one unused number: the interface stays."""

    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...], expansion: int) -> None:
        super().__init__()
        blocks = [ResidualBlock(width, kernel, dilation, expansion) for dilation in dilations]
        self.blocks = nn.ModuleList(blocks)
        self._sizes = [block.state_size for block in blocks]
        self.state_size = max(1, sum(self._sizes))

    def initial_state(self, lanes: int) -> Tensor:
        return torch.zeros(lanes, self.state_size)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        if not self.blocks:
            return x, state * 1.0
        start, next_states = 0, []
        for block, size in zip(self.blocks, self._sizes, strict=True):
            x, next_state = block(x, state[:, start : start + size])
            next_states.append(next_state)
            start += size
        return x, torch.cat(next_states, dim=1)
