"""Rivals' figures as a published table keeps them, to stand beside tiers that are measured anew: rivals do not change, and take an
hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from holostream.bench.quality_point import QualityPoint, is_ours

OWN = tuple(field.name for field in fields(QualityPoint) if field.name != "means")


@dataclass(frozen=True)
class KeptRivals:
    """`models`: which series is another models folder, if any; `encoders`: whose they are, in words; `date` of measuring."""

    points: tuple[QualityPoint, ...]
    models: str | None
    encoders: str | None
    date: str

    @property
    def remark(self) -> str:
        """What a reader of the tables must know."""
        return f"Rivals as they were measured on {self.date}."

    def check_sounds(self, ours: Sequence[QualityPoint]) -> None:
        """Raises ValueError unless they were measured on what may be the same sounds: as many, as long."""
        theirs = {point.kind: (point.files, round(point.seconds, 2)) for point in self.points}
        for point in ours:
            if theirs.get(point.kind) != (point.files, round(point.seconds, 2)):
                raise ValueError(
                    f"the kept rivals were measured on other sounds ({point.kind}: {theirs.get(point.kind, 'none')}, not "
                    f"{(point.files, round(point.seconds, 2))} files and seconds); measure them again: --against opus,mp3,codec2"
                )


def kept_rivals(stored: dict[str, Any]) -> KeptRivals:
    """Of `docs/measurements.json`. Raises ValueError if it has none."""
    try:
        table = stored["codecs"]["measurement"]
        points = tuple(_point(row) for row in table["values"]["rows"])
        rivals = tuple(point for point in points if not is_ours(point))
        date = table["values"].get("rivals_measured", stored["codecs"]["machine"]["date"])
        models = stored.get("other_models", {}).get("measurement", {}).get("values", {}).get("series")
    except (KeyError, TypeError) as error:
        raise ValueError(f"no rivals are kept ({error!r} is missing); measure them: --against opus,mp3,codec2") from error
    if not rivals:
        raise ValueError("no rivals are kept; measure them: --against opus,mp3,codec2")
    encoders = next((remark for remark in table["remarks"] if remark.startswith("Encoders: ")), None)
    return KeptRivals(rivals, models, encoders, date)


def _point(row: dict[str, Any]) -> QualityPoint:
    means = {name: value for name, value in row.items() if name not in OWN}
    return QualityPoint(**{name: row[name] for name in OWN}, means=means)
