"""The command line. Each verb imports its layer inside its function, so that `--help` is quick and nothing loads torch."""

from __future__ import annotations

import io
import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from holostream import __version__
from holostream.bench.verbs import bench_app
from holostream.cli_control import list_commands, preset_app
from holostream.cli_live import live
from holostream.cli_midi import midi_app
from holostream.cli_models import import_holo_audio, train
from holostream.cli_options import AudioTarget, Models, Overwrite, Subtype, finite, refuse_same_file, tell
from holostream.cli_play import play
from holostream.cli_progress import progress_bar
from holostream.cli_recordings import repair, tag
from holostream.cli_render import render
from holostream.error import HolostreamError
from holostream.format.stop_signals import POLITE, heeding, interrupt

app = typer.Typer(
    name="holostream",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Live harmonic resynthesis: plays sound through a handful of harmonics, records them, plays them back.",
)
app.add_typer(bench_app, name="bench")
app.add_typer(preset_app, name="preset")
app.add_typer(midi_app, name="midi")


@app.callback(invoke_without_command=True)
def begin(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Before a verb runs."""
    context.with_resource(heeding((signal.SIGINT, *POLITE), interrupt))
    if version:
        typer.echo(f"holostream {__version__}")
        raise typer.Exit


@app.command()
def encode(
    source: Annotated[Path, typer.Argument(help="WAV, FLAC, OGG or MP3.")],
    target: Annotated[Path, typer.Argument(help="The .holo to write.")],
    tier: Annotated[
        int | None, typer.Option(help="Harmonics: 4, 8, 16, 32, 64, 128, 256; default: 64 or the nearest.")
    ] = None,
    version: Annotated[int, typer.Option("--format", min=2, max=3, help="3, or 2 as HOLO-Audio has it.")] = 3,
    models: Models = None,
    overwrite: Overwrite = False,
) -> None:
    """Encode an audio file to .holo."""
    from holostream.codec.tier_model import default_models_folder, load_tier, present_tiers, starting_tier
    from holostream.format.holo_v2_transcode import encode_file_v2
    from holostream.format.new_file import refuse_existing
    from holostream.format.transcode import encode_file

    refuse_same_file(source, target)
    if target.suffix.lower() != ".holo":
        raise ValueError(f"{target} is not named .holo; name the file to write, such as {source.stem}.holo")
    refuse_existing(target, overwrite)
    folder = models or default_models_folder()
    model = load_tier(folder, starting_tier(present_tiers(folder), tier))
    with progress_bar(f"encoding {source.name}") as update:
        remarks = (encode_file_v2 if version == 2 else encode_file)(source, target, model, update)
    tell(remarks)


Holo = Annotated[Path, typer.Argument(help="The .holo to read.")]


@app.command()
def decode(
    source: Holo, target: AudioTarget, models: Models = None, subtype: Subtype = None, overwrite: Overwrite = False
) -> None:
    """Decode a .holo to an audio file."""
    export(source, target, models=models, subtype=subtype, overwrite=overwrite)


@app.command()
def export(
    source: Holo,
    target: AudioTarget,
    start: Annotated[float, typer.Option("--from", min=0.0, callback=finite, help="Where to begin, seconds.")] = 0.0,
    end: Annotated[float | None, typer.Option("--to", callback=finite, help="Where to end, seconds; default: its end.")] = None,
    models: Models = None,
    subtype: Subtype = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a .holo, or a part of it, as an audio file."""
    from holostream.codec.tier_model import default_models_folder
    from holostream.format.export_sound import export_sound
    from holostream.format.new_file import refuse_existing
    from holostream.format.open_sound import open_sound

    refuse_same_file(source, target)
    refuse_existing(target, overwrite)
    with (
        open_sound(source, models or default_models_folder()) as sound,
        progress_bar(f"writing {target.name}") as update,
    ):
        remarks = export_sound(sound, target, subtype, update, start, end)
    tell(remarks)


@app.command()
def info(
    file: Annotated[Path, typer.Argument(help="A .holo.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    models: Models = None,
) -> None:
    """Say what a .holo holds."""
    from holostream.format.holo_v2 import is_version_2
    from holostream.format.holo_v2_transcode import summarize_v2, summary_v2_text
    from holostream.format.summary import summarize, summary_text

    old = is_version_2(file)
    summary = summarize_v2(file) if old else summarize(file, models)
    typer.echo(json.dumps(summary, indent=1) if as_json else (summary_v2_text if old else summary_text)(summary))


@app.command()
def devices(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List sound devices."""
    from holostream.engine.ask_devices import ask_devices
    from holostream.engine.device_list import DeviceError

    remark = None
    try:
        found = ask_devices()
    except DeviceError as error:
        found, remark = [], str(error)
    rows = [{key: device[key] for key in ("name", "api", "inputs", "outputs", "rate")} for device in found]
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        for row in rows:
            typer.echo(f"{row['api']:10} {row['name']:40} {row['inputs']:3} in {row['outputs']:3} out {row['rate']:6} Hz")
        typer.echo(f"{'virtual':10} {'plays a file or the demo voice, no sound card needed':40}")
    if remark or not rows:
        typer.echo(remark or "no sound card or sound server here: live uses the virtual device", err=True)


app.command()(live)
app.command()(play)
app.command()(render)
app.command()(repair)
app.command()(tag)
app.command()(train)
app.command("commands")(list_commands)
app.command("import-holo-audio")(import_holo_audio)


def main() -> None:
    """Entry point: every known problem is one sentence on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):  # names and tags may hold what a terminal or pipe cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (HolostreamError, ValueError) as error:
        complain(str(error))
    except OSError as error:
        complain(
            f"{error.filename or 'a file'}: {error.strerror or error}; check the path, its permissions and the room on the disk"
        )
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # the last resort: no traceback reaches a user, the log keeps it
        from holostream.engine.engine_launch import log_path

        path = log_path().with_name("crash.log")
        import traceback

        path.write_text(traceback.format_exc(), encoding="utf-8")
        complain(f"an unexpected problem ({type(error).__name__}: {error}); details are in {path}, please report them")


def complain(sentence: str) -> None:
    typer.echo(f"holostream: {sentence}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
