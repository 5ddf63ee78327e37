"""Sizes of a network. One dial, the number of harmonics; everything else is derived or has a default here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypedDict

from holostream.codec.tier import layers_of


@dataclass(frozen=True)
class NetworkShape:
    """Sizes in samples at `rate`; steps are the quantizer's, relative to the gain, one per layer."""

    harmonics: int
    steps: tuple[float, ...]
    tilt: float = 0.0
    """How much the logarithm of the steps grows from pair to pair where training begins: high bands need less."""
    split: int = 1
    """Into how many parts, an odd number, further layers divide an amplitude and a phase (`network.quantizer`)."""
    family: str = "48k-hop128"
    rate: int = 48000
    hop: int = 128
    chunk: int = 192
    synthesis: int = 192
    width: int = 0
    encoder_dilations: tuple[int, ...] = ()
    """One residual block per entry; none leaves the linear path alone."""
    vocoder_dilations: tuple[int, ...] = ()
    kernel: int = 3
    expansion: int = 3
    noise_from: int = 0
    """The pair from which on noise fills what no harmonic says, told by the last pair (`network.noise`); 0: none does."""
    loudest_word: int = 2
    """The largest amplitude code that tells of noise: how many words there are, 15, 29, 48 with 2, 3, 4."""
    emphasis: float = 0.0
    """By which power of its frequency a pair counts in the level of a chunk (`network.encoder`); 0: all count alike."""
    brighter: float = math.inf
    """By how much that raises a level at most, in 3 dB."""
    masked: float = 2 / 3
    """How much what was just heard counts in the level of a chunk (`network.masking`)."""
    kaiser: float = 0.0
    """Of the slopes of the atoms' window, see `network.atoms`."""

    @property
    def layers(self) -> int:
        return len(self.steps)

    @property
    def base(self) -> int:
        """Pairs the network works on; further harmonics refine these."""
        return self.harmonics // self.layers

    @property
    def tonal(self) -> int:
        """Pairs that are harmonics."""
        return self.base - bool(self.noise_from)

    @property
    def vocoder_context(self) -> int:
        """Frames of the past that reach one hop of sound: the network's, and chunks that still ring."""
        network = sum((self.kernel - 1) * dilation for dilation in self.vocoder_dilations)
        return network + -(-self.synthesis // self.hop) - 1


NOISE_FROM = {4: 3, 8: 7, 16: 20, 32: 16, 64: 24, 128: 24}
"""Where noise begins in trained tiers: tier 4 has nothing above 1.1 kHz, tier 8 above 2.6, the others say most of what lies
below 6, 7.5 or 9; tier 256 has next to nothing left to tell."""
LOUDEST_WORD = {4: 4, 8: 3, 32: 3}
"""The more of the sound is noise, the more its envelope is worth: 48 and 29 words."""
EMPHASIS = {16: 0.5, 32: 0.5, 64: 1.0, 128: 2.0, 256: 3.0}
"""What was better at equal bitrates; tier 8 gained nothing, nor did tier 4."""
KAISER = {128: 3.0, 256: 3.0}
"""Where high bands are said even if they are far softer than low ones. Tier 64 lost more of a voice by wider atoms than it gained in
music; lower ones were not tried."""
_FIRST_STEP = {4: 1.7, 8: 0.9, 16: 0.55, 32: 0.45, 64: 0.33}
_FIRST_TILT = {4: 0.4, 8: 0.12, 16: 0.09, 32: 0.06, 64: 0.025}


def split_of(harmonics: int) -> int:
    """See `NetworkShape.split`. Larger ones cost a little less, but what moves bend is said by the first layer alone."""
    return {1: 1, 2: 5, 4: 3}[layers_of(harmonics, NetworkShape.hop)]


def layer_steps(harmonics: int) -> tuple[float, ...]:
    """Quantizer steps to begin with, near the tier's bitrate: one layer up to hop / 2 harmonics; then further ones, each as many
    times finer as it divides what the ones before say."""
    layers, split = layers_of(harmonics, NetworkShape.hop), split_of(harmonics)
    first = {1: _FIRST_STEP.get(harmonics, 0.33), 2: 0.365, 4: 0.29}[layers]
    return tuple(first / split**layer for layer in range(layers))


def step_tilt(harmonics: int) -> float:
    """See `NetworkShape.tilt`. On training voices it saves 10 to 15 % of the bits at the same SNR, and PESQ hardly
    notices; tier 256 must also keep its error 45 dB down in every single one, which limits it."""
    return {1: _FIRST_TILT.get(harmonics, 0.0), 2: 0.02, 4: 0.006}[layers_of(harmonics, NetworkShape.hop)]


class LevelSettings(TypedDict, total=False):
    """Of `NetworkShape`: what decides the level of a chunk."""

    emphasis: float
    brighter: float
    masked: float


def level_settings(harmonics: int) -> LevelSettings:
    """Tier 256, whose error must stay 45 dB down in a hiss, too, lets a chunk count little brighter than it is; and it spends
    less than others on what is weak beside what was just heard. Both serve music in tier 128 as well."""
    emphasis = EMPHASIS.get(harmonics, 0.0)
    return {"emphasis": emphasis, "brighter": 0.5, "masked": 0.85} if harmonics >= 128 else {"emphasis": emphasis}


def untrained_shape(harmonics: int) -> NetworkShape:
    """The atoms and the quantizer, nothing else: sounds right at high tiers, band-limited at low ones."""
    return NetworkShape(
        harmonics,
        layer_steps(harmonics),
        step_tilt(harmonics),
        split_of(harmonics),
        kaiser=KAISER.get(harmonics, 0.0),
        **level_settings(harmonics),
    )


def full_size_shape(harmonics: int) -> NetworkShape:
    """What the live path must have room for: about a million parameters, a third of a second of context."""
    return replace(
        untrained_shape(harmonics),
        width=152,
        encoder_dilations=(1, 4),
        vocoder_dilations=(1, 2, 4, 8),
    )
