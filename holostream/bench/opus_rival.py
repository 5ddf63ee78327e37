"""Opus through opusenc and opusdec (opus-tools), variable bitrate as by default.

Latency is the frame and 6.5 ms of look-ahead: 26.5 ms at 20 ms frames, 11.5 at 5, 9 at 2.5. opusdec removes the delay
that the encoder states. The payload is the Opus packets; Ogg's headers, page headers and segment tables are container.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from holostream.bench.codec_under_test import RATE, CodecError, Coded, read_sound
from holostream.bench.external_program import run_program, version_of

PROGRAMS, PACKAGE = ("opusenc", "opusdec"), "opus-tools"
LADDER = (6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256)
LOWEST_KBPS = {2.5: 24, 5.0: 16}
"""Below it packets of so many milliseconds become no smaller."""
HEADER_PACKETS = 2


@dataclass(frozen=True)
class OpusRival:
    """`kbps` is what opusenc is told; what it spends is counted."""

    frame_ms: float
    kbps: int

    @property
    def series(self) -> str:
        return f"Opus {self.frame_ms:g} ms"

    @property
    def setting(self) -> str:
        return str(self.kbps)

    @property
    def aligns(self) -> bool:
        return True

    def _encode(self, source: Path, target: Path) -> list[str | Path]:
        frame = f"{self.frame_ms:g}"
        return ["opusenc", "--quiet", "--bitrate", str(self.kbps), "--framesize", frame, source, target]

    def identity(self) -> str:
        command = " ".join(map(str, self._encode(Path("in.wav"), Path("out.opus"))))
        return f"{command} | {version_of('opusenc', '--version')} {version_of('opusdec', '--version')}"

    def code(self, source: Path, folder: Path) -> Coded:
        coded, decoded = folder / "rival.opus", folder / "rival.wav"
        run_program(self._encode(source, coded))
        run_program(["opusdec", "--quiet", "--float", "--rate", str(RATE), coded, decoded])
        data = coded.read_bytes()
        payload = sum(map(len, ogg_packets(data)[HEADER_PACKETS:]))
        return Coded(read_sound(decoded), payload * 8, len(data) * 8)


def opus_ladder(frame_ms: float) -> list[OpusRival]:
    """All bitrates that are worth measuring at this frame size."""
    return [OpusRival(frame_ms, kbps) for kbps in LADDER if kbps >= LOWEST_KBPS.get(frame_ms, 0)]


def ogg_packets(data: bytes) -> list[bytes]:
    """The packets of a single Ogg stream (RFC 3533). Raises CodecError for anything else."""
    packets, partial, at = [], b"", 0
    while at < len(data):
        header = data[at : at + 27]
        if len(header) < 27 or header[:4] != b"OggS":
            raise CodecError(f"what opusenc wrote is no Ogg stream at byte {at}")
        lacing = data[at + 27 : at + 27 + header[26]]
        at += 27 + header[26]
        for length in lacing:
            partial += data[at : at + length]
            at += length
            if length < 255:
                packets.append(partial)
                partial = b""
    return packets
