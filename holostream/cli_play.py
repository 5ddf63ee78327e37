"""The verb `play`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holostream.cli_options import (
    Block,
    DeviceApi,
    KeepInput,
    MidiPorts,
    Models,
    NoMidi,
    OscHost,
    OscOut,
    OscPort,
    Output,
    PresetName,
    Rate,
    ScriptFile,
    StayAwake,
    finite,
    tell,
)
from holostream.cli_session import EngineError, Wishes, check_device_wishes, has_screen, perform, tell_session
from holostream.control.midi_settings import MidiSettings
from holostream.control.osc_settings import LOCALHOST, OscSettings
from holostream.engine.settings import FASTEST, SLOWEST

if TYPE_CHECKING:
    from holostream.format.recorded_sound import RecordedSound


def play(
    file: Annotated[Path, typer.Argument(help="The .holo to play.")],
    start: Annotated[float, typer.Option("--from", min=0.0, callback=finite, help="Where to begin, seconds.")] = 0.0,
    tier: Annotated[
        int | None, typer.Option(help="Re-encode with so many harmonics from the start; default: as recorded.")
    ] = None,
    speed: Annotated[float, typer.Option(min=SLOWEST, max=FASTEST, help="As a tape's: pitch follows.")] = 1.0,
    loop: Annotated[str | None, typer.Option(help="A:B, from A to B again and again, seconds.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="It is still being recorded: go on as it grows.")] = False,
    output: Output = None,
    keep_input: KeepInput = False,
    device_api: DeviceApi = None,
    block: Block = None,
    rate: Rate = None,
    headless: Annotated[bool, typer.Option("--headless", help="No screen; ends with the recording.")] = False,
    virtual_time: Annotated[
        bool, typer.Option("--virtual-time", help="Virtual device, no screen: as fast as possible.")
    ] = False,
    stay_awake: StayAwake = False,
    preset: PresetName = None,
    script: ScriptFile = None,
    midi: MidiPorts = None,
    no_midi: NoMidi = False,
    osc: OscPort = None,
    osc_host: OscHost = LOCALHOST,
    osc_out: OscOut = None,
    models: Models = None,
) -> None:
    """Play a .holo as it was heard, or live through any tier; keys go to and fro in it, loop it, change its speed."""
    from holostream.codec.tier_model import default_models_folder
    from holostream.engine.playback import PlaybackOptions
    from holostream.engine.session import Session
    from holostream.engine.settings import LiveSettings
    from holostream.format.export_sound import check_start
    from holostream.format.open_sound import open_sound

    folder = models or default_models_folder()
    headless = headless or virtual_time
    ends = not has_screen(headless)
    with open_sound(file, folder) as sound:
        if sound.length:  # else there is none, or none yet: told when it is played
            check_start(sound, start)
        options = PlaybackOptions(start, loop_times(loop, sound), speed, follow, ends)
        if virtual_time and loop is not None:
            raise ValueError("--virtual-time runs as fast as it can and needs an end: leave out --loop")
        settings = LiveSettings(
            playback=file,
            output=output,
            device_api=device_api,
            tier=tier,
            block=block,
            rate=rate,
            stereo=sound.lanes == 2,
            keep_input=keep_input,
            models=folder,
            virtual_time=virtual_time,
            stay_awake=stay_awake,
            bypass=tier is None,
        )
        check_device_wishes(settings)
        wishes = Wishes(
            preset,
            script,
            OscSettings(osc, osc_host, osc_out),
            MidiSettings(ports=tuple(midi or ()), off=no_midi or (virtual_time and not midi)),
            tier,
        )
        session = Session(settings, sound, options)
        perform(session, headless, wishes)
        tell(sound.remarks)
        tell_session(session)
        if session.playback is not None and session.playback.failure is not None:
            raise EngineError(session.playback.failure)


def loop_times(text: str | None, sound: RecordedSound) -> tuple[float, float] | None:
    """Seconds from "A:B". Raises ValueError for what is no loop within the recording."""
    from holostream.engine.playback_stream import SHORTEST_LOOP_SECONDS

    if text is None:
        return None
    try:
        start, end = map(float, text.split(":"))
    except ValueError as error:
        raise ValueError(
            f"--loop {text} is not two times in seconds with a colon between; as in --loop 1.5:4"
        ) from error
    length = sound.length / sound.rate
    if not (start >= 0 and start + SHORTEST_LOOP_SECONDS <= end <= length):
        raise ValueError(
            f"--loop {text} is not in {sound.name}: give a start and an end at least {SHORTEST_LOOP_SECONDS:g} s later, "
            f"between 0 and its length of {length:.2f} s"
        )
    return start, end
