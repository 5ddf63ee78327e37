"""A tier live: one frame per call through graphs whose buffers are bound once. See `tier_model` for whole files."""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import Dna, codes_in
from holostream.codec.inference import ort
from holostream.codec.tier_model import CODE_OUTPUTS, HOP_NUMBERS, TierModel

WARM_RUNS = 10


class VocoderLine:
    """One stream of frames through a tier's vocoder: `heard_row` (see `dna.codes_in`) in, `sound` (lanes, 1, synthesis)
    out. State alternates between two buffers, since a graph must not write what it still reads."""

    def __init__(self, model: TierModel, lanes: int) -> None:
        self._model, self._lanes = model, lanes
        self.heard_row = np.zeros(lanes * (1 + 2 * model.facts.harmonics), np.uint8)
        self.sound = np.zeros((lanes, 1, model.facts.synthesis), np.float32)
        self._states = [model.initial_vocoder_state(lanes) for _ in range(2)]
        self._hops = np.zeros(1, np.int32)
        hops = {"hops": self._hops} if model.wants_hops else {}
        self._runs = [
            _bind(
                model.vocoder,
                {**_named(self.heard_row, lanes), "state": a, **hops},
                {"sound": self.sound, "next_state": b},
            )
            for a, b in _both_ways(self._states)
        ]
        self._turn = 0

    def vocode(self, hop: int) -> None:
        """`heard_row`, heard in this hop -> `sound`."""
        self._hops[0] = hop % HOP_NUMBERS
        self._model.vocoder.run_with_iobinding(self._runs[self._turn])
        self._turn ^= 1

    def reset(self) -> None:
        """Forget everything heard so far."""
        for state in self._states:
            state.fill(0.0)

    def prime(self, dna: Dna, next_hop: int) -> np.ndarray:
        """Start from silence and run the frames before `next_hop` through -> (lanes, frames, synthesis) sound."""
        start = self._model.initial_vocoder_state(self._lanes)
        sound, state = self._model.vocode(dna, start, next_hop - dna.frames)
        self._states[self._turn][:] = state
        return sound


class TierStep:
    """One tier live: one frame per call, every buffer bound once, nothing allocated that stays.

    `chunk` (lanes, chunk) is the encoder's input; `codes` its output: gains (lanes,), amplitudes and phases (lanes,
    harmonics), which are views of `row`. Two `lines` vocode: so a tier can fade into itself at another time.

    So many lanes `beside` are a second sound, `chunk_beside` in and `row_beside` out. It is encoded in the same runs, which
    take no longer for it, and only that.
    """

    def __init__(self, model: TierModel, lanes: int, beside: int = 0) -> None:
        facts, together = model.facts, lanes + beside
        self.model, self.facts, self.lanes = model, facts, lanes
        chunks = np.zeros((together, 1, facts.chunk), np.float32)
        self.chunk, self.chunk_beside = chunks[:lanes, 0], chunks[lanes:, 0]
        both = np.zeros(together * (1 + 2 * facts.harmonics), np.uint8)
        self.row = np.zeros(lanes * (1 + 2 * facts.harmonics), np.uint8) if beside else both
        self.row_beside = np.zeros(beside * (1 + 2 * facts.harmonics), np.uint8)
        self.codes = codes_in(self.row, lanes)
        self._parted = [
            *_parts(both, together, slice(lanes), self.row, lanes),
            *_parts(both, together, slice(lanes, together), self.row_beside, beside),
        ] if beside else []  # fmt: skip
        self.lines = VocoderLine(model, lanes), VocoderLine(model, lanes)
        self._states = [model.initial_encoder_state(together) for _ in range(2)]
        self._runs = [
            _bind(model.encoder, {"chunks": chunks, "state": a}, {**_named(both, together), "next_state": b})
            for a, b in _both_ways(self._states)
        ]
        self._turn = 0
        self._aside_state = model.initial_encoder_state(lanes)

    def reset(self) -> None:
        """Forget everything heard so far, but for what is beside."""
        for state in self._states:
            state[: self.lanes] = 0.0
        for line in self.lines:
            line.reset()

    def encode(self) -> None:
        """`chunk` -> `codes`, `chunk_beside` -> `row_beside`."""
        self.model.encoder.run_with_iobinding(self._runs[self._turn])
        self._turn ^= 1
        for row, codes in self._parted:
            row[:] = codes

    def encode_aside(self, chunks: np.ndarray) -> list[np.ndarray]:
        """(lanes, frames, chunk) of another time -> a row as `row` for each, in a stream of its own beside the live one."""
        dna, self._aside_state = self.model.encode(chunks, self._aside_state)
        return [dna.row(i) for i in range(dna.frames)]

    @property
    def levels(self) -> np.ndarray:
        """(lanes, levels_state) levels of the chunks encoded so far, the newest last."""
        return self._states[self._turn][: self.lanes, : self.facts.levels_state]

    def go_on_beside(self, other: TierStep) -> None:
        """Take over another tier's levels of the second sound, which has encoded it until now; begin with silence if they do not fit."""
        state, known = self._states[self._turn][self.lanes :], other.facts.levels_state
        state.fill(0.0)
        if known == self.facts.levels_state:
            state[:, :known] = other._states[other._turn][other.lanes :, :known]

    def prime(self, chunks: np.ndarray, levels: np.ndarray, next_hop: int) -> tuple[Dna, np.ndarray]:
        """Start from silence and run (lanes, frames, chunk) chunks, those before `next_hop`, through the first line; their codes
        and sound.

        `levels` are those of another tier that has encoded the same chunks and what was before them; taken if they fit.
        """
        state, frames = self.model.initial_encoder_state(self.lanes), chunks.shape[1]
        known = levels.shape[1]
        if known == self.facts.levels_state and frames < known:
            state[:, frames:known] = levels[:, : known - frames]
        dna, encoder_state = self.model.encode(chunks, state)
        self._states[self._turn][: self.lanes] = encoder_state
        return dna, self.lines[0].prime(dna, next_hop)

    def warm(self) -> None:
        """First runs are slow (memory is laid out then), of one frame and of as many as a switch is primed with: have them
        before sound starts."""
        recent = np.zeros((self.lanes, max(1, self.facts.prime_frames), self.facts.chunk), np.float32)
        for _ in range(WARM_RUNS):
            self.encode()
            for line in self.lines:
                line.vocode(0)
            dna, _ = self.prime(recent, self.levels, 0)
            self.lines[1].prime(dna, 0)
        self.reset()


def _named(row: np.ndarray, lanes: int) -> dict[str, np.ndarray]:
    """One frame's codes in a row, as a graph takes and gives them."""
    return {name: code[:, np.newaxis] for name, code in zip(CODE_OUTPUTS, codes_in(row, lanes), strict=False)}


def _parts(
    both: np.ndarray, together: int, these: slice, row: np.ndarray, lanes: int
) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Views of the codes of some of the lanes of a frame, and where they belong in a row of their own: gains, and the others."""
    others = both[together:].reshape(2, together, -1)[:, these]
    return (row[:lanes], both[:together][these]), (row[lanes:].reshape(2, lanes, -1), others)


def _both_ways(pair: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(pair[0], pair[1]), (pair[1], pair[0])]


def _bind(session: ort.InferenceSession, inputs: dict, outputs: dict) -> ort.IOBinding:
    binding = session.io_binding()
    for name, array in inputs.items():
        binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
    for name, array in outputs.items():
        binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
    return binding
