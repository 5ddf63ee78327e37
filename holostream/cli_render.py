"""The verb `render`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from holostream.cli_options import AudioTarget, Models, Overwrite, Subtype, refuse_same_file, tell
from holostream.cli_progress import progress_bar


def render(
    source: Annotated[Path, typer.Argument(help="The .holo of a live session.")],
    target: AudioTarget,
    again: Annotated[
        bool, typer.Option("--again", help="The performance again, as it sounded: what `render` does anyway.")
    ] = True,
    input: Annotated[
        Path | None, typer.Option(help="Run everything again from this sound: the kept input, or any other.")
    ] = None,
    second: Annotated[
        str | None,
        typer.Option(
            help="With --input: the second sound, where the performance crossed with one: an audio file, or channel: the "
            "input's second one."
        ),
    ] = None,
    models: Models = None,
    subtype: Subtype = None,
    overwrite: Overwrite = False,
) -> None:
    """Render a recorded performance as it sounded: its DNA and its mixer's commands; or play it over another sound."""
    from holostream.codec.tier_model import default_models_folder
    from holostream.engine.kept_input import input_path
    from holostream.engine.render_again import open_performance
    from holostream.format.export_sound import export_sound
    from holostream.format.new_file import refuse_existing

    if source.is_dir():
        raise ValueError(f"{source} is a folder; name a recording in it")
    if second is not None and input is None:
        raise ValueError("a second sound counts only where everything runs again: give the first one with --input FILE")
    for read in (source, input_path(source), input, second and Path(second)):
        if read:
            refuse_same_file(read, target)
    refuse_existing(target, overwrite)
    with (
        open_performance(source, models or default_models_folder(), input, second) as performance,
        progress_bar(f"rendering {source.name}") as update,
    ):
        remarks = export_sound(performance, target, subtype, update)
    tell(remarks)
