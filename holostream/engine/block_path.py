"""The path of one hop of sound, top to bottom: `step(samples, path, controls) -> samples`.

No device, no file, no clock: the same code runs live, under test and in simulations. A tier switch starts a second
voice, primed with recent input, and fades it in; a morph keeps a second voice at a level. What a move has made of a
voice's DNA goes into the ring, of both voices, so a recording holds exactly what was heard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.dna_ring import HEARD, MIXED, PRIMING, DnaRing
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts
from holostream.codec.tier_fade import FADE_HOPS, FULL_LEVEL, fade_weights, line_weights, mix_tiers
from holostream.codec.tier_model import TierModel
from holostream.codec.tier_step import TierStep, VocoderLine
from holostream.engine.controls import Controls
from holostream.engine.input_history import InputHistory
from holostream.engine.mixer import Mixer, hear, initial_mixer, mix
from holostream.engine.moves import LeftBehind, Moves
from holostream.engine.second_source import SecondSource

GUARD, ENCODE, RING, VOCODE, OVERLAP_ADD, MIX = range(6)
"""Places of the stages in `status.STAGES`, for `mark`."""
LEVEL_STEP = -(-FULL_LEVEL // FADE_HOPS)
"""A morph's level changes by so much in a hop at most: as fast as a fade."""
LOUDEST = 1e3
"""What a working tier never reaches, whatever the input gain."""


@dataclass
class Voice:
    """One tier's uninterrupted run: its number, its network's state (in `runner` and its `line`), what still rings; where
    it reads, if it was `left` behind by a jump in time."""

    number: int
    runner: TierStep
    line: VocoderLine
    partial: np.ndarray
    left: LeftBehind | None = None


@dataclass(frozen=True)
class WantedVoice:
    """A second voice that a hop asked for: of which tier, and whether because of a jump in time, to stay beside the first
    at a level, or else to take its place."""

    harmonics: int
    jump: bool = False
    morph: bool = False


@dataclass
class PathState:
    """Everything that lasts from one hop to the next."""

    facts: TierFacts
    runners: dict[int, TierStep]
    ring: DnaRing
    voice: Voice
    history: InputHistory
    """Newest input: this hop's chunk, and what primes an incoming voice."""
    mixer: Mixer
    moves: Moves
    second: SecondSource | None
    hop: int = 0
    wanted: WantedVoice | None = None
    """From the next hop on."""
    incoming: Voice | None = None
    fade_hop: int = 0
    """Of the incoming voice's fade."""
    other: Voice | None = None
    """A morph's second voice; never there together with an incoming one."""
    level: int = 0
    """Of the other voice, in 255ths."""
    newest_voice: int = 0
    """The highest number given to a voice."""
    chunk_beside: np.ndarray | None = None
    """This hop's chunk of the second source."""
    encoded: TierStep | None = None
    """Has encoded this hop's chunk."""
    bad_frames: int = 0


def initial_path(
    tiers: dict[int, TierModel],
    lanes: int,
    ring: DnaRing,
    controls: Controls,
    recorded: bool = False,
    second: bool = False,
) -> PathState:
    """Silence before the first hop, every tier warm. `recorded`: the input is a recording's sound, not a microphone's;
    `second`: there is a second source, to cross the first with."""
    runners = {harmonics: TierStep(model, lanes, lanes if second else 0) for harmonics, model in tiers.items()}
    for runner in runners.values():
        runner.warm()
    facts = tiers[controls.tier].facts
    prime_frames = max(model.facts.prime_frames for model in tiers.values())
    return PathState(
        facts=facts,
        runners=runners,
        ring=ring,
        voice=Voice(0, runners[controls.tier], runners[controls.tier].lines[0], initial_partial(facts, lanes)),
        history=InputHistory(lanes, facts.chunk + prime_frames * facts.hop, facts.hop),
        mixer=initial_mixer(lanes, facts.rate, facts.hop, controls, recorded),
        moves=Moves(tiers.values(), lanes, controls),
        second=SecondSource(facts, lanes) if second else None,
    )


def no_mark(stage: int) -> None:
    """Nobody measures."""


def step(
    samples: np.ndarray,
    path: PathState,
    controls: Controls,
    mark: Callable[[int], None] = no_mark,
    second: np.ndarray | None = None,
) -> np.ndarray:
    """One hop in, (lanes, hop) float32, one hop out, `overlap` samples later. `mark` is told when a stage is done;
    `second` is the second source's hop, (lanes, hop), where the path has one."""
    open_voice(path)
    facts = path.facts
    path.history.append(hear(samples, path.mixer, controls))
    chunk = path.history.last(facts.chunk)
    mark(GUARD)

    path.moves.begin_hop(path.hop, chunk, controls, path.other is not None)
    if path.second is not None and second is not None:
        path.chunk_beside = path.second.chunk_of(second)
    path.encoded = None
    wet = _sound_of(path.voice, chunk, path, mark)
    if path.incoming is not None:
        incoming = _sound_of(path.incoming, chunk, path, mark, path.fade_hop, FADE_HOPS)
        wet = mix_tiers(wet, incoming, fade_weights(facts.hop, FADE_HOPS)[path.fade_hop])
        path.fade_hop += 1
        if path.fade_hop == FADE_HOPS:
            path.voice, path.incoming = path.incoming, None
    elif path.other is not None:
        wet = _morphed(wet, path.other, chunk, path, controls, mark)
    else:
        path.wanted = _wanted_voice(path, controls)

    # The chunk began `overlap` samples ago: its first hop is the dry sound, as late as `wet`, for free.
    mixed = mix(wet, chunk[:, : facts.hop], path.mixer, controls)
    path.hop += 1
    mark(MIX)
    return mixed


def _sound_of(
    voice: Voice,
    chunk: np.ndarray,
    path: PathState,
    mark: Callable[[int], None],
    fade_hop: int = 0,
    fade_hops: int = 0,
    levels: tuple[int, int] | None = None,
) -> np.ndarray:
    """One chunk through a voice: encode, move, into the DNA ring, out of it, vocode, overlap-add -> (lanes, hop)."""
    runner, line = voice.runner, voice.line
    if runner is not path.encoded:
        runner.chunk[:] = chunk
        if path.chunk_beside is not None:
            runner.chunk_beside[:] = path.chunk_beside
        runner.encode()
        path.encoded = runner
    mark(ENCODE)
    row = path.moves.heard(runner, None if path.chunk_beside is None else runner.row_beside, voice.left)
    kind, (level_from, level_to) = (HEARD, (0, 0)) if levels is None else (MIXED, levels)
    place = path.ring.write(path.hop, voice.number, row, kind, fade_hop, fade_hops, level_from, level_to)
    line.heard_row[:] = path.ring.row_at(place, len(row))
    mark(RING)
    line.vocode(path.hop)
    mark(VOCODE)
    sound, voice.partial = overlap_add(line.sound, voice.partial, runner.facts)
    # One sum tells that nothing is too loud; only a loud hop is looked at sample by sample. A bad model: NaN too.
    if not np.vdot(sound, sound) < LOUDEST * LOUDEST and not np.abs(sound).max() < LOUDEST:
        path.bad_frames += 1
        runner.reset()
        voice.partial = initial_partial(runner.facts, runner.lanes)
        sound = np.zeros_like(sound)
    mark(OVERLAP_ADD)
    return sound


def _wanted_voice(path: PathState, controls: Controls) -> WantedVoice | None:
    harmonics = path.voice.runner.facts.harmonics
    if controls.tier != harmonics:
        return WantedVoice(controls.tier)
    if path.moves.jumping:
        return WantedVoice(harmonics, jump=True)
    if _morph_level(path) and controls.morph_tier in path.runners and controls.morph_tier != harmonics:
        return WantedVoice(controls.morph_tier, morph=True)
    return None


def open_voice(path: PathState) -> None:
    """Prime the voice that the last hop asked for, if it did. `step` does so first of all, but priming takes longer than a
    hop, so whoever has time between two hops calls this then (`voice_opener`): what is heard is the same."""
    wanted, path.wanted = path.wanted, None
    if wanted is None:
        return
    if wanted.jump:
        path.voice.left = path.moves.leave()
        path.incoming, path.fade_hop = _voice_elsewhere(path), 0
    elif wanted.morph:
        path.other, path.level = _primed_voice(path, wanted.harmonics), 0
    else:
        path.incoming, path.fade_hop = _primed_voice(path, wanted.harmonics), 0


def _morphed(
    wet: np.ndarray, other: Voice, chunk: np.ndarray, path: PathState, controls: Controls, mark: Callable[[int], None]
) -> np.ndarray:
    """The other tier mixed in at its level, which follows the morph; a voice that is not wanted any more leaves first."""
    harmonics = other.runner.facts.harmonics
    if controls.tier == harmonics:
        wanted = FULL_LEVEL
    elif controls.tier == path.voice.runner.facts.harmonics and controls.morph_tier == harmonics:
        wanted = _morph_level(path)
    else:
        wanted = 0
    before, path.level = path.level, path.level + min(max(wanted - path.level, -LEVEL_STEP), LEVEL_STEP)
    sound = _sound_of(other, chunk, path, mark, levels=(before, path.level))
    wet = mix_tiers(wet, sound, line_weights(path.facts.hop, before, path.level))
    if wanted == path.level == FULL_LEVEL and controls.tier == harmonics:
        path.voice, path.other = other, None
    elif wanted == path.level == 0:
        path.other = None
    return wet


def _morph_level(path: PathState) -> int:
    """The level that is asked for, in 255ths: less than half of one opens no voice, or the next hop would close it again."""
    return round(path.moves.morph * FULL_LEVEL)


def _primed_voice(path: PathState, harmonics: int) -> Voice:
    """A new voice in the state it would have after the last hop, had it run for the `prime_frames` hops until then."""
    runner = path.runners[harmonics]
    facts = runner.facts
    path.newest_voice += 1
    voice = Voice(path.newest_voice, runner, runner.lines[0], initial_partial(facts, runner.lanes))
    runner.reset()
    runner.go_on_beside(path.voice.runner)
    frames = min(facts.prime_frames, path.hop)
    if frames:
        recent = path.history.last(facts.chunk + (frames - 1) * facts.hop)
        chunks = np.stack([recent[:, i * facts.hop : i * facts.hop + facts.chunk] for i in range(frames)], axis=1)
        dna, sound = runner.prime(chunks, path.voice.runner.levels, path.hop)
        _note_priming(path, voice, dna, sound)
    return voice


def _voice_elsewhere(path: PathState) -> Voice:
    """A new voice of the same tier, in the state it would have had it just heard the frames before those that are next."""
    runner, facts = path.voice.runner, path.voice.runner.facts
    line = runner.lines[1 if path.voice.line is runner.lines[0] else 0]
    path.newest_voice += 1
    voice = Voice(path.newest_voice, runner, line, initial_partial(facts, runner.lanes))
    dna = path.moves.before_target(max(1, facts.prime_frames), runner)
    _note_priming(path, voice, dna, line.prime(dna, path.hop))
    return voice


def _note_priming(path: PathState, voice: Voice, dna: Dna, sound: np.ndarray) -> None:
    """Frames that were run until now, not heard: what still rings of them, and their place in the ring."""
    _, voice.partial = overlap_add(sound, voice.partial, voice.runner.facts)
    for i in range(dna.frames):
        path.ring.write(path.hop - dna.frames + i, voice.number, dna.row(i), PRIMING)
