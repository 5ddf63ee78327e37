"""Scores of many clips become one point each: a codec at a setting, on one kind of sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from holostream.bench.codec_score import CodecScore
from holostream.bench.tier_codec import OURS

KIND_ORDER = ("speech", "music", "env", "sound")


@dataclass(frozen=True)
class QualityPoint:
    """`kbps`: all bits over all seconds. A rival's container is not counted (`file_kbps` has it), ours is.

    `means`: of each measure over the clips where it could be taken; None where it could be nowhere.
    """

    series: str
    setting: str
    kind: str
    files: int
    seconds: float
    kbps: float
    file_kbps: float
    means: dict[str, float | None]


def points_of(scores: Iterable[CodecScore], measures: Sequence[str]) -> list[QualityPoint]:
    """In the order in which codecs first appear, kinds in theirs."""
    groups: dict[tuple[str, str, str], list[CodecScore]] = {}
    for score in scores:
        groups.setdefault((score.series, score.setting, score.kind), []).append(score)
    order = list(dict.fromkeys((series, setting) for series, setting, _ in groups))
    ranked = sorted(groups, key=lambda group: (order.index(group[:2]), KIND_ORDER.index(group[2])))
    return [_point(*group, groups[group], measures) for group in ranked]


def _point(series: str, setting: str, kind: str, scores: list[CodecScore], measures: Sequence[str]) -> QualityPoint:
    seconds = sum(score.seconds for score in scores)
    payload, file = sum(score.payload_bits for score in scores), sum(score.file_bits for score in scores)
    means: dict[str, float | None] = {}
    for name in measures:
        values = [value for score in scores if (value := score.measures.get(name)) is not None]
        means[name] = float(np.mean(values)) if values else None
    return QualityPoint(
        series, setting, kind, len(scores), seconds, payload / seconds / 1000, file / seconds / 1000, means
    )


def kinds_of(points: Iterable[QualityPoint]) -> list[str]:
    """Kinds that occur, in order."""
    there = {point.kind for point in points}
    return [kind for kind in KIND_ORDER if kind in there]


def is_ours(point: QualityPoint) -> bool:
    """Whether it is one of the tiers under test."""
    return point.series == OURS
