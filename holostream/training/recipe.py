"""A recipe: everything that decides what a training makes of a corpus, as flat settings in a TOML file.

Sizes of the network come from `network.shape`; a recipe names what is trained, how long, on what losses, and to which
bitrate. `default` is what shipped tiers are made with, but for what their cards say.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holostream.codec.tier import TIERS
from holostream.network.shape import LOUDEST_WORD, NOISE_FROM, NetworkShape, untrained_shape

TARGET_KBPS = {4: 4.8, 8: 7.7, 16: 12.5, 32: 20.3, 64: 35.0, 128: 78.0, 256: 185.0}
"""Bitrate a tier is trained to, a little below what it may cost on speech."""


@dataclass(frozen=True)
class Recipe:
    """One field a setting; defaults are those of the `default` recipe."""

    name: str = "default"
    width: int = 128
    """Channels of the residual networks; 0 trains the linear path alone."""
    encoder_dilations: tuple[int, ...] = (1, 4)
    vocoder_dilations: tuple[int, ...] = (1, 2, 4, 8)
    encoder_waits: float = 0.0
    """Share of the training before encoder and quantizer learn, too. Until then they are what they were started from, or from
    nothing the atoms with steps fitted to the bitrate, and the vocoder learns beside codes that stay. 1: they never learn."""
    kernel: int = 3
    expansion: int = 2
    noise: bool = True
    """Whether tiers 4 to 128 tell of noise in their last pair, see `network.noise`."""
    synthesis: int = 384
    """Samples a vocoder chunk rings for; more than the chunk costs no latency."""
    segment_seconds: float = 0.6
    batch: int = 8
    """Segments a step, over all processes."""
    steps: int = 16_000
    """So many that all seven tiers take a night on two slow cores."""
    learning_rate: float = 4e-4
    final_learning_rate: float = 2e-5
    step_rate: float = 5.0
    """The quantizer's steps learn so many times faster: they are logarithms."""
    linear_rate: float = 0.05
    """Share of the learning rate that the linear path takes: it begins as the atoms, which are nearly right."""
    warmup_steps: int = 100
    clip_norm: float = 1.0
    average_decay: float = 0.999
    """Of the exponential moving average of the weights, which is what is exported."""
    mel_weight: float = 1.0
    magnitude_weight: float = 0.5
    companded_weight: float = 0.0
    """Of the distance of companded spectra, phases included: without it what a tier says is no longer the waveform."""
    loudness_weight: float = 0.0
    """Of the difference in loudness, which holds no phase: beside others only."""
    intelligibility_weight: float = 0.0
    """Of what the envelopes of bands no longer have in common, see `training.intelligibility`: beside others only."""
    similarity_weight: float = 0.0
    """Of how unlike both look to an ear, see `training.similarity`: beside others only."""
    wave_weight: float = 0.0
    """Of the waveform error relative to the segment's level; high tiers need it for their phases."""
    rate_weight: float = 0.01
    """Where the rate's weight starts; it then follows the bitrate. An encoder that waited, or goes on from the same tier, starts
    with what a bit is worth there instead."""
    target_kbps: float = 0.0
    """0: the tier's own, see TARGET_KBPS."""
    check_every: int = 100
    """Steps between two looks at the held-out files, the rate and the curves."""
    patience: int = 50
    """Checks without a better held-out loss before training stops early; 0: never."""
    seed: int = 1

    def shape(self, harmonics: int) -> NetworkShape:
        """The network of one tier."""
        noise_from, loudest_word = (NOISE_FROM.get(harmonics, 0), LOUDEST_WORD.get(harmonics, 2)) if self.noise else (0, 2)
        plain = dataclasses.replace(untrained_shape(harmonics), noise_from=noise_from, loudest_word=loudest_word)
        if not self.width:
            return plain
        return dataclasses.replace(
            plain,
            width=self.width,
            encoder_dilations=self.encoder_dilations,
            vocoder_dilations=self.vocoder_dilations,
            kernel=self.kernel,
            expansion=self.expansion,
            synthesis=self.synthesis,
        )

    def kbps(self, harmonics: int) -> float:
        """The bitrate a tier is trained to."""
        return self.target_kbps or TARGET_KBPS[harmonics]


def for_tier(recipe: Recipe, harmonics: int) -> Recipe:
    """Linear codes are hard to beat, so the vocoder alone learns what belongs beside them. At 256 the linear path comes so
    close that a network has nothing to add, and only steps and basis are learned. Measured in docs/findings.md."""
    if recipe.name != "default" or harmonics not in TIERS:
        return recipe
    if harmonics == 256:
        return dataclasses.replace(recipe, width=0, wave_weight=4.0)
    wave, loudness = {4: (0.1, 3.0), 8: (0.1, 2.0), 16: (0.2, 2.0), 32: (0.4, 4.0), 64: (0.6, 4.0), 128: (1.0, 8.0)}[harmonics]
    dilations = {4: (1, 2, 4, 8), 8: (1, 2, 4, 8), 16: (1, 3, 9), 32: (1, 4), 64: (1, 4), 128: (1, 4)}[harmonics]
    return dataclasses.replace(
        recipe,
        encoder_waits=1.0,
        encoder_dilations=(),
        vocoder_dilations=dilations,
        mel_weight=0.7,
        magnitude_weight=0.1,
        companded_weight=8.0,
        wave_weight=wave,
        loudness_weight=loudness,
        intelligibility_weight={4: 1.5, 8: 4.0, 32: 2.0}.get(harmonics, 0.0),
        similarity_weight={8: 4.0, 16: 4.0, 32: 4.0}.get(harmonics, 0.0),
    )


LONGEST_SEGMENT, LARGEST_SEED = 60.0, 1 << 32


def load_recipe(name: str) -> Recipe:
    """`default`, or a TOML file of settings. Raises ValueError naming the setting and what is legal, or OSError."""
    if name == "default":
        return Recipe()
    path = Path(name)
    if not path.is_file():
        raise ValueError(f"there is no recipe {name!r}; use default, holo-audio, or the path of a TOML file")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}") from error
    named = values.get("name", path.stem)
    if named == "default":  # which has settings of its own for each tier
        raise ValueError(f"{path} is called default, as the program's own recipe is; give it another name")
    return recipe_from_dict(values | {"name": named})


def recipe_from_dict(values: dict) -> Recipe:
    """Checked settings. Raises ValueError."""
    fields = {field.name: field for field in dataclasses.fields(Recipe)}
    if unknown := sorted(set(values) - set(fields)):
        raise ValueError(f"unknown settings {', '.join(unknown)} in the recipe; known are {', '.join(fields)}")
    checked: dict[str, Any] = {}
    for name, value in values.items():
        default: Any = fields[name].default
        kind = type(default)
        if kind is float and type(value) is int:
            value = float(value)
        if kind is tuple and isinstance(value, list) and all(type(entry) is int and entry > 0 for entry in value):
            value = tuple(value)
        if type(value) is not kind:
            raise ValueError(f"{name} is {value!r} in the recipe; expected {kind.__name__}, for example {default!r}")
        if kind in (int, float) and not 0 <= value < math.inf:
            raise ValueError(f"{name} is {value} in the recipe; expected a number of 0 or more")
        checked[name] = value
    recipe = Recipe(**checked)
    if recipe.encoder_waits > 1:
        raise ValueError(f"encoder_waits is {recipe.encoder_waits} in the recipe; expected a share, 0 to 1")
    if recipe.kernel < 2 or recipe.expansion < 1:
        raise ValueError("a recipe needs a kernel of 2 or more and an expansion of 1 or more")
    least, most = NetworkShape.chunk, 64 * NetworkShape.hop
    if recipe.synthesis % 32 or not least <= recipe.synthesis <= most:
        raise ValueError(f"synthesis is {recipe.synthesis} in the recipe; expected a multiple of 32 from {least} to {most}")
    if recipe.segment_seconds > LONGEST_SEGMENT:
        raise ValueError(f"segment_seconds is {recipe.segment_seconds:g} in the recipe; expected {LONGEST_SEGMENT:g} at most")
    if recipe.seed > LARGEST_SEED:
        raise ValueError(f"seed is {recipe.seed} in the recipe; expected {LARGEST_SEED} at most")
    if not recipe.clip_norm:
        raise ValueError("clip_norm is 0 in the recipe, with which nothing would be learned; expected more, such as 1")
    if recipe.average_decay >= 1:
        raise ValueError(f"average_decay is {recipe.average_decay:g} in the recipe; expected less than 1, such as 0.999")
    if recipe.batch < 1 or recipe.steps < 1 or recipe.segment_seconds < 0.2 or recipe.check_every < 1:
        raise ValueError("a recipe needs batch, steps and check_every of 1 or more and segment_seconds of 0.2 or more")
    return recipe


def recipe_to_dict(recipe: Recipe) -> dict:
    """As JSON and TOML types."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(recipe).items()}
