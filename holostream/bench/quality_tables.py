"""The quality bench's tables: our tiers, what Opus needs for the same scores, how other models compare, the rivals, and
everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from holostream.bench.equal_bitrate import equal_bitrate
from holostream.bench.kept_rivals import KeptRivals
from holostream.bench.measure_set import MEASURES
from holostream.bench.measurement import Measurement, Row
from holostream.bench.opus_rival import OpusRival
from holostream.bench.quality_point import QualityPoint, is_ours, kinds_of, points_of
from holostream.bench.quality_run import QualityScores
from holostream.bench.tier_codec import TierCodec

SHORT = ("pesq", "estoi", "visqol_speech", "visqol_audio", "snr", "mel")
SHORT_KINDS = ("speech", "music", "sound")
EQUAL_SERIES = OpusRival(20.0, 0).series
COUNTED = "kbit/s: a tier's is the whole .holo file's, a rival's only what its decoder needs, without Ogg or tags."
SCORED = (
    "Means over files, from decoded bytes. PESQ-WB, ESTOI and ViSQOL speech at 16 kHz, of speech alone; ViSQOL audio "
    "at 48 kHz; mel: log-mel distance in nepers."
)


def quality_tables(result: QualityScores, kept: KeptRivals | None = None) -> tuple[Measurement, ...]:
    """All five, those without rows left out; with rivals that were measured before. Raises ValueError if those heard other
    sounds."""
    points = points_of(result.scores, result.measures)
    ours = [point for point in points if is_ours(point)]
    rivals = [point for point in points if not is_ours(point)]
    encoders: tuple[str, ...] = (result.encoders,) if result.encoders else ()
    models = {codec.series for codec in result.codecs if isinstance(codec, TierCodec)}
    if kept is not None:
        kept.check_sounds(ours)
        rivals += kept.points
        points += kept.points
        encoders = tuple(filter(None, (kept.encoders, kept.remark)))
        models |= {kept.models} if kept.models else set()
    opus = [point for point in rivals if point.series == EQUAL_SERIES]
    tables = [short_table("quality", "Quality from decoded files", ours, result.measures, (SCORED, *result.remarks))]
    if opus:
        tables.append(equal_table(ours, opus, result.measures, encoders))
    if others := [point for point in rivals if point.series in models]:
        tables.append(models_table(ours, others, result.measures))
    if rivals:
        about = (COUNTED, *encoders)
        tables.append(short_table("rivals", "Rivals, by their own encoders", rivals, result.measures, about))
    complete = complete_table(points, result.measures, encoders)
    if kept is not None:
        complete.values["rivals_measured"] = kept.date
    tables.append(complete)
    return tuple(table for table in tables if table.rows)


def short_table(
    name: str, title: str, points: Sequence[QualityPoint], measures: Sequence[str], remarks: tuple[str, ...]
) -> Measurement:
    """One row a codec and setting; a cell holds speech / music."""
    kinds = [kind for kind in kinds_of(points) if kind in SHORT_KINDS] or kinds_of(points)
    shown = [measure for measure in SHORT if measure in measures]
    several = len({point.series for point in points}) > 1
    rows = []
    for (series, setting), by_kind in _by_codec(points).items():
        label = f"{series}, {setting}" if several else setting
        cells = [_pair(kinds, by_kind, lambda point: f"{point.kbps:.1f}")]
        cells += [_pair(kinds, by_kind, lambda point, m=measure: _mean(point, m)) for measure in shown]  # type: ignore[misc]
        rows.append(Row((label, *cells)))
    columns = ("codec" if several else "tier", "kbit/s", *(MEASURES[measure].label for measure in shown))
    return Measurement(name, title, columns, tuple(rows), _values(points), (_counts(kinds, points), *remarks))


def equal_table(
    ours: Sequence[QualityPoint], opus: Sequence[QualityPoint], measures: Sequence[str], remarks: tuple[str, ...]
) -> Measurement:
    """The bitrate at which Opus in 20 ms frames has a tier's mean score, per measure and kind."""
    kinds = [kind for kind in kinds_of(ours) if kind in SHORT_KINDS] or kinds_of(ours)
    shown = [measure for measure in SHORT if measure in measures]
    rows, values = [], []
    for (_, setting), by_kind in _by_codec(ours).items():
        cells = [_pair(kinds, by_kind, lambda point: f"{point.kbps:.1f}")]
        for measure in shown:
            needed = {kind: _needed(by_kind.get(kind), opus, measure) for kind in kinds}
            values += [
                {"tier": setting, "kind": kind, "measure": measure, "opus_kbps": text}
                for kind, text in needed.items()
                if text
            ]
            cells.append(_joined([needed[kind] for kind in kinds]))
        rows.append(Row((setting, *cells)))
    return Measurement(
        "opus_equal",
        "Bitrate at which Opus (20 ms frames, 26.5 ms latency) reaches the same mean score",
        ("tier", "its kbit/s", *(MEASURES[measure].label for measure in shown)),
        tuple(rows),
        {"rows": values},
        (
            "kbit/s that Opus in 20 ms frames (26.5 ms of latency) needs for a tier's mean score, between the measured "
            f"bitrates by interpolation; >: not even the highest reaches it, <: the lowest is better. {COUNTED}",
            *remarks,
        ),
    )


def models_table(ours: Sequence[QualityPoint], others: Sequence[QualityPoint], measures: Sequence[str]) -> Measurement:
    """Each tier beside the cheapest tier of another folder that costs as much or more, in all measures; a row is met where
    it is nowhere worse."""
    kinds = kinds_of(ours)
    rows = []
    for (_, setting), by_kind in _by_codec(ours).items():
        beside = {kind: _next_dearer(point, others) for kind, point in by_kind.items()}
        compared, lost = 0, dict[str, list[str]]()
        for measure in measures:
            for kind, point in by_kind.items():
                other = beside[kind]
                if other is None or (worse := _worse(point, other, measure)) is None:
                    continue
                compared += 1
                if worse:
                    lost.setdefault(MEASURES[measure].label, []).append(kind)
        cells = (
            setting,
            _pair(kinds, by_kind, lambda point: f"{point.kbps:.1f}"),
            " / ".join("-" if other is None else f"{other.setting} ({other.kbps:.1f})" for other in beside.values()),
            f"{compared - sum(map(len, lost.values()))} of {compared}" if compared else "",
            "; ".join(f"{label}: {', '.join(where)}" for label, where in lost.items()),
        )
        rows.append(Row(cells, not lost if compared else None))
    series = ", ".join(dict.fromkeys(other.series for other in others))
    return Measurement(
        "other_models",
        f"Beside {series}",
        ("tier", "kbit/s", f"{series} (kbit/s)", "at least as good", "worse in"),
        tuple(rows),
        {"series": series},
        (
            f"{' / '.join(kinds)}. Each tier beside the cheapest tier of {series} that costs as much or more on the same sounds, in "
            "every measure and kind of sound; -: none costs so much.",
        ),
    )


def _next_dearer(point: QualityPoint, others: Sequence[QualityPoint]) -> QualityPoint | None:
    dearer = [other for other in others if other.kind == point.kind and other.kbps >= point.kbps]
    return min(dearer, key=lambda other: other.kbps, default=None)


def _worse(point: QualityPoint, other: QualityPoint, measure: str) -> bool | None:
    """None where one of them has no score; what no table shows is no difference."""
    mean, theirs = point.means[measure], other.means[measure]
    if mean is None or theirs is None:
        return None
    ahead = (theirs - mean) * (1 if MEASURES[measure].higher_is_better else -1)
    return ahead > 0.5 * 10.0 ** -MEASURES[measure].digits


def complete_table(points: Sequence[QualityPoint], measures: Sequence[str], remarks: tuple[str, ...]) -> Measurement:
    """Every codec, setting and kind, every measure."""
    rows = [
        Row(
            (
                point.series,
                point.setting,
                point.kind,
                str(point.files),
                f"{point.kbps:.1f}",
                f"{point.file_kbps:.1f}",
                *(_mean(point, measure) for measure in measures),
            )
        )
        for point in points
    ]
    columns = ("codec", "setting", "sound", "files", "kbit/s", "with container")
    return Measurement(
        "codecs",
        "All codecs, all measures",
        (*columns, *(MEASURES[measure].label for measure in measures)),
        tuple(rows),
        _values(points),
        (f"{SCORED} {COUNTED}", "Log-spectral and mel distance: lower is better; all others: higher.", *remarks),
    )


def _needed(point: QualityPoint | None, opus: Sequence[QualityPoint], measure: str) -> str:
    score = None if point is None else point.means[measure]
    if point is None or score is None:
        return ""
    ladder = [
        (rung.kbps, reached)
        for rung in opus
        if rung.kind == point.kind and (reached := rung.means[measure]) is not None
    ]
    needed = equal_bitrate(score, ladder, MEASURES[measure].higher_is_better)
    return "" if needed is None else str(needed)


def _by_codec(points: Sequence[QualityPoint]) -> dict[tuple[str, str], dict[str, QualityPoint]]:
    found: dict[tuple[str, str], dict[str, QualityPoint]] = {}
    for point in points:
        found.setdefault((point.series, point.setting), {})[point.kind] = point
    return found


def _pair(kinds: Sequence[str], by_kind: dict[str, QualityPoint], show: Callable[[QualityPoint], str]) -> str:
    return _joined([show(by_kind[kind]) if kind in by_kind else "" for kind in kinds])


def _joined(texts: Sequence[str]) -> str:
    """'a / b'; where only speech has a value, that alone."""
    there = [text for text in texts if text]
    return " / ".join(there)


def _mean(point: QualityPoint, measure: str) -> str:
    value = point.means[measure]
    return "" if value is None else f"{value:.{MEASURES[measure].digits}f}"


def _counts(kinds: Sequence[str], points: Sequence[QualityPoint]) -> str:
    told = []
    for kind in kinds:
        point = next(point for point in points if point.kind == kind)
        files = "file" if point.files == 1 else "files"
        told.append(f"{point.files} {kind} {files} ({point.seconds / 60:.1f} minutes)")
    return f"{' / '.join(kinds)}: {', '.join(told)}." if len(kinds) > 1 else f"{told[0]}."


def _values(points: Sequence[QualityPoint]) -> dict[str, object]:
    return {
        "rows": [
            {
                "series": point.series,
                "setting": point.setting,
                "kind": point.kind,
                "files": point.files,
                "seconds": point.seconds,
                "kbps": point.kbps,
                "file_kbps": point.file_kbps,
                **point.means,
            }
            for point in points
        ]
    }
