"""At which bitrate a rival reaches a given score: its ladder of bitrates, interpolated."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class EqualBitrate:
    """`kbps` is exact, or a bound: `sign` "<" below the ladder's first rung, ">" beyond its last."""

    kbps: float
    sign: str = ""

    def __str__(self) -> str:
        number = f"{self.kbps:.1f}" if self.kbps < 10 else f"{self.kbps:.0f}"
        return f"{self.sign} {number}".strip()


def equal_bitrate(target: float, ladder: Sequence[tuple[float, float]], higher_is_better: bool) -> EqualBitrate | None:
    """The lowest bitrate at which `ladder`, (kbps, score) pairs, is as good as `target`.

    Linear in the score between two rungs and in the logarithm of the bitrate. Where a ladder rises and falls again, the
    first crossing counts: that is in the rival's favor. None without a ladder.
    """
    sign = 1 if higher_is_better else -1
    rungs = sorted((kbps, sign * score) for kbps, score in ladder)
    if not rungs:
        return None
    wanted = sign * target
    if rungs[0][1] >= wanted:
        return EqualBitrate(rungs[0][0], "<")
    for (low, below), (high, reached) in itertools.pairwise(rungs):
        if reached >= wanted:
            share = (wanted - below) / (reached - below)
            return EqualBitrate(min(high, low * (high / low) ** share))
    return EqualBitrate(rungs[-1][0], ">")
