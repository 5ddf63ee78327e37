"""The quality bench as a page to look at and listen to: plots, tables, and players beside spectrograms."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from holostream.bench.listening import Heard, HeardClip
from holostream.bench.measurement import Measurement
from holostream.bench.report_folder import TITLE

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #c2185b; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 88rem; padding: 1.5rem; }
h1 { margin: 0 0 .25rem; } h2 { margin: 2.5rem 0 .75rem; } h3 { margin: 1.75rem 0 .5rem; font-weight: 600; }
.plot { background: #fff; border-radius: 6px; width: 100%; height: auto; border: 1px solid var(--line); margin: .5rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: .25rem .7rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
tbody tr:hover { background: var(--soft); }
.remark { opacity: .75; font-size: 13.5px; max-width: 60rem; margin: .5rem 0; }
.versions { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: .9rem; }
.version { border: 1px solid var(--line); border-radius: 6px; padding: .6rem; }
.version.ours { border-color: var(--accent); }
.version.original { border-width: 2px; }
.version b { font-size: 14.5px; } .version .kbps { float: right; opacity: .75; font-variant-numeric: tabular-nums; }
.version img { width: 100%; height: auto; display: block; margin: .4rem 0; background: #fff; border-radius: 3px; }
.version audio { width: 100%; height: 2.2rem; }
"""


def write_page(
    path: Path, machine: str, tables: Sequence[Measurement], plots: Sequence[Path], heard: Sequence[HeardClip]
) -> None:
    """An HTML page that refers to files beside it by relative paths."""
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style></head><body>",
        f"<h1>{TITLE}</h1>",
        f'<p class="remark">{escape(machine)}</p>',
    ]
    if plots:
        parts.append("<h2>Quality against bitrate</h2>")
        for plot in plots:
            source = escape(plot.relative_to(path.parent).as_posix())
            kind = escape(plot.stem.rpartition("_")[2])
            parts.append(f'<img class="plot" src="{source}" alt="Rate-quality plots, {kind}">')
    if heard:
        parts.append("<h2>Listen</h2>")
        parts += [_clip(clip) for clip in heard]
    parts += [_table(table) for table in tables]
    parts.append("</body></html>")
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _clip(clip: HeardClip) -> str:
    versions = "\n".join(_version(version) for version in clip.versions)
    name = escape(clip.name)
    return f'<h3>{name} ({clip.seconds:.1f} s of {escape(clip.kind)})</h3>\n<div class="versions">\n{versions}\n</div>'


def _version(version: Heard) -> str:
    kind = "original" if version.kbps is None else "ours" if version.label.startswith("tier ") else "rival"
    kbps = "" if version.kbps is None else f'<span class="kbps">{version.kbps:.1f} kbit/s</span>'
    label = escape(version.label)
    return (
        f'<div class="version {kind}">{kbps}<b>{label}</b>'
        f'<img src="{escape(version.picture)}" alt="Spectrogram, {label}" loading="lazy">'
        f'<audio controls preload="none" src="{escape(version.sound)}"></audio></div>'
    )


def _table(table: Measurement) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.cells) + "</tr>" for row in table.rows)
    remarks = "".join(f'<p class="remark">{escape(remark)}</p>' for remark in table.remarks)
    return (
        f'<h2>{escape(table.title)}</h2>\n<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>\n{remarks}"
    )
