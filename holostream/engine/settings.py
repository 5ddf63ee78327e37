"""Settings of a live session, and their defaults."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

API_VIRTUAL = "virtual"
LOWEST_RATE = 8000
"""Of devices: how long a block may be, where the rate is not known yet."""
SECOND_CHANNEL = "channel"
SLOWEST, FASTEST = 0.25, 4.0
"""A recording's speed, as a tape's."""


@dataclass(frozen=True)
class LiveSettings:
    """What a session needs to start. A new device or block size is a changed copy of this, opened again."""

    input: str | None = None
    """Input device by name (or part of it), or an audio file to play in a loop; None: the default device."""
    output: str | None = None
    """Output device by name (or part of it), or a .wav file to capture the output in; None: the default device."""
    device_api: str | None = None
    """jack, alsa, pulse, coreaudio, wasapi, ... or virtual (no sound card); None: the best one there is."""
    tier: int | None = None
    """Harmonics to start with; None: 64, or the nearest tier that the models folder has."""
    block: int | None = None
    """Samples per device block; None: the server's own (JACK), else 128."""
    rate: int | None = None
    """Device rate in Hz; None: the model's where the device accepts it, else the device's own."""
    stereo: bool = False
    """Run two lanes, left and right, instead of one."""
    record: Path | None = None
    """Record the DNA from the first hop on."""
    keep_minutes: float = 10.0
    """Keep so much of what was heard in memory, for a capture of what was just played; 0: nothing."""
    keep_input: bool = False
    """Beside every recording write its input, so that it can be rendered again with the dry sound or anew."""
    models: Path | None = None
    """Models folder; None: $HOLOSTREAM_MODELS or the shipped one."""
    virtual_time: bool = False
    """With the virtual device: run as fast as possible instead of in real time."""
    seconds: float | None = None
    """Stop by itself after this many seconds of sound."""
    playback: Path | None = None
    """A `.holo` whose sound the control process sends instead of any input; `input` does not count then."""
    allow_feedback: bool = False
    """Start unmuted from a built-in microphone to built-in speakers."""
    stay_awake: bool = False
    """Keep processors, in a virtual machine the engine's alone, from sleeping while sound runs: shorter hops, more power."""
    input_gain_db: float = 0.0
    """Gain before the encoder."""
    output_gain_db: float = 0.0
    """Gain after the mix."""
    wet: float = 1.0
    """0 = the dry input (delayed as the codec is), 1 = the resynthesis."""
    ring_frames: int = 4096
    """Frames the DNA ring holds: about eleven seconds."""
    bypass: bool = False
    """Start with the input as it is, and hear the resynthesis once asked for."""
    second: str | None = None
    """A second sound for `cross` to take its phases from: an audio file to play in a loop, or "channel": the input's second
    channel, beside a first one that is played."""

    @property
    def lanes(self) -> int:
        return 2 if self.stereo else 1

    @property
    def second_channel(self) -> bool:
        """Whether the input's second channel is the second sound. Raises ValueError where it cannot be."""
        if self.second != SECOND_CHANNEL:
            return False
        if self.stereo or self.playback is not None:
            raise ValueError(
                "the second channel is part of the sound itself here; name a file as the second sound, or leave stereo out"
            )
        return True

    @property
    def input_lanes(self) -> int:
        """Channels that are wanted of the input."""
        return self.lanes + self.second_channel


def settings_to_dict(settings: LiveSettings) -> dict:
    """As JSON types."""
    values = dataclasses.asdict(settings)
    return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}


def settings_from_dict(values: dict) -> LiveSettings:
    """The inverse of `settings_to_dict`. Raises ValueError for an unknown setting."""
    known = {field.name for field in dataclasses.fields(LiveSettings)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"unknown settings {unknown}; known are {sorted(known)}")
    values = {
        name: Path(value) if name in ("record", "models", "playback") and value else value
        for name, value in values.items()
    }
    return LiveSettings(**values)
