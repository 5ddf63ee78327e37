"""The verb `live`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holostream.cli_options import (
    Block,
    DeviceApi,
    KeepInput,
    MidiApi,
    MidiChannel,
    MidiFeedback,
    MidiMapFile,
    MidiPorts,
    MidiVirtual,
    Models,
    NoMidi,
    NoMidiClock,
    OscHost,
    OscOut,
    OscPort,
    Output,
    PresetName,
    Rate,
    ScriptFile,
    StayAwake,
    finite,
)
from holostream.cli_session import Wishes, check_device_wishes, perform, tell_session
from holostream.control.midi_settings import MidiSettings
from holostream.control.osc_settings import LOCALHOST, OscSettings

if TYPE_CHECKING:
    from holostream.engine.settings import LiveSettings


def live(
    input: Annotated[str | None, typer.Option(help="Input device by name, or an audio file to loop.")] = None,
    output: Output = None,
    device_api: DeviceApi = None,
    tier: Annotated[
        int | None,
        typer.Option(help="Harmonics to start with: 4, 8, 16, 32, 64, 128, 256; default: 64 or the nearest."),
    ] = None,
    block: Block = None,
    rate: Rate = None,
    stereo: Annotated[bool, typer.Option("--stereo", help="Two lanes, left and right.")] = False,
    second: Annotated[
        str | None, typer.Option(help="Second sound for cross: an audio file to loop, or channel: the input's second one.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Record the session's DNA to this new .holo.")] = None,
    keep: Annotated[
        float, typer.Option(min=0, max=1440, callback=finite, help="Minutes of what was heard to keep for a capture (C); 0: none.")
    ] = 10.0,
    keep_input: KeepInput = False,
    seconds: Annotated[float | None, typer.Option(min=0.01, callback=finite, help="Stop after this much sound.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No screen; Ctrl-C stops.")] = False,
    virtual_time: Annotated[bool, typer.Option("--virtual-time", help="Virtual device: as fast as possible.")] = False,
    allow_feedback: Annotated[
        bool, typer.Option("--allow-feedback", help="Unmuted on built-in mic and speakers.")
    ] = False,
    stay_awake: StayAwake = False,
    preset: PresetName = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not begin as the last session ended.")] = False,
    script: ScriptFile = None,
    midi: MidiPorts = None,
    no_midi: NoMidi = False,
    midi_virtual: MidiVirtual = None,
    midi_channel: MidiChannel = None,
    midi_api: MidiApi = None,
    midi_map: MidiMapFile = None,
    midi_feedback: MidiFeedback = None,
    no_midi_clock: NoMidiClock = False,
    osc: OscPort = None,
    osc_host: OscHost = LOCALHOST,
    osc_out: OscOut = None,
    models: Models = None,
    stats: Annotated[Path | None, typer.Option(help="Write the session's final counters here as JSON.")] = None,
) -> None:
    """Play: sound in, through harmonics, out; keys, MIDI and OSC switch tiers and bend the sound; R records, C saves what was just played."""
    from holostream.engine.session import Session
    from holostream.engine.settings import LiveSettings

    settings = LiveSettings(
        input=input,
        output=output,
        device_api=device_api,
        tier=tier,
        block=block,
        rate=rate,
        stereo=stereo,
        second=second,
        record=record,
        keep_minutes=keep,
        keep_input=keep_input,
        models=models,
        virtual_time=virtual_time,
        seconds=seconds,
        allow_feedback=allow_feedback,
        stay_awake=stay_awake,
    )
    refuse_shared_files(settings, stats)
    check_live_settings(settings)
    if stats is not None:
        check_stats(stats)
    wishes = Wishes(
        preset,
        script,
        OscSettings(osc, osc_host, osc_out),
        MidiSettings(
            ports=tuple(midi or ()),
            off=no_midi or (virtual_time and not (midi or midi_virtual or midi_feedback)),
            virtual=midi_virtual,
            channel=midi_channel,
            api=midi_api,
            map_file=midi_map,
            feedback=tuple(midi_feedback or ()),
            follow_clock=not no_midi_clock,
        ),
        tier,
        restore=not fresh and not virtual_time,
        remember=not virtual_time,
    )
    session = Session(settings)
    perform(session, headless, wishes)
    tell_session(session, stats)


def check_stats(stats: Path) -> None:
    """Raises ValueError, OSError if the counters could not be written there once the session is over."""
    from holostream.format.new_file import replaceable

    if stats.exists():
        raise ValueError(f"{stats} exists already and a session never overwrites; choose another name for --stats")
    folder = replaceable(stats).parent
    if not folder.is_dir():
        raise ValueError(f"{stats.parent}, where --stats is to be written, is no folder; make it, or name another file")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ValueError(f"--stats cannot be written into {folder} ({error.strerror}); name a file elsewhere") from error


def refuse_shared_files(settings: LiveSettings, stats: Path | None) -> None:
    """Raises ValueError if a file is to be written that is read, or written by something else."""
    from holostream.engine.device_list import is_file
    from holostream.engine.kept_input import input_path

    kept = input_path(settings.record) if settings.keep_input and settings.record is not None else None
    sounds = [Path(name) for name in (settings.input, settings.second) if name is not None and is_file(name)]
    output = Path(settings.output) if settings.output is not None and is_file(settings.output) else None
    used = {path.resolve() for path in sounds}
    for written in (settings.record, kept, output, stats):
        if written is not None and written.resolve() in used:
            raise ValueError(f"{written} would be used for two things at once; give each of them a name of its own")
        used |= {written.resolve()} if written is not None else set()


def check_live_settings(settings: LiveSettings) -> None:
    """Raises ValueError, AudioFileError for what the control process can already tell is wrong."""
    from holostream.engine.device_list import is_file
    from holostream.engine.kept_input import input_path
    from holostream.format.audio_reader import AudioReader

    check_device_wishes(settings)
    if settings.record is not None and settings.record.suffix.lower() != ".holo":
        raise ValueError(f"{settings.record} is not named .holo, as a recording must be to be found again; add it")
    if settings.record is not None and settings.record.exists():
        raise ValueError(f"{settings.record} exists already and a recording never overwrites; choose another name")
    if settings.keep_input and settings.record is not None and input_path(settings.record).exists():
        raise ValueError(
            f"{input_path(settings.record)} exists already and the kept input never overwrites; choose another name to record"
        )
    if settings.virtual_time and settings.seconds is None:
        raise ValueError("--virtual-time runs as fast as it can and needs an end: add --seconds")
    if settings.second_channel and settings.input is not None and is_file(settings.input):
        with AudioReader(settings.input, 48000) as reader:
            if reader.original_channels < 2:
                raise ValueError(
                    f"{settings.input} has one channel, so none is left as the second sound: name a file, as in --second FILE"
                )
    if settings.second is not None and not settings.second_channel and not Path(settings.second).is_file():
        raise ValueError(f"the second sound {settings.second} is no file; name an audio file, or channel")
