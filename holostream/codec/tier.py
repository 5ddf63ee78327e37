"""A tier's facts: every size the program needs, read from the file beside the tier's graphs.

The one dial is the number of harmonics. Sizes are facts of a model, never constants in code, so that a family with
a longer hop runs with the same program.
"""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass

TIERS = (4, 8, 16, 32, 64, 128, 256)
CODES = ("polar", "bytes")
LONGEST_FAMILY = 80


def layers_of(harmonics: int, hop: int) -> int:
    """Of codes: more than hop / 2 harmonics say the same pairs more exactly."""
    return max(1, harmonics // (hop // 2))


@dataclass(frozen=True)
class TierFacts:
    """What a tier is, in samples and frames at the model's own rate.

    A chunk starts every `hop` samples and is `chunk` long; its last `overlap` samples are shared with the next one.
    The vocoder's chunk starts where the encoder's did and may ring on after it (`synthesis >= hop`): only its rise
    costs latency.

            |<---- hop ---->|<- overlap ->|
    chunk t [=============================]
    chunk t+1               [=============================]
    """

    family: str
    harmonics: int
    rate: int
    hop: int
    chunk: int
    synthesis: int
    encoder_state: int
    vocoder_state: int
    context_frames: int
    """Frames before a given one on which its sound may depend: replay from this many is exact."""
    prime_frames: int
    """Frames of recent input a live switch runs through the tier before it is heard; at most `context_frames`."""
    trained: bool
    checksum: str
    """SHA-256 over both graphs, hex: a recording names the models it needs by it."""
    codes: str = "polar"
    """What codes are: `polar` as the quantizer makes them (phases below P(amplitude)), or `bytes`, both 0 to 255 freely."""
    entropy_tables: str = ""
    """Name of the entropy tables that new files are written with, 16 hex digits; empty before they were learned."""
    levels_state: int = 0
    """So many numbers at the start of the encoder's state are levels of past chunks, the newest last: they are of the sound
    alone, and a live switch hands them from tier to tier."""
    zero_code: int = 128
    """Of codes that are `bytes`: the one that stands for the number nearest to 0."""
    noise_pair: bool = False
    """Whether the last harmonic of the first layer is none but tells of noise: amplitude code 0 says that there is none."""
    split: int = 1
    """Of tiers above hop / 2 harmonics: into how many parts a further layer divides an amplitude and a phase that a layer before
    said; 1: it says what the ones before left over."""

    @property
    def layers(self) -> int:
        return layers_of(self.harmonics, self.hop)

    @property
    def overlap(self) -> int:
        return self.chunk - self.hop

    @property
    def latency_samples(self) -> int:
        """Algorithmic latency: a chunk must have been heard before its first sample can sound."""
        return self.chunk

    @property
    def frames_per_second(self) -> float:
        return self.rate / self.hop

    def held_back(self, block: int) -> int:
        """Samples that gathering whole hops adds to a pass-through that already works in blocks of `block` samples.

        A device that delivers blocks has gathered gcd(block, hop) samples of every hop before we see them; the rest of the hop
        is ours to wait for, and after it the overlap.
        """
        return self.hop - math.gcd(block, self.hop)


def facts_from_dict(values: dict) -> TierFacts:
    """Facts as stored in `tier.json`.

    Raises ValueError naming the field when one is missing, unknown, of the wrong type or out of range.
    """
    fields = {field.name: field.type for field in dataclasses.fields(TierFacts)}
    optional = {
        field.name: field.default for field in dataclasses.fields(TierFacts) if field.default is not dataclasses.MISSING
    }
    values = optional | values
    unknown, missing = sorted(set(values) - set(fields)), sorted(set(fields) - set(values))
    if unknown or missing:
        raise ValueError(f"unknown fields {unknown}, missing fields {missing}")
    types = {"int": int, "str": str, "bool": bool}
    for name, type_name in fields.items():
        if type(values[name]) is not types[str(type_name)]:
            raise ValueError(f"{name} is {values[name]!r}, expected {type_name}")
    facts = TierFacts(**values)
    if facts.harmonics not in TIERS:
        raise ValueError(f"harmonics is {facts.harmonics}, expected one of {', '.join(map(str, TIERS))}")
    sizes_fit = 1 < facts.hop <= facts.chunk <= 2 * facts.hop and facts.hop <= facts.synthesis <= 64 * facts.hop
    if not sizes_fit or not 8000 <= facts.rate <= 192000 or facts.hop > 65536:
        raise ValueError(
            f"rate {facts.rate}, hop {facts.hop}, chunk {facts.chunk}, synthesis {facts.synthesis} do not fit"
        )
    if min(facts.encoder_state, facts.vocoder_state) < 1 or max(facts.encoder_state, facts.vocoder_state) > 1 << 24:
        raise ValueError("state sizes must lie between 1 and 2^24")
    if not 0 <= facts.levels_state <= facts.encoder_state:
        raise ValueError(f"levels_state is {facts.levels_state}, expected 0 to encoder_state ({facts.encoder_state})")
    if not 0 <= facts.zero_code <= 255:
        raise ValueError(f"zero_code is {facts.zero_code}, expected 0 to 255")
    if not 0 <= facts.prime_frames <= facts.context_frames <= 100_000:
        raise ValueError("expected 0 <= prime_frames <= context_frames <= 100000")
    if not (1 <= facts.split <= 9 and facts.split % 2):
        raise ValueError(f"split is {facts.split}, expected an odd number from 1 to 9")
    if not facts.family.isprintable() or len(facts.family) > LONGEST_FAMILY:
        raise ValueError(f"family is {facts.family[:LONGEST_FAMILY]!r}, expected a name of at most {LONGEST_FAMILY} letters")
    if facts.codes not in CODES:
        raise ValueError(f"codes is {facts.codes!r}, expected one of {', '.join(CODES)}")
    if not re.fullmatch("([0-9a-f]{16})?", facts.entropy_tables):
        raise ValueError(f"entropy_tables is {facts.entropy_tables!r}, expected 16 hex digits or nothing")
    return facts


def facts_to_dict(facts: TierFacts) -> dict:
    """The inverse of `facts_from_dict`."""
    return dataclasses.asdict(facts)
