"""The verb `commands`, and those that look after presets."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from holostream.cli_options import Overwrite

preset_app = typer.Typer(no_args_is_help=True, help="Presets: what `live --preset NAME` begins with.")


def list_commands(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List everything a key, MIDI, OSC or a script can ask: name, value, neutral value."""
    from holostream.control.command_table import table_rows

    rows = table_rows()
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
        return
    typer.echo(f"{'command':16} {'value':24} {'neutral':>7}  {'group':9}  what it does")
    for row in rows:
        neutral = "" if row["neutral"] is None else f"{row['neutral']:g}"
        typer.echo(f"{row['name']:16} {row['value']:24} {neutral:>7}  {row['group']:9}  {row['help']}")


Name = Annotated[str, typer.Argument(help="The preset's name.")]


@preset_app.command("list")
def list_presets() -> None:
    """List the presets there are."""
    from holostream.control.preset import Preset
    from holostream.control.preset_folder import PresetFolder, recall_numbers

    presets = PresetFolder()
    found = presets.read_all()
    for (name, preset), number in zip(found, recall_numbers(found), strict=True):
        if not isinstance(preset, Preset):
            typer.echo(f"{'':4} {name:24} {preset}")
            continue
        tier = f"tier {preset.values['tier']:g}" if "tier" in preset.values else ""
        typer.echo(f"{'' if number is None else number:>4} {name:24} {tier}".rstrip())
    if not found:
        typer.echo(
            f"there are none in {presets.folder}; save one with `holostream preset save NAME --set tilt=3`", err=True
        )


@preset_app.command("show")
def show_preset(name: Name) -> None:
    """Print a preset's file, and where it is."""
    from holostream.control.preset_folder import PresetFolder

    presets = PresetFolder()
    presets.read(name)
    typer.echo(f"# {presets.path(name)}")
    typer.echo(presets.path(name).read_text(encoding="utf-8"), nl=False)


@preset_app.command("delete")
def delete_preset(name: Name) -> None:
    """Delete a preset."""
    from holostream.control.preset_folder import PresetFolder

    PresetFolder().delete(name)


@preset_app.command("save")
def save_preset(
    name: Name,
    set: Annotated[
        list[str] | None, typer.Option(help="COMMAND=VALUE, again and again; also number=3, glide_ms=500.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a preset: what is not set is neutral, of the mixer: stays as it is at the recall."""
    from holostream.control.preset import preset_from
    from holostream.control.preset_folder import PresetFolder
    from holostream.format.new_file import refuse_existing

    presets, preset = PresetFolder(), preset_from(set or [])
    refuse_existing(presets.path(name), overwrite)
    typer.echo(presets.write(name, preset))
    if preset.number is not None and (found := presets.find(preset.number)[0]) != name:
        typer.echo(f"number {preset.number} recalls {found}, which has it, too: give one of them another number", err=True)
