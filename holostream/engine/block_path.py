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
from holostream.codec.framing import frame
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts
from holostream.codec.tier_fade import FADE_HOPS, fade_weights, mix_tiers
from holostream.codec.tier_model import TierModel, TierStep
from holostream.engine.feedback_guard import FeedbackGuard
from holostream.engine.gain_ramp import GainRamp, linear
from holostream.engine.input_guard import InputGuard
from holostream.engine.limiter import Limiter

GUARD, ENCODE, RING, VOCODE, OVERLAP_ADD, MIX = range(6)
"""Places of the stages in `status.STAGES`, for `mark`."""


LOUDEST = 1e3
"""What a working tier never reaches, whatever the input gain."""


@dataclass
class Controls:
    """What the performer wants now; `step` glides there."""

    tier: int
    input_gain_db: float = 0.0
    output_gain_db: float = 0.0
    wet: float = 1.0
    bypass: bool = False
    mute: bool = False
    feedback_guard: bool = True


@dataclass
class Voice:
    """One tier's uninterrupted run: its number, its network's state (in `runner`), what still rings."""

    number: int
    runner: TierStep
    partial: np.ndarray


@dataclass
class Levels:
    """Of one hop, per lane, linear."""

    input_peak: np.ndarray
    input_mean_square: np.ndarray
    output_peak: np.ndarray
    output_mean_square: np.ndarray


@dataclass
class PathState:
    """Everything that lasts from one hop to the next."""

    facts: TierFacts
    runners: dict[int, TierStep]
    ring: DnaRing
    voice: Voice
    history: np.ndarray
    """(lanes, overlap + prime_frames * hop) input before this hop; its last `overlap` samples begin the next chunk."""
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


def initial_path(tiers: dict[int, TierModel], lanes: int, ring: DnaRing, controls: Controls) -> PathState:
    """Silence before the first hop, every tier warm."""
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
        history=np.zeros((lanes, facts.overlap + prime_frames * facts.hop), np.float32),
        guard=InputGuard(lanes, facts.hop, facts.rate),
        limiter=Limiter(facts.hop),
        howl=FeedbackGuard(facts.frames_per_second),
        input_gain=GainRamp(linear(controls.input_gain_db), facts.hop),
        wet=GainRamp(controls.wet, facts.hop),
        output_gain=GainRamp(0.0 if controls.mute else linear(controls.output_gain_db), facts.hop),
        levels=Levels(*(np.zeros(lanes, np.float32) for _ in range(4))),
    )


def no_mark(stage: int) -> None:
    """Nobody measures."""


def step(samples: np.ndarray, path: PathState, controls: Controls, mark: Callable[[int], None] = no_mark) -> np.ndarray:
    """One hop in, (lanes, hop) float32, one hop out, `overlap` samples later. `mark` is told when a stage is done."""
    facts = path.facts
    samples = path.guard.clean(samples) * path.input_gain.advance(linear(controls.input_gain_db))
    chunks, _ = frame(samples, path.history[:, path.history.shape[1] - facts.overlap :], facts)
    if path.incoming is None and controls.tier != path.voice.runner.facts.harmonics:
        path.incoming = _primed_voice(path, controls.tier)
        path.fade_hop = 0
    path.history[:, : -facts.hop] = path.history[:, facts.hop :]
    path.history[:, -facts.hop :] = samples
    mark(GUARD)

    wet = _sound_of(path.voice, chunks, path, mark)
    if path.incoming is not None:
        incoming = _sound_of(path.incoming, chunks, path, mark, path.fade_hop, FADE_HOPS)
        wet = mix_tiers(wet, incoming, fade_weights(facts.hop, FADE_HOPS)[path.fade_hop])
        path.fade_hop += 1
        if path.fade_hop == FADE_HOPS:
            path.voice, path.incoming = path.incoming, None

    dry = chunks[:, 0, : facts.hop]  # the chunk began `overlap` samples ago: the dry path's delay, for free
    mixed = _mix(wet, dry, path, controls)
    _measure(samples, mixed, path)
    path.hop += 1
    mark(MIX)
    return mixed


def _sound_of(
    voice: Voice,
    chunks: np.ndarray,
    path: PathState,
    mark: Callable[[int], None],
    fade_hop: int = 0,
    fade_hops: int = 0,
) -> np.ndarray:
    """One chunk through a voice: encode, into the DNA ring, out of it, vocode, overlap-add -> (lanes, hop)."""
    runner = voice.runner
    runner.chunk[:] = chunks
    runner.encode()
    mark(ENCODE)
    place = path.ring.write(
        path.hop,
        voice.number,
        runner.gains[:, 0],
        runner.amplitudes[:, 0],
        runner.phases[:, 0],
        HEARD,
        fade_hop,
        fade_hops,
    )
    gains, amplitudes, phases = path.ring.codes_at(place)
    runner.heard_gains[:, 0], runner.heard_amplitudes[:, 0], runner.heard_phases[:, 0] = gains, amplitudes, phases
    mark(RING)
    runner.vocode()
    mark(VOCODE)
    sound, voice.partial = overlap_add(runner.sound, voice.partial, runner.facts)
    if not np.abs(sound).max() < LOUDEST:  # a bad model: false for NaN too
        path.bad_frames += 1
        runner.reset()
        voice.partial = initial_partial(runner.facts, runner.lanes)
        sound = np.zeros_like(sound)
    mark(OVERLAP_ADD)
    return sound


def _primed_voice(path: PathState, harmonics: int) -> Voice:
    """A new voice in the state it would have had, had it run for the last `prime_frames` hops."""
    runner = path.runners[harmonics]
    facts = runner.facts
    voice = Voice(path.voice.number + 1, runner, initial_partial(facts, runner.lanes))
    runner.reset()
    frames = min(facts.prime_frames, path.hop)
    if frames:
        recent = path.history[:, path.history.shape[1] - facts.overlap - frames * facts.hop :]
        chunks, _ = frame(recent[:, facts.overlap :], recent[:, : facts.overlap], facts)
        dna, sound = runner.prime(chunks)
        _, voice.partial = overlap_add(sound, voice.partial, facts)
        for i in range(frames):
            path.ring.write(
                path.hop - frames + i, voice.number, dna.gains[:, i], dna.amplitudes[:, i], dna.phases[:, i], PRIMING
            )
    return voice


def _mix(wet: np.ndarray, dry: np.ndarray, path: PathState, controls: Controls) -> np.ndarray:
    """Dry/wet, gain, limiter. Bit-exact with `wet` alone at wet 1, gain 0 dB and nothing too loud."""
    amount = path.wet.advance(0.0 if controls.bypass else controls.wet)
    mixed = wet if isinstance(amount, float) and amount == 1.0 else dry + (wet - dry) * amount
    limiting = path.limiter.gain < 1.0
    ducked = 1.0
    if controls.feedback_guard:
        levels = path.levels
        rms = float(levels.input_mean_square.max()) ** 0.5
        ducked = path.howl.advance(rms, float(levels.input_peak.max()), limiting)
    elif path.howl.active:
        path.howl.release()
    gain = path.output_gain.advance(0.0 if controls.mute else linear(controls.output_gain_db) * ducked)
    if not (isinstance(gain, float) and gain == 1.0):
        mixed = mixed * gain
    mixed = path.limiter.limit(mixed, float(np.abs(mixed).max()))
    path.limited_hops += limiting
    return mixed


def _measure(samples: np.ndarray, mixed: np.ndarray, path: PathState) -> None:
    levels = path.levels
    np.abs(samples).max(axis=1, out=levels.input_peak)
    np.abs(mixed).max(axis=1, out=levels.output_peak)
    np.einsum("ij,ij->i", samples, samples, out=levels.input_mean_square)
    np.einsum("ij,ij->i", mixed, mixed, out=levels.output_mean_square)
    levels.input_mean_square /= samples.shape[1]
    levels.output_mean_square /= samples.shape[1]
