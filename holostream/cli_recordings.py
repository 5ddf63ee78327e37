"""Verbs that look after recordings: repair and tag."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from holostream.cli_progress import progress_bar


def repair(
    source: Annotated[Path, typer.Argument(help="The damaged .holo; it is only read.")],
    target: Annotated[
        Path | None, typer.Argument(help="The new .holo to write; default: NAME-repaired.holo beside it.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="A recording with the same settings, if the header is lost.")
    ] = None,
) -> None:
    """Save what can be saved of a damaged .holo: whole blocks as they are, silence for the rest."""
    from holostream.format.repair import repair_file

    chosen = target or source.parent / f"{source.stem}-repaired.holo"
    if chosen.suffix.lower() != ".holo":
        raise ValueError(f"{chosen} is not named .holo; name the file to write, such as {source.stem}-repaired.holo")
    with progress_bar(f"repairing {source.name}") as update:
        report = repair_file(source, chosen, like, update)
    found = []
    if report.header_restored:
        found.append("its header was damaged and is restored")
    if report.restored_bits:
        found.append(f"{report.restored_bits} single flipped bits are restored")
    if report.dropped_bytes:
        found.append(f"{report.dropped_bytes} bytes could not be read")
    if report.bytes_behind_end:
        found.append(f"{report.bytes_behind_end} bytes that follow its end are left out")
    if not report.closed:
        found.append("it was not closed")
    typer.echo(f"{chosen}: {report.blocks} blocks; " + ("; ".join(found) or "nothing was wrong"))
    for start, end in report.gaps:
        typer.echo(f"  silent now: {start:.3f} to {end:.3f} s")


def tag(
    file: Annotated[Path, typer.Argument(help="A .holo.")],
    title: Annotated[str | None, typer.Option(help="An empty text removes it.")] = None,
    artist: Annotated[str | None, typer.Option(help="An empty text removes it.")] = None,
    comment: Annotated[str | None, typer.Option(help="An empty text removes it.")] = None,
) -> None:
    """Show or change title, artist and comment of a .holo."""
    from holostream.format.printable import printable
    from holostream.format.tags import LONGEST_SHOWN, change_tags

    given = {"title": title, "artist": artist, "comment": comment}
    tags = change_tags(file, {name: text for name, text in given.items() if text is not None})
    for name, text in tags.items():
        typer.echo(f"{printable(name)}: {printable(text, LONGEST_SHOWN)}")
    if not tags:
        typer.echo(f"{file} has no tags; set some with --title, --artist, --comment")
