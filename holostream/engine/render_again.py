"""A recorded performance rendered again, offline: as it sounded, bit for bit, or over another sound.

    without an input   the recorded DNA is the wet sound (tiers, fades and moves are in it); the mixer's commands run again
    with the input     that was kept beside it, where the dry sound was heard too: the same, mixed with it
    with a given one   everything runs again from it, encoder, moves and mixer; whether its DNA is the recorded one is told

The path is that of `block_path`, its commands at their hops. What the file does not tell is taken as at rest before its
first hop: glides of moves on their way, the limiter, and (from a given input) the networks' past; a recording from a session's first
hop on lacks nothing. Without the input the feedback guard is taken to have slept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Self

import numpy as np

from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.tier_model import ModelError, load_all_tiers, present_tiers, read_facts
from holostream.engine.block_path import PathState, initial_path, step
from holostream.engine.command_replay import CommandReplay
from holostream.engine.dna_comparison import DnaComparison
from holostream.engine.input_history import InputHistory
from holostream.engine.kept_input import input_path
from holostream.engine.mixer import Mixer, glide_on, hear, initial_mixer, mix
from holostream.engine.played_sounds import PlayedSounds
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_file import HoloReader
from holostream.format.holo_sound import HoloSound
from holostream.format.holo_v2 import is_version_2
from holostream.format.open_holo import open_holo
from holostream.format.printable import printable
from holostream.format.recorded_sound import Piece, never

RING_FRAMES = 4096
PIECE_HOPS = 256
MOST_HOPS_BEFORE = 1 << 16
"""Whatever hop a file says that its glides began at."""


def open_performance(
    source: Path, models: Path, input: Path | None = None, second: str | None = None
) -> Performance:
    """A recording to be rendered again; `input`: run everything again from this sound, crossed with the `second` one: a
    file, or "channel" for the input's second one. A kept input's second one needs no asking for.

    Raises HoloFormatError for a file without a performance, ValueError if a sound is needed and not given,
    AudioFileError, ModelError, OSError.
    """
    if is_version_2(source):
        raise HoloFormatError(f"{source} is a .holo of version 2, which holds no performance; use `holostream export`")
    return Performance(source, models, input, second)


class Performance:
    """A `RecordedSound`, read once and from its beginning."""

    def __init__(self, source: Path, models: Path, input: Path | None, second: str | None = None) -> None:
        self._models = models
        with contextlib.ExitStack() as opened:
            self._recorded = opened.enter_context(HoloSound(source, models))
            self._file = opened.enter_context(open_holo(source))
            self._reader = HoloReader(self._file, str(source), models)
            self._prepare(source)
            self._open_sounds(source, input, second)
            self._opened = opened.pop_all()

    def _prepare(self, source: Path) -> None:
        header, recorded, self.name = self._reader.header, self._recorded, str(source)
        self.rate, self.lanes, self.length = recorded.rate, recorded.lanes, recorded.length
        self.original_rate, self.original_channels = recorded.original_rate, recorded.original_channels
        self.original_length, self.markers, self.tags = recorded.original_length, recorded.markers, recorded.tags
        self.remarks: list[str] = []
        if (block := next(self._reader.blocks(), None)) is None:
            raise HoloFormatError(f"{source} holds no sound: nothing was heard while it was recorded")
        self._first_hop = block.first_hop
        events = self._reader.events()
        if not any(event.name == "wet" for event in events):
            raise HoloFormatError(
                f"{source} holds no commands, so it is no performance but a sound; write it with `holostream export`"
            )
        tier = block.voices[0].dna.harmonics
        self._check_models({tier})
        self._commands = CommandReplay(events, header.hop, self._first_hop, tier, self.name)

    def _check_models(self, tiers: set[int]) -> None:
        """Before anything is made as large as the header says, and before anything is heard."""
        header, there = self._reader.header, present_tiers(self._models)
        facts = read_facts(self._models, there[0])
        missing = sorted(tiers - set(there))
        if (facts.rate, facts.hop, facts.chunk) != (header.rate, header.hop, header.chunk) or missing:
            raise ModelError(
                f"{self.name} was played with tier {', '.join(map(str, missing or sorted(tiers)))} of family "
                f"{printable(header.family)}, which is not in the models folder; it has {', '.join(map(str, there))} of {facts.family}: choose another with --models"
            )

    def _open_sounds(self, source: Path, input: Path | None, second: str | None) -> None:
        beside, self._anew = input_path(source), input is not None
        if self._anew:
            self._check_models(self._commands.tiers)
        chosen = input or (beside if beside.is_file() else None)
        if chosen is None and self._commands.lets_dry_through:
            raise ValueError(
                f"in {source} the input itself was heard (wet below 1, or bypass) and {beside.name} is not beside it; "
                "give the sound that was played with --input FILE, and record with --keep-input the next time"
            )
        kept = chosen is not None and beside.is_file() and chosen.samefile(beside)
        self._sounds = None if chosen is None else PlayedSounds(chosen, second, kept, self._reader.header)
        if self._sounds is None and self._commands.guards:
            self.remarks.append(
                "the feedback guard was on, and where it turned down, this is louder; with its input beside it (--keep-input) a "
                "recording is rendered exactly"
            )
        if self._anew and self._commands.crosses and self._sounds is not None and not self._sounds.crossed:
            asked = "give that too, with --second FILE, or --second channel where it is the input's second channel"
            if not kept:
                raise ValueError(f"in {source} the sound was crossed with a second one; {asked}")
            self.remarks.append(f"cross finds no second sound, as if there had been none; if there was one, {asked}")

    def pieces(self, start: int = 0, wait: Callable[[], bool] = never) -> Iterator[Piece]:
        """All of it. Raises HoloFormatError, ModelError, AudioFileError, OSError."""
        at, harmonics = 0, self._commands.controls.tier
        waiting: list[np.ndarray] = []
        for sound in self._made_anew() if self._anew else self._mixed_again():
            waiting.append(sound)
            if len(waiting) == PIECE_HOPS:
                yield Piece(at, np.concatenate(waiting, axis=1), harmonics)
                at += PIECE_HOPS * sound.shape[1]
                waiting = []
        if waiting:
            yield Piece(at, np.concatenate(waiting, axis=1), harmonics)
        self._tell_of_input()
        if self._commands.unknown:
            names = ", ".join(map(printable, sorted(self._commands.unknown)))
            self.remarks.append(f"{self.name} holds commands that this version does not know and left out: {names:.200}")

    def _path(self, crossed: bool) -> PathState:
        ring = DnaRing(bytearray(ring_bytes(self.lanes, RING_FRAMES)), self.lanes, RING_FRAMES)
        tiers = load_all_tiers(self._models)
        kept = self._reader.header.offset_kept
        path = initial_path(tiers, self.lanes, ring, self._commands.controls, recorded=kept, second=crossed)
        path.hop = self._first_hop
        self._glide_to_first_hop(path.mixer)
        return path

    def _glide_to_first_hop(self, mixer: Mixer) -> None:
        """What was on its way when the recording began."""
        for hop in range(max(self._commands.begins, self._first_hop - MOST_HOPS_BEFORE), self._first_hop):
            self._commands.apply(hop)
            glide_on(mixer, self._commands.controls)

    def _mixed_again(self) -> Iterator[np.ndarray]:
        """(lanes, hop) a hop: the recorded DNA's sound through the mixer."""
        header, controls = self._reader.header, self._commands.controls
        hop, silence = header.hop, np.zeros((self.lanes, header.hop), np.float32)
        mixer = initial_mixer(self.lanes, header.rate, hop, controls, header.offset_kept)
        self._glide_to_first_hop(mixer)
        history = InputHistory(self.lanes, header.chunk, hop)
        sounds = self._sounds.hops() if self._sounds is not None else repeat((silence, None))
        for piece in self._recorded.pieces():
            for at in range(0, piece.samples.shape[1], hop):
                self._commands.apply(self._first_hop + (piece.start + at) // hop)
                history.append(hear(next(sounds)[0], mixer, controls))
                wet, dry = np.ascontiguousarray(piece.samples[:, at : at + hop]), history.last(header.chunk)[:, :hop]
                yield mix(wet, dry, mixer, controls)
        self.remarks += self._recorded.remarks

    def _made_anew(self) -> Iterator[np.ndarray]:
        """(lanes, hop) a hop: the input through the whole path, as long as the recording is."""
        assert self._sounds is not None
        path = self._path(self._sounds.crossed)
        comparison, cursor = DnaComparison(self._all_blocks()), 0
        hops = self.length // path.facts.hop
        for done, (samples, second) in zip(range(1, hops + 1), self._sounds.hops(), strict=False):
            self._commands.apply(path.hop)
            yield step(samples, path, self._commands.controls, second=second)
            if done % PIECE_HOPS == 0 or done == hops:
                frames, cursor, _ = path.ring.read(cursor)
                comparison.compare(frames)
        if comparison.differs_from is None:
            self.remarks.append(f"the DNA is the recorded one, {comparison.frames} frames")
        else:
            self.remarks.append(
                f"the DNA is another from hop {comparison.differs_from - self._first_hop} of the recording on, as it must be with "
                "another sound; of the sound that was played, other models, another machine, or a beginning within a session make another"
            )

    def _all_blocks(self) -> Iterator[DnaBlock]:
        self._file.seek(0)
        return HoloReader(self._file, self.name, self._models).blocks()

    def _tell_of_input(self) -> None:
        if self._sounds is not None and self._sounds.first.repeated:
            self.remarks.append(f"{self._sounds.first.path} is shorter than the performance and was repeated")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()
