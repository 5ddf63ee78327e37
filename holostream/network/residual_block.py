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
    """(lanes, frames, width) and (lanes, past, width) frames before -> the same shapes."""

    def __init__(self, width: int, kernel: int, dilation: int, expansion: int) -> None:
        super().__init__()
        self.kernel, self.dilation = kernel, dilation
        self.past = (kernel - 1) * dilation
        taps = torch.zeros(kernel, width)
        taps[-1] = 1.0
        self.taps = nn.Parameter(taps + 0.1 * torch.randn(kernel, width))
        self.norm = RmsNorm(width)
        self.up = nn.Linear(width, width * expansion)
        self.snake = Snake(width * expansion)
        self.down = nn.Linear(width * expansion, width)

    def forward(self, x: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        joined = torch.cat((before, x), dim=1)
        # Counted from the end, so that a graph need not know how many frames there are.
        convolved = x * self.taps[-1]
        for k in range(self.kernel - 1):
            start = k * self.dilation
            convolved = convolved + joined[:, start : start - self.past] * self.taps[k]
        # As (1 + 2 a x - cos(2 a x)) / 2 a, and all but the cosine in the layers around it, where it costs a graph nothing.
        twice = 2 * self.snake.a
        angle = linear(self.norm(convolved), self.up.weight * twice.unsqueeze(1), self.up.bias * twice)
        down = self.down.weight / twice
        return x + linear(angle - torch.cos(angle), down, self.down.bias + down.sum(1)), joined[:, -self.past :]


class ResidualStack(nn.Module):
    """Blocks in a row with one flat state. Without blocks the state is one unused number: the interface stays."""

    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...], expansion: int) -> None:
        super().__init__()
        blocks = [ResidualBlock(width, kernel, dilation, expansion) for dilation in dilations]
        self.blocks, self.width = nn.ModuleList(blocks), width
        self._pasts = [block.past for block in blocks]
        self.state_size = max(1, sum(self._pasts) * width)

    def initial_state(self, lanes: int) -> Tensor:
        return torch.zeros(lanes, self.state_size)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        if not self.blocks:
            return x, state * 1.0
        pasts = state.reshape(-1, sum(self._pasts), self.width)
        start, next_pasts = 0, []
        for block, past in zip(self.blocks, self._pasts, strict=True):
            x, next_past = block(x, pasts[:, start : start + past])
            next_pasts.append(next_past)
            start += past
        return x, torch.cat(next_pasts, dim=1).reshape(-1, self.state_size)
