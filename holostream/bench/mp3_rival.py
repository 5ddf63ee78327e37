"""MP3 through lame, average bitrate: it picks the sample rate and the bandwidth that it thinks best for the bitrate.

It also turns its input down, by 5 % at most bitrates, which would cap its SNR at 26 dB: that is undone by `--scale`.
`lame --decode` removes the delay of encoder and decoder. The payload is the MPEG frames; the tag frame in front, which
holds no sound, is container.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from holostream.bench.codec_under_test import CodecError, Coded, read_sound
from holostream.bench.external_program import run_program, version_of

PROGRAMS, PACKAGE = ("lame",), "lame"
LADDER = (8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320)
LOWERED = {192: 0.97, 256: 1.0, 320: 1.0}
"""What lame multiplies its input by, by bitrate; 0.95 at all others of the ladder (its table of ABR presets)."""
BITRATES = {  # kbit/s by the four bits of the header, layer III: MPEG 1, and MPEG 2 and 2.5
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True)
class Mp3Rival:
    """`kbps` is what lame is told; what it spends is counted."""

    kbps: int

    @property
    def series(self) -> str:
        return "MP3"

    @property
    def setting(self) -> str:
        return str(self.kbps)

    @property
    def aligns(self) -> bool:
        return True

    def _encode(self, source: Path, target: Path) -> list[str | Path]:
        scale = f"{1 / LOWERED.get(self.kbps, 0.95):.6f}"
        return ["lame", "--quiet", "-m", "m", "--scale", scale, "--abr", str(self.kbps), source, target]

    def identity(self) -> str:
        command = self._encode(Path("in.wav"), Path("out.mp3"))
        return " ".join(map(str, command)) + f" | {version_of('lame', '--version')}"

    def code(self, source: Path, folder: Path) -> Coded:
        coded, decoded = folder / "rival.mp3", folder / "rival.wav"
        run_program(self._encode(source, coded))
        run_program(["lame", "--quiet", "--decode", coded, decoded])
        data = coded.read_bytes()
        frames = mpeg_frames(data)
        payload = sum(len(frame) for frame in frames if not is_tag_frame(frame))
        return Coded(read_sound(decoded), payload * 8, len(data) * 8)


def mp3_ladder() -> list[Mp3Rival]:
    """All bitrates that are measured."""
    return [Mp3Rival(kbps) for kbps in LADDER]


def mpeg_frames(data: bytes) -> list[bytes]:
    """The layer III frames of an MP3 file, tags around them left out. Raises CodecError if there are none."""
    at, frames = 0, []
    if data[:3] == b"ID3" and len(data) >= 10:
        size = 0
        for byte in data[6:10]:
            size = size << 7 | byte & 127
        at = 10 + size
    while at + 4 <= len(data) and (length := frame_length(data[at : at + 4])):
        frames.append(data[at : at + length])
        at += length
    if not frames:
        raise CodecError("what lame wrote holds no MPEG frame")
    return frames


def frame_length(header: bytes) -> int:
    """Bytes of the layer III frame that begins so; 0 if none does."""
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if header[0] != 255 or header[1] < 224 or version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kbps = BITRATES[3 if version == 3 else 2][bitrate]
    samples_by_eight = 144 if version == 3 else 72
    return samples_by_eight * 1000 * kbps // RATES[version][rate] + (header[2] >> 1 & 1)


def is_tag_frame(frame: bytes) -> bool:
    """Whether it is the silent first frame that holds lengths and delays (Xing, Info)."""
    return b"Xing" in frame[:40] or b"Info" in frame[:40]
