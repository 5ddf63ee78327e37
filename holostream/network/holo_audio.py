"""The networks of HOLO-Audio, the project this one grew out of: a linear encoder and a vocoder of sines, in torch.

Chunks do not overlap, have no window and no past. Their coefficients become bytes by one range for all of them, which
belongs to a file in `.holo` version 2 and to the model everywhere else. Own code, written from the published layout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

FAMILY = "holo-audio"
DEFAULT_CHUNK, DEFAULT_HIDDEN = 1024, 256
SINES = 3


@dataclass(frozen=True)
class HoloAudioShape:
    """Harmonics, samples in a chunk, width of the vocoder's hidden layers: what a `.pth` calls h, c and hid."""

    harmonics: int
    chunk: int = DEFAULT_CHUNK
    hidden: int = DEFAULT_HIDDEN

    @property
    def family(self) -> str:
        return f"{FAMILY}-{self.chunk}"


class Sine(nn.Module):
    """A plain sin(x)."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.sin(x)


class HoloAudioEncoder(nn.Module):
    """One linear layer with bias."""

    def __init__(self, shape: HoloAudioShape) -> None:
        super().__init__()
        self.encoder = nn.Linear(shape.chunk, 2 * shape.harmonics)

    def forward(self, chunks: Tensor) -> Tensor:
        """(..., chunk) samples -> (..., 2 * harmonics) coefficients."""
        return self.encoder(chunks)


class HoloAudioVocoder(nn.Module):
    """Three linear layers, each into a sine, and a last one to samples; weights start within +-sqrt(6 / fan-in)."""

    def __init__(self, shape: HoloAudioShape) -> None:
        super().__init__()
        widths = (2 * shape.harmonics, *[shape.hidden] * SINES)
        layers: list[nn.Module] = []
        for inputs in widths[:-1]:
            layers += [nn.Linear(inputs, shape.hidden), Sine()]
        self.net = nn.Sequential(*layers, nn.Linear(shape.hidden, shape.chunk))
        for layer in self.layers():
            bound = math.sqrt(6 / layer.in_features)
            nn.init.uniform_(layer.weight, -bound, bound)

    def layers(self) -> list[nn.Linear]:
        """The linear layers, first to last."""
        return [layer for layer in self.net if isinstance(layer, nn.Linear)]

    def forward(self, coefficients: Tensor) -> Tensor:
        """(..., 2 * harmonics) coefficients -> (..., chunk) samples."""
        return self.net(coefficients)


class HoloAudioNetwork(nn.Module):
    """A tier: encoder and vocoder, nothing between them while training."""

    def __init__(self, shape: HoloAudioShape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = HoloAudioEncoder(shape)
        self.vocoder = HoloAudioVocoder(shape)

    def forward(self, chunks: Tensor) -> Tensor:
        """(..., chunk) samples -> the same samples as the vocoder has them."""
        return self.vocoder(self.encoder(chunks))
