"""The path of one hop of sound, top to bottom: `step(samples, path, controls) -> samples`.

No device, no file, no clock: the same code runs live, under test and in simulations. A tier switch starts a second
voice, primed with recent input, and fades it in; both voices' DNA goes into the ring, so a recording holds exactly
what was heard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from holostream.codec.dna_ring import HEARD, PRIMING, DnaRing
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts
from holostream.codec.tier_fade import FADE_HOPS, fade_weights, mix_tiers
from holostream.codec.tier_model import TierModel, TierStep
from holostream.engine.controls import Controls
from holostream.engine.feedback_guard import FeedbackGuard
from holostream.engine.gain_ramp import GainRamp, linear
from holostream.engine.input_guard import InputGuard
from holostream.engine.input_history import InputHistory
from holostream.engine.limiter import Limiter

GUARD, ENCODE, RING, VOCODE, OVERLAP_ADD, MIX = range(6)
"""Places of the stages in `status.STAGES`, for `mark`."""


LOUDEST = 1e3
"""What a working tier never reaches, whatever the input gain."""


@dataclass
class Voice:
    """One tier's uninterrupted run: its number, its network's state (in `runner`), what still rings."""

    number: int
    runner: TierStep
    partial: np.ndarray


@dataclass
class Levels:
    """Of one hop, per lane, linear."""

    input_peak: list[float]
    input_mean_square: list[float]
    output_peak: list[float]
    output_mean_square: list[float]


@dataclass
class PathState:
    """Everything that lasts from one hop to the next."""

    facts: TierFacts
    runners: dict[int, TierStep]
    ring: DnaRing
    voice: Voice
    history: InputHistory
    """Newest input: this hop's chunk, and what primes an incoming voice."""
    guard: InputGuard
    limiter: Limiter
    howl: FeedbackGuard
    input_gain: GainRamp
    wet: GainRamp
    output_gain: GainRamp
    levels: Levels
    hop: int = 0
    incoming: Voice | None = None
    fade_hop: int = 0
    bad_frames: int = 0
    limited_hops: int = 0


def initial_path(
    tiers: dict[int, TierModel], lanes: int, ring: DnaRing, controls: Controls, recorded: bool = False
) -> PathState:
    """Silence before the first hop, every tier warm. `recorded`: the input is a recording's sound, not a microphone's."""
    runners = {harmonics: TierStep(model, lanes) for harmonics, model in tiers.items()}
    for runner in runners.values():
        runner.warm()
    facts = tiers[controls.tier].facts
    prime_frames = max(model.facts.prime_frames for model in tiers.values())
    return PathState(
        facts=facts,
        runners=runners,
        ring=ring,
        voice=Voice(0, runners[controls.tier], initial_partial(facts, lanes)),
        history=InputHistory(lanes, facts.chunk + prime_frames * facts.hop, facts.hop),
        guard=InputGuard(lanes, facts.hop, facts.rate, keep_offset=recorded),
        limiter=Limiter(facts.hop),
        howl=FeedbackGuard(facts.frames_per_second),
        input_gain=GainRamp(linear(controls.input_gain_db), facts.hop),
        wet=GainRamp(0.0 if controls.bypass else controls.wet, facts.hop),
        output_gain=GainRamp(0.0 if controls.mute else linear(controls.output_gain_db), facts.hop),
        levels=Levels(*([0.0] * lanes for _ in range(4))),
    )


def no_mark(stage: int) -> None:
    """Nobody measures."""


def step(samples: np.ndarray, path: PathState, controls: Controls, mark: Callable[[int], None] = no_mark) -> np.ndarray:
    """One hop in, (lanes, hop) float32, one hop out, `overlap` samples later. `mark` is told when a stage is done."""
    facts = path.facts
    chunk = hear(samples, path, controls)
    mark(GUARD)

    wet = _sound_of(path.voice, chunk, path, mark)
    if path.incoming is None:
        if controls.tier != path.voice.runner.facts.harmonics:
            # Heard from the next hop on: priming and a frame of each tier in one hop would be the longest of all.
            path.incoming, path.fade_hop = _primed_voice(path, controls.tier), 0
    else:
        incoming = _sound_of(path.incoming, chunk, path, mark, path.fade_hop, FADE_HOPS)
        wet = mix_tiers(wet, incoming, fade_weights(facts.hop, FADE_HOPS)[path.fade_hop])
        path.fade_hop += 1
        if path.fade_hop == FADE_HOPS:
            path.voice, path.incoming = path.incoming, None

    mixed = mix(wet, chunk, path, controls)
    path.hop += 1
    mark(MIX)
    return mixed


def hear(samples: np.ndarray, path: PathState, controls: Controls) -> np.ndarray:
    """One hop of input, (lanes, hop), cleaned and at its gain, into the history -> its (lanes, chunk)."""
    samples = path.input_gain.apply(path.guard.clean(samples), linear(controls.input_gain_db))
    path.history.append(samples)
    levels = path.levels
    levels.input_peak, levels.input_mean_square = _levels(samples)
    return path.history.last(path.facts.chunk)


def _sound_of(
    voice: Voice,
    chunk: np.ndarray,
    path: PathState,
    mark: Callable[[int], None],
    fade_hop: int = 0,
    fade_hops: int = 0,
) -> np.ndarray:
    """One chunk through a voice: encode, into the DNA ring, out of it, vocode, overlap-add -> (lanes, hop)."""
    runner = voice.runner
    runner.chunk[:, 0] = chunk
    runner.encode()
    mark(ENCODE)
    place = path.ring.write(path.hop, voice.number, *runner.codes, HEARD, fade_hop, fade_hops)
    for heard, code in zip(runner.heard, path.ring.codes_at(place, runner.facts.harmonics), strict=True):
        heard[:] = code
    mark(RING)
    runner.vocode()
    mark(VOCODE)
    sound, voice.partial = overlap_add(runner.sound, voice.partial, runner.facts)
    # One sum tells that nothing is too loud; only a loud hop is looked at sample by sample. A bad model: NaN too.
    if not np.vdot(sound, sound) < LOUDEST * LOUDEST and not np.abs(sound).max() < LOUDEST:
        path.bad_frames += 1
        runner.reset()
        voice.partial = initial_partial(runner.facts, runner.lanes)
        sound = np.zeros_like(sound)
    mark(OVERLAP_ADD)
    return sound


def _primed_voice(path: PathState, harmonics: int) -> Voice:
    """A new voice in the state it would have after this hop, had it run for the last `prime_frames` hops."""
    runner = path.runners[harmonics]
    facts = runner.facts
    voice = Voice(path.voice.number + 1, runner, initial_partial(facts, runner.lanes))
    runner.reset()
    frames = min(facts.prime_frames, path.hop + 1)
    if frames:
        recent = path.history.last(facts.chunk + (frames - 1) * facts.hop)
        chunks = np.stack([recent[:, i * facts.hop : i * facts.hop + facts.chunk] for i in range(frames)], axis=1)
        dna, sound = runner.prime(chunks, path.voice.runner.levels)
        _, voice.partial = overlap_add(sound, voice.partial, facts)
        for i in range(frames):
            path.ring.write(
                path.hop + 1 - frames + i,
                voice.number,
                dna.gains[:, i],
                dna.amplitudes[:, i],
                dna.phases[:, i],
                PRIMING,
            )
    return voice


def mix(wet: np.ndarray, chunk: np.ndarray, path: PathState, controls: Controls) -> np.ndarray:
    """Dry/wet, gain, limiter. Bit-exact with `wet` alone at wet 1, gain 0 dB and nothing too loud.

    The chunk began `overlap` samples ago: its first hop is the dry sound, as late as `wet`, for free.
    """
    dry = chunk[:, : wet.shape[1]]
    amount = path.wet.advance(0.0 if controls.bypass else controls.wet)
    mixed = wet if isinstance(amount, float) and amount == 1.0 else dry + (wet - dry) * amount
    limiting, levels = path.limiter.gain < 1.0, path.levels
    ducked = 1.0
    if controls.feedback_guard:
        rms = max(levels.input_mean_square) ** 0.5
        ducked = path.howl.advance(rms, max(levels.input_peak), limiting)
    elif path.howl.active:
        path.howl.release()
    mixed = path.output_gain.apply(mixed, 0.0 if controls.mute else linear(controls.output_gain_db) * ducked)
    levels.output_peak, levels.output_mean_square = _levels(mixed)
    limited = path.limiter.limit(mixed, max(levels.output_peak))
    if limited is not mixed:
        levels.output_peak, levels.output_mean_square = _levels(limited)
    path.limited_hops += limiting
    return limited


def _levels(samples: np.ndarray) -> tuple[list[float], list[float]]:
    """Peaks and mean squares of (lanes, hop)."""
    return (
        np.abs(samples).max(axis=1).tolist(),
        (np.vecdot(samples, samples) / samples.shape[1]).tolist(),
    )
