"""Rate-quality plots: one picture a kind of sound, one set of axes a measure, a line a codec. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holostream.bench.measure_set import MEASURES
from holostream.bench.perceptual_measures import INSTALL, is_installed
from holostream.bench.quality_point import QualityPoint, is_ours, kinds_of

COLUMNS = 3
OURS_COLOR = "#c2185b"
STYLES = {
    "Opus 20 ms": ("#1f5fa8", "-", "o"),
    "Opus 5 ms": ("#4f93d2", "--", "s"),
    "Opus 2.5 ms": ("#6aa6dc", ":", "^"),
    "MP3": ("#6b6b6b", "-", "D"),
    "Codec 2": ("#2e8b57", "-", "v"),
}
LATENCIES = {"Opus 20 ms": "26.5 ms", "Opus 5 ms": "11.5 ms", "Opus 2.5 ms": "9 ms"}
OTHERS = ("#b8860b", "#7b4fa3", "#a0522d")
ABOVE, BELOW, CLOSE = 8, -15, 1.25
"""Offsets of a tier's label in points; neighbors closer than this ratio of bitrates take turns."""
TICKS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def require_matplotlib() -> None:
    """Raises ValueError, saying how to install it, if it is not there."""
    if not is_installed("matplotlib"):
        raise ValueError(f"pictures are drawn by matplotlib, which is not installed; run {INSTALL}")


def write_plots(
    points: Sequence[QualityPoint], measures: Sequence[str], folder: Path, latency_ms: float | None = None
) -> list[Path]:
    """A PNG for each kind of sound; `latency_ms` of the tiers goes into the legend. Returns their paths."""
    require_matplotlib()
    paths = []
    for kind in kinds_of(points):
        of_kind = [point for point in points if point.kind == kind]
        shown = [name for name in measures if any(point.means[name] is not None for point in of_kind)]
        if shown:
            path = folder / f"rate_quality_{kind}.png"
            _draw(kind, of_kind, shown, path, latency_ms)
            paths.append(path)
    return paths


def _draw(
    kind: str, points: Sequence[QualityPoint], measures: Sequence[str], path: Path, latency_ms: float | None
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = -(-len(measures) // COLUMNS)
    figure = Figure(figsize=(5.2 * COLUMNS, 3.6 * rows + 1.1), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, COLUMNS, squeeze=False).flatten())
    for place, measure in enumerate(measures):
        _draw_measure(axes[place], points, measure)
    for empty in axes[len(measures) :]:
        empty.set_axis_off()
    handles, labels = _legend(axes[: len(measures)])
    labels = [_with_latency(label, points, latency_ms) for label in labels]
    files = f"{points[0].files} file" + ("s" if points[0].files > 1 else "")
    figure.suptitle(f"{kind.capitalize()}: quality against bitrate, {files}", fontsize=14)
    figure.legend(handles, labels, loc="outside lower center", ncols=min(6, len(labels)), frameon=False)
    figure.savefig(path)


def _draw_measure(axes: Any, points: Sequence[QualityPoint], measure: str) -> None:
    from matplotlib.patheffects import withStroke

    facts = MEASURES[measure]
    for place, series in enumerate(dict.fromkeys(point.series for point in points)):
        line = sorted(
            (point.kbps, value, point.setting, is_ours(point))
            for point in points
            if point.series == series and (value := point.means[measure]) is not None
        )
        if not line:
            continue
        ours = line[0][3]
        color, dash, mark = STYLES.get(series, (OTHERS[place % len(OTHERS)], "-.", "P"))
        if ours:
            color, dash, mark = OURS_COLOR, "-", "o"
        axes.plot(
            [entry[0] for entry in line], [entry[1] for entry in line], dash, marker=mark, color=color, label=series,
            linewidth=2.4 if ours else 1.4, markersize=6 if ours else 4, zorder=3 if ours else 2,
        )  # fmt: skip
        if ours:
            before, height = 0.0, ABOVE
            for kbps, value, setting, _ in line:
                height = BELOW if kbps < CLOSE * before and height == ABOVE else ABOVE
                before = kbps
                axes.annotate(
                    setting, (kbps, value), textcoords="offset points", xytext=(0, height), ha="center", fontsize=8.5,
                    color=color, fontweight="bold", zorder=4, path_effects=[withStroke(linewidth=2.5, foreground="white")],
                )  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
    low = min(point.kbps for point in points)
    axes.set_xlim(left=low / 1.25, right=max(point.kbps for point in points) * 1.25)
    axes.minorticks_off()
    axes.set_title(facts.label + ("" if facts.higher_is_better else " (lower is better)"), fontsize=11)
    axes.set_xlabel("kbit/s", fontsize=9)
    axes.grid(True, color="#e4e4e4", linewidth=0.8)
    axes.margins(y=0.12)
    axes.tick_params(labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(all_axes: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """A handle for every series that any of the axes has."""
    found: dict[str, Any] = {}
    for axes in all_axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)


def _with_latency(label: str, points: Sequence[QualityPoint], latency_ms: float | None) -> str:
    if label in LATENCIES:
        return f"{label} frames ({LATENCIES[label]} latency)"
    if latency_ms is not None and any(is_ours(point) for point in points if point.series == label):
        return f"{label} tiers ({latency_ms:g} ms latency)"
    return label
