"""Sound through a tier with its codes bent on the way, and the codes of hypothesis for bends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from holostream.codec.dna import Dna, codes_in
from holostream.codec.dna_moves.bend import Bend
from holostream.codec.dna_moves.bend_plan import BendAmounts
from holostream.codec.dna_moves.code_shape import PHASE_COUNT
from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import TierModel

Codes = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Of one frame, uint8: gains (lanes,), amplitudes and phases (lanes, harmonics)."""
Move = Callable[[Bend, Codes, int], Codes]
"""A frame's codes at a hop -> what is heard."""

FULL = {
    "mute_range": BendAmounts(mute_range=1.0),
    "solo_range": BendAmounts(solo_range=1.0),
    "tilt_up": BendAmounts(tilt=12.0),
    "tilt_down": BendAmounts(tilt=-12.0),
    "shift": BendAmounts(shift=32.0),
    "comb": BendAmounts(comb=16.0),
    "gate": BendAmounts(gate=1.0),
    "amplitude_crush": BendAmounts(amplitude_crush=1.0),
    "phase_crush": BendAmounts(phase_crush=1.0),
    "robot": BendAmounts(robot=1.0),
    "whisper": BendAmounts(whisper=1.0),
}
"""Every bend of live sound at its full amount."""


def facts_of(harmonics: int, codes: str = "polar") -> TierFacts:
    return TierFacts("t", harmonics, 48000, 128, 192, 192, 1, 1, 0, 0, False, "", codes, zero_code=100)


def applied(
    bend: Bend, codes: Codes, amounts: BendAmounts, hop: int, held_hops: int = 0, second: Codes | None = None
) -> Codes:
    """As `Bend.apply`, for codes that do not lie in a row; `codes` themselves if it gave back what it was given."""
    row = np.concatenate(codes, axis=None)
    row.setflags(write=False)
    other = None if second is None else np.concatenate(second, axis=None)
    bent = bend.apply(row, amounts, hop, held_hops, other)
    return codes if bent is row else codes_in(bent, len(codes[0]))


def encoded(model: TierModel, samples: np.ndarray) -> Dna:
    """(lanes, n) samples, a multiple of the hop."""
    lanes = samples.shape[0]
    chunks, _ = frame(samples, initial_previous(model.facts, lanes), model.facts)
    return model.encode(chunks, model.initial_encoder_state(lanes))[0]


def vocoded(model: TierModel, dna: Dna) -> np.ndarray:
    """(lanes, frames * hop)."""
    chunks, _ = model.vocode(dna, model.initial_vocoder_state(dna.lanes), 0)
    return overlap_add(chunks, initial_partial(model.facts, dna.lanes), model.facts)[0]


def codes_of(dna: Dna, hop: int) -> Codes:
    return dna.gains[:, hop], dna.amplitudes[:, hop], dna.phases[:, hop]


def bent(dna: Dna, bend: Bend, move: BendAmounts | Move) -> Dna:
    """Every frame by itself, as live."""
    frames = []
    for hop in range(dna.frames):
        codes = codes_of(dna, hop)
        frames.append(applied(bend, codes, move, hop) if isinstance(move, BendAmounts) else move(bend, codes, hop))
    return Dna(*(np.stack(part, axis=1) for part in zip(*frames, strict=True)))


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


@st.composite
def legal_codes(draw: st.DrawFn, facts: TierFacts, lanes: int) -> Codes:
    """Sparse, dense, soft and loud frames, as the encoder could make them."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    most, density = draw(st.sampled_from((1, 5, 15, 255))), draw(st.sampled_from((0.0, 0.1, 1.0)))
    shape = (lanes, facts.harmonics)
    if facts.codes == "bytes":
        return (
            random.integers(0, 2, lanes, np.uint8),
            random.integers(0, 256, shape, np.uint8),
            random.integers(0, 256, shape, np.uint8),
        )
    amplitudes = (random.integers(0, most + 1, shape) * (random.random(shape) < density)).astype(np.uint8)
    phases = (random.random(shape) * PHASE_COUNT[amplitudes]).astype(np.uint8)
    return random.integers(0, 64, lanes, np.uint8), amplitudes, phases


@st.composite
def bend_amounts(draw: st.DrawFn) -> BendAmounts:
    """Any, most of them neutral."""
    share = st.sampled_from((0.0, 0.0, 1e-6, 0.3, 1.0)) | st.floats(0, 1)
    return BendAmounts(
        freeze_drift=draw(share),
        mute_range=draw(share),
        mute_low=draw(share),
        mute_high=draw(share),
        solo_range=draw(share),
        solo_low=draw(share),
        solo_high=draw(share),
        tilt=draw(st.sampled_from((0.0, 12.0, -12.0)) | st.floats(-12, 12)),
        shift=draw(st.sampled_from((0.0, 32.0, -32.0)) | st.floats(-32, 32)),
        comb=draw(st.sampled_from((1.0, 16.0)) | st.floats(1, 16)),
        gate=draw(share),
        amplitude_crush=draw(share),
        phase_crush=draw(share),
        robot=draw(share),
        whisper=draw(share),
        cross=draw(share),
    )
