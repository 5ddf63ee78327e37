"""The ring of frames: what is written is read, in order, or counted as lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.dna import codes_in
from holostream.codec.dna_ring import HEARD, PRIMING, DnaRing, RingFrame, ring_bytes, slot_type


def ring_pair(lanes: int, capacity: int) -> tuple[DnaRing, DnaRing]:
    """Two views of the same memory, as the two processes have."""
    buffer = bytearray(ring_bytes(lanes, capacity))
    return DnaRing(buffer, lanes, capacity), DnaRing(buffer, lanes, capacity)


def codes(number: int, lanes: int, harmonics: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes that tell frames apart."""
    random = np.random.default_rng(number)
    return (
        random.integers(0, 256, lanes, np.uint8),
        random.integers(0, 256, (lanes, harmonics), np.uint8),
        random.integers(0, 256, (lanes, harmonics), np.uint8),
    )


def row(number: int, lanes: int, harmonics: int) -> np.ndarray:
    """The same in a row."""
    return np.concatenate(codes(number, lanes, harmonics), axis=None)


def put(ring: DnaRing, number: int, harmonics: int = 4, voice: int = 0) -> None:
    ring.write(number, voice, row(number, ring.lanes, harmonics))


def is_frame(frame: RingFrame, number: int, lanes: int) -> bool:
    gains, amplitudes, phases = codes(number, lanes, frame.dna.harmonics)
    return (
        frame.hop == number
        and np.array_equal(frame.dna.gains[:, 0], gains)
        and np.array_equal(frame.dna.amplitudes[:, 0], amplitudes)
        and np.array_equal(frame.dna.phases[:, 0], phases)
    )


def test_an_empty_ring() -> None:
    _, reader = ring_pair(1, 8)
    assert reader.read(0) == ([], 0, 0)
    assert reader.written == reader.fill == 0


def test_every_field_arrives() -> None:
    writer, reader = ring_pair(2, 8)
    place = writer.write(-3, 9, row(-3 % 50, 2, 16), PRIMING)
    writer.write(-2, 4_000_000_000, row(48, 2, 256), HEARD, 3, 8)
    first, second = reader.read(0)[0]
    assert place == 0
    assert (first.hop, first.voice, first.kind, first.fade_hop, first.fade_hops) == (-3, 9, PRIMING, 0, 0)
    assert (second.hop, second.voice, second.kind, second.fade_hop, second.fade_hops) == (
        -2,
        4_000_000_000,
        HEARD,
        3,
        8,
    )
    assert (first.dna.lanes, first.dna.frames, first.dna.harmonics) == (2, 1, 16)
    assert second.dna.harmonics == 256


def test_two_voices_share_a_hop() -> None:
    writer, reader = ring_pair(1, 8)
    for hop in range(3):
        put(writer, hop, 64, voice=5)
        put(writer, hop, 8, voice=6)
    frames, _, _ = reader.read(0)
    assert [(frame.hop, frame.voice, frame.dna.harmonics) for frame in frames] == [
        (hop, voice, harmonics) for hop in range(3) for voice, harmonics in ((5, 64), (6, 8))
    ]
    assert all(is_frame(frame, frame.hop, 1) for frame in frames)


def test_a_narrow_frame_over_a_wide_one_leaks_nothing() -> None:
    writer, reader = ring_pair(1, 1)
    put(writer, 1, 256)
    put(writer, 2, 4)
    (frame,), _, lost = reader.read(1)
    assert lost == 0
    assert is_frame(frame, 2, 1)


def test_what_was_read_does_not_change_when_the_ring_goes_on() -> None:
    writer, reader = ring_pair(2, 2)
    put(writer, 0)
    frames, _, _ = reader.read(0)
    for number in range(1, 9):
        put(writer, number)
    assert is_frame(frames[0], 0, 2)


def test_row_at_gives_the_writer_its_frame() -> None:
    writer, _ = ring_pair(2, 3)
    for number in range(7):
        put(writer, number, 8)
    for found, expected in zip(codes_in(writer.row_at(6, 2 * 17), 2), codes(6, 2, 8), strict=True):
        assert np.array_equal(found, expected)


def test_an_overtaken_reader_skips_ahead_and_counts() -> None:
    writer, reader = ring_pair(1, 4)
    for number in range(10):
        put(writer, number)
    frames, cursor, lost = reader.read(1)
    assert [frame.hop for frame in frames] == [6, 7, 8, 9]
    assert (cursor, lost) == (10, 5)


def test_reading_at_most() -> None:
    writer, reader = ring_pair(1, 8)
    for number in range(5):
        put(writer, number)
    frames, cursor, lost = reader.read(0, at_most=2)
    assert [frame.hop for frame in frames] == [0, 1]
    assert (cursor, lost) == (2, 0)
    frames, cursor, lost = reader.read(cursor, at_most=9)
    assert [frame.hop for frame in frames] == [2, 3, 4]
    assert (cursor, lost) == (5, 0)


class SlotsThatAreOvertaken:
    """The reader's slots; before the copy number `when` is taken the writer writes `burst` frames."""

    def __init__(self, slots: np.ndarray, writer: DnaRing, when: int, burst: int) -> None:
        self.slots, self.writer, self.when, self.burst = slots, writer, when, burst
        self.copies = 0

    def __getitem__(self, place: int) -> np.ndarray:
        if self.copies == self.when:
            for number in range(self.writer.written, self.writer.written + self.burst):
                put(self.writer, number)
        self.copies += 1
        return self.slots[place]


@pytest.mark.parametrize("when", range(4))
@pytest.mark.parametrize("burst", range(1, 9))
def test_a_reader_overtaken_while_it_reads(when: int, burst: int) -> None:
    writer, reader = ring_pair(1, 4)
    for number in range(4):
        put(writer, number)
    reader._slots = SlotsThatAreOvertaken(reader._slots, writer, when, burst)
    frames, cursor, lost = reader.read(0)
    overwritten = set(range(when, min(burst, 4)))
    assert [frame.hop for frame in frames] == [hop for hop in range(4) if hop not in overwritten]
    assert all(is_frame(frame, frame.hop, 1) for frame in frames)
    assert (cursor, lost) == (4, len(overwritten))


class TornSlots:
    """The reader's slots; its copy of the first is half from before, half from after `burst` writes."""

    def __init__(self, slots: np.ndarray, writer: DnaRing, burst: int) -> None:
        self.slots, self.writer, self.burst = slots, writer, burst

    def __getitem__(self, place: int) -> TornSlots | np.ndarray:
        return self if place == 0 else self.slots[place]

    def copy(self) -> np.ndarray:
        torn = self.slots[0].copy()
        for number in range(self.writer.written, self.writer.written + self.burst):
            put(self.writer, number)
        torn["row"][-10:] = self.slots[0]["row"][-10:]
        return torn


@pytest.mark.parametrize("burst", [1, 3])
def test_a_reader_overtaken_while_it_copies(burst: int) -> None:
    writer, reader = ring_pair(1, 4)
    for number in range(4):
        put(writer, number)
    reader._slots = TornSlots(reader._slots, writer, burst)
    frames, _, lost = reader.read(0)
    assert [frame.hop for frame in frames] == list(range(burst, 4))
    assert lost == burst


class ReadDuringWrite:
    """Codes whose storing is the moment at which the reader reads: the writer is halfway through a slot."""

    def __init__(self, codes: np.ndarray, reader: DnaRing) -> None:
        self.codes, self.reader = codes, reader
        self.found: tuple[list[RingFrame], int, int] | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        self.found = self.reader.read(0)
        return self.codes


def test_a_slot_being_written_is_not_read() -> None:
    writer, reader = ring_pair(1, 4)
    for number in range(4):
        put(writer, number)
    probe = ReadDuringWrite(row(4, 1, 4), reader)
    writer.write(4, 0, probe)
    frames, cursor, lost = probe.found
    assert [frame.hop for frame in frames] == [1, 2, 3]
    assert (cursor, lost) == (4, 1)
    assert is_frame(reader.read(4)[0][0], 4, 1)


def test_fill_is_measured_against_the_published_reader() -> None:
    writer, reader = ring_pair(1, 8)
    for number in range(6):
        put(writer, number)
    assert writer.fill == 6
    reader.publish_read(4)
    assert writer.fill == 2


def test_memory_is_as_small_as_stated() -> None:
    assert ring_bytes(2, 100) == 64 + 100 * slot_type(2).itemsize
    with pytest.raises(ValueError, match="buffer is smaller"):
        DnaRing(bytearray(ring_bytes(1, 8) - 1), 1, 8)


@given(capacity=st.integers(1, 9), lanes=st.integers(1, 2),
       turns=st.lists(st.tuples(st.booleans(), st.integers(0, 14)), max_size=30))
def test_every_frame_is_read_once_or_lost(capacity: int, lanes: int, turns: list[tuple[bool, int]]) -> None:
    writer, reader = ring_pair(lanes, capacity)
    cursor = all_lost = 0
    seen: list[int] = []
    for writes, count in turns:
        if writes:
            for number in range(writer.written, writer.written + count):
                put(writer, number, harmonics=(4, 8, 16)[number % 3], voice=number // 5)
        else:
            frames, cursor, lost = reader.read(cursor, at_most=count)
            assert all(
                is_frame(frame, frame.hop, lanes) and frame.voice == frame.hop // 5 for frame in frames
            )
            seen += [frame.hop for frame in frames]
            all_lost += lost
            assert len(seen) + all_lost == cursor
    frames, cursor, lost = reader.read(cursor)
    seen += [frame.hop for frame in frames]
    assert seen == sorted(set(seen))
    assert cursor == writer.written == len(seen) + all_lost + lost
