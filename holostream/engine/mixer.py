"""What surrounds the codec in the path of a hop: `hear` before it, `mix` after it.

    hear   the input cleaned and at its gain
    mix    dry and wet together, at the output's gain, turned down where it howls or would be too loud
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holostream.engine.command import command_kind
from holostream.engine.controls import Controls
from holostream.engine.feedback_guard import FeedbackGuard
from holostream.engine.gain_ramp import GainRamp, Glide, linear
from holostream.engine.input_guard import InputGuard
from holostream.engine.limiter import Limiter

SHORT_MS = command_kind("glide_ms").neutral
"""Of `glide_ms`: up to here a gain glides as ever, in a ramp that only keeps it from clicking."""


@dataclass
class Levels:
    """Of one hop, per lane, linear."""

    input_peak: list[float]
    input_mean_square: list[float]
    output_peak: list[float]
    output_mean_square: list[float]


@dataclass
class Mixer:
    """What of it lasts from one hop to the next."""

    guard: InputGuard
    asked: dict[str, Glide]
    """Gains and mix on their way to where the controls have them: where `glide_ms` is more than SHORT_MS they take so long."""
    hops_a_second: float
    input_gain: GainRamp
    wet: GainRamp
    output_gain: GainRamp
    howl: FeedbackGuard
    limiter: Limiter
    levels: Levels
    limited_hops: int = 0


def initial_mixer(lanes: int, rate: int, hop: int, controls: Controls, recorded: bool = False) -> Mixer:
    """At rest, where the controls stand. `recorded`: the input is a recording's sound, not a microphone's."""
    return Mixer(
        guard=InputGuard(lanes, hop, rate, keep_offset=recorded),
        asked={name: Glide(getattr(controls, name)) for name in ("input_gain_db", "wet", "output_gain_db")},
        hops_a_second=rate / hop,
        input_gain=GainRamp(linear(controls.input_gain_db), hop),
        wet=GainRamp(0.0 if controls.bypass else controls.wet, hop),
        output_gain=GainRamp(0.0 if controls.mute else linear(controls.output_gain_db), hop),
        howl=FeedbackGuard(rate / hop),
        limiter=Limiter(hop),
        levels=Levels(*([0.0] * lanes for _ in range(4))),
    )


def hear(samples: np.ndarray, mixer: Mixer, controls: Controls) -> np.ndarray:
    """One hop of input, (lanes, hop) -> the same, cleaned and at its gain."""
    samples = mixer.input_gain.apply(mixer.guard.clean(samples), linear(_asked("input_gain_db", mixer, controls)))
    levels = mixer.levels
    levels.input_peak, levels.input_mean_square = _levels(samples)
    return samples


def mix(wet: np.ndarray, dry: np.ndarray, mixer: Mixer, controls: Controls) -> np.ndarray:
    """One hop, (lanes, hop). Bit-exact with `wet` alone at wet 1, gain 0 dB and nothing too loud."""
    share, gain_db = _asked("wet", mixer, controls), _asked("output_gain_db", mixer, controls)
    amount = mixer.wet.advance(0.0 if controls.bypass else share)
    mixed = wet if isinstance(amount, float) and amount == 1.0 else dry + (wet - dry) * amount
    limiting, levels = mixer.limiter.gain < 1.0, mixer.levels
    ducked = 1.0
    if controls.feedback_guard:
        rms = max(levels.input_mean_square) ** 0.5
        ducked = mixer.howl.advance(rms, max(levels.input_peak), limiting)
    elif mixer.howl.active:
        mixer.howl.release()
    mixed = mixer.output_gain.apply(mixed, 0.0 if controls.mute else linear(gain_db) * ducked)
    levels.output_peak, levels.output_mean_square = _levels(mixed)
    limited = mixer.limiter.limit(mixed, max(levels.output_peak))
    if limited is not mixed:
        levels.output_peak, levels.output_mean_square = _levels(limited)
    mixer.limited_hops += limiting
    return limited


def glide_on(mixer: Mixer, controls: Controls) -> None:
    """Gains and mix as they go on in a hop of which nothing is heard; nothing howls."""
    mixer.input_gain.advance(linear(_asked("input_gain_db", mixer, controls)))
    share, gain_db = _asked("wet", mixer, controls), _asked("output_gain_db", mixer, controls)
    mixer.wet.advance(0.0 if controls.bypass else share)
    mixer.output_gain.advance(0.0 if controls.mute else linear(gain_db))


def _asked(name: str, mixer: Mixer, controls: Controls) -> float:
    return mixer.asked[name].advance(getattr(controls, name), asked_hops(controls.glide_ms, mixer.hops_a_second))


def asked_hops(glide_ms: float, hops_a_second: float) -> int:
    """What a gain or a mix takes to where it is asked to be, its ramp left alone."""
    return 1 if glide_ms <= SHORT_MS else round(glide_ms / 1000 * hops_a_second)


def _levels(samples: np.ndarray) -> tuple[list[float], list[float]]:
    """Peaks and mean squares of (lanes, hop)."""
    return (
        np.abs(samples).max(axis=1).tolist(),
        (np.vecdot(samples, samples) / samples.shape[1]).tolist(),
    )
