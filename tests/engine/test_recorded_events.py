"""Events in recordings: at their hops, in order, with the block of their hop, beginning with the state."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.codec.dna_ring import HEARD, RingFrame
from holostream.codec.tier import TierFacts
from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.block_gatherer import BLOCK_HOPS
from holostream.engine.command import COMMANDS, command_kind
from holostream.engine.recorder import Marker, Recorder
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader
from tests.dna_examples import random_dna

HOP = 128
FACTS = {4: TierFacts("f", 4, 48000, HOP, 192, 192, 1, 1, 5, 3, False, "0" * 64)}
DNA = random_dna(1, 1, 4, 0)
STATE = [AppliedCommand(0, "tier", 4.0), AppliedCommand(0, "wet", 0.75), AppliedCommand(0, "mute", 0.0)]


def frames(first: int, end: int) -> list[RingFrame]:
    return [RingFrame(hop, 0, HEARD, 0, 0, DNA) for hop in range(first, end)]


def items_of(path: Path) -> list[DnaBlock | list[Event]]:
    with path.open("rb") as file:
        return list(HoloReader(file).items())


def events_of(path: Path) -> list[tuple[float, str, float | str]]:
    """(hop, name, value)"""
    return [
        (event.time / HOP, event.name, event.value)
        for item in items_of(path)
        if not isinstance(item, DnaBlock)
        for event in item
    ]


def state_at(hop: int, wet: float = 0.75, mute: float = 0.0) -> list[tuple[float, str, float]]:
    return [(hop, "tier", 4.0), (hop, "wet", wet), (hop, "mute", mute)]


def test_events_stand_at_their_hops_before_the_block_that_holds_them(tmp_path: Path) -> None:
    recorder, path = Recorder(FACTS, 1), tmp_path / "a.holo"
    recorder.start(path)
    recorder.follow(frames(0, 10), 0, STATE)
    later = [AppliedCommand(hop, "wet", hop / 2000) for hop in (10, 11, BLOCK_HOPS - 1, BLOCK_HOPS, BLOCK_HOPS + 7)]
    recorder.follow(frames(10, BLOCK_HOPS + 20), 0, later)
    recorder.stop(last_hop_complete=True)
    assert events_of(path) == state_at(0) + [tuple(command) for command in later]
    kinds = [(item.first_hop, item.hops) if isinstance(item, DnaBlock) else len(item) for item in items_of(path)]
    assert kinds == [6, (0, BLOCK_HOPS), 2, (BLOCK_HOPS, 20)]


def test_a_recording_in_the_middle_begins_with_the_state_there(tmp_path: Path) -> None:
    recorder, path = Recorder(FACTS, 1), tmp_path / "a.holo"
    recorder.follow(frames(0, 50), 0, [*STATE, AppliedCommand(20, "wet", 0.5), AppliedCommand(30, "wet", 0.25)])
    recorder.start(path)
    recorder.follow(frames(50, 60), 0, [AppliedCommand(49, "mute", 1.0), AppliedCommand(50, "wet", 1.0)])
    recorder.stop()
    assert events_of(path) == [*state_at(49, wet=0.25), (49, "mute", 1.0), (50, "wet", 1.0)]


def test_a_command_known_before_its_frame_waits_for_it(tmp_path: Path) -> None:
    recorder, path = Recorder(FACTS, 1), tmp_path / "a.holo"
    recorder.start(path)
    recorder.follow(frames(0, 5), 0, [*STATE, AppliedCommand(40, "wet", 0.5)])
    recorder.follow(frames(5, 30))
    recorder.follow(frames(30, 50), lost=1)  # the block before ends here
    recorder.stop()
    blocks = items_of(path)
    assert [len(item) for item in blocks if not isinstance(item, DnaBlock)] == [3, 1]
    assert isinstance(blocks[2], list)
    assert events_of(path)[3:] == [(40, "wet", 0.5)]


def test_what_happens_in_a_gap_is_told(tmp_path: Path) -> None:
    """Frames were lost, and commands in that time."""
    recorder, path = Recorder(FACTS, 1), tmp_path / "a.holo"
    recorder.start(path)
    recorder.follow(frames(0, 20), 0, STATE)
    recorder.follow(frames(500, 510), 480, [AppliedCommand(200, "mute", 1.0), AppliedCommand(505, "mute", 0.0)])
    recorder.stop()
    assert events_of(path) == [*state_at(0), (200, "mute", 1.0), (505, "mute", 0.0)]
    assert [item.first_hop for item in items_of(path) if isinstance(item, DnaBlock)] == [0, 500]


def test_without_being_closed_a_file_has_the_events_of_its_blocks(tmp_path: Path) -> None:
    """As after `kill -9`; and they cost no writes of their own."""
    recorder, path = Recorder(FACTS, 1), tmp_path / "a.holo"
    recorder.start(path)
    assert recorder._file is not None
    written = recorder._file.write
    sizes: list[int] = []
    recorder._writer._file = type("Counted", (), {"write": lambda _, data: sizes.append(len(data)) or written(data)})()  # type: ignore[union-attr]
    for hop in range(2 * BLOCK_HOPS + 50):
        commands = [AppliedCommand(hop, "output_gain_db", float(hop % 7))]
        recorder.follow(frames(hop, hop + 1), 0, [*STATE, *commands] if hop == 0 else commands)
    events = events_of(path)
    assert len(events) == 4 + 2 * BLOCK_HOPS - 1
    assert events[-1] == (2 * BLOCK_HOPS - 1, "output_gain_db", float((2 * BLOCK_HOPS - 1) % 7))
    assert len(sizes) == 2
    recorder.abandon()


def test_recordings_one_after_the_other_each_tell_their_state(tmp_path: Path) -> None:
    recorder = Recorder(FACTS, 1)
    recorder.start(tmp_path / "a.holo")
    recorder.follow(frames(0, 20), 0, STATE)
    assert recorder.mark(21, "late")
    recorder.follow([], 0, [AppliedCommand(20, "wet", 0.1)])
    recorder.start(tmp_path / "b.holo")
    recorder.follow(frames(20, 30), 0, [AppliedCommand(25, "wet", 0.2)])
    recorder.stop()
    assert events_of(tmp_path / "a.holo") == [*state_at(0), (21, "marker", "late")]
    assert events_of(tmp_path / "b.holo") == [*state_at(19), (20, "wet", 0.1), (25, "wet", 0.2)]


class TestMarkers:
    def test_are_numbered_and_timed_from_the_first_hop(self, tmp_path: Path) -> None:
        recorder, path = Recorder(FACTS, 1), tmp_path / "a.holo"
        recorder.follow(frames(0, 376), 0, STATE)
        recorder.start(path)
        assert recorder.mark(375) == Marker(1, 0.0)
        recorder.follow(frames(376, 1501))
        assert recorder.mark(1500, "verse") == Marker(2, 3.0)
        assert recorder.mark(7, "of the past") == Marker(3, 3.0), "what is written already is closed"
        recorder.follow(frames(1501, 1510))
        recorder.stop()
        assert events_of(path) == [
            *state_at(375), (375, "marker", ""), (1500, "marker", "verse"), (1500, "marker", "of the past"),
        ]  # fmt: skip
        recorder.start(tmp_path / "b.holo")
        assert recorder.mark(1511) == Marker(1, 2 / 375)
        recorder.stop()

    def test_need_a_recording(self, tmp_path: Path) -> None:
        recorder = Recorder(FACTS, 1)
        assert recorder.mark(0) is None
        recorder.start(tmp_path / "a.holo")
        recorder.stop()
        assert recorder.mark(0) is None
        recorder.start(tmp_path / "b.holo")
        recorder.follow(frames(0, 3))
        recorder.stop()
        assert events_of(tmp_path / "b.holo") == []

    def test_a_text_too_long_is_no_marker(self, tmp_path: Path) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        with pytest.raises(ValueError, match="1001 characters"):
            recorder.mark(0, "a" * 1001)
        assert recorder.mark(0) == Marker(1, 0.0)
        recorder.stop()


def test_a_night_without_a_recording_keeps_nothing() -> None:
    recorder = Recorder(FACTS, 1)
    for hop in range(2000):
        recorder.follow(frames(hop, hop + 1), 0, [AppliedCommand(hop, "wet", 0.5)])
    assert len(recorder._lane._waiting) <= BLOCK_HOPS


steps = st.lists(
    st.tuples(
        st.integers(0, 30),  # hops heard until the next look
        st.lists(st.tuples(st.integers(0, 29), st.sampled_from(COMMANDS), st.floats(0, 1)), max_size=5),
        st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",)), max_size=20)),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 20))
def test_events_survive(turns: list, start_turn: int) -> None:
    """Whatever is done and whenever the ring is looked at: from the first hop to the last, all is in the file."""
    with tempfile.TemporaryDirectory() as folder:
        path, recorder, hop = Path(folder) / "a.holo", Recorder(FACTS, 1), 0
        done: list[tuple[float, str, float | str]] = []
        for turn, (hops, commands, text) in enumerate(turns):
            if turn == start_turn:
                recorder.start(path)
            applied = [AppliedCommand(hop + at, kind.name, value) for at, kind, value in sorted(commands, key=lambda c: c[0])
                       if at < hops]  # fmt: skip
            recorder.follow(frames(hop, hop + hops), 0, applied)
            done += applied
            hop += hops
            if text is not None and recorder.mark(hop, text):
                done.append((hop, "marker", text))
        recorder.stop(last_hop_complete=True)
        if start_turn >= len(turns):
            return
        blocks = [item for item in items_of(path) if isinstance(item, DnaBlock)]
        found = events_of(path)
    markers = [event for event in done if event[1] == "marker"]
    assert [event for event in found if event[1] == "marker"] == markers
    if not blocks:
        assert len(found) == len(markers)
        return
    first = blocks[0].first_hop
    for at in range(first, hop):
        assert values_after(found, at) == values_after(done, at)
    before = values_after(done, first - 1)
    told = {name: value for at, name, value in reversed(found) if at == first and name in before}
    assert told == {name: before[name] for name in told}, "the first value is what had been"
    later = [event for event in found if event[0] > first and is_mixers(event)]
    assert later == [tuple(event) for event in done if event[0] > first and is_mixers(event)]
    assert [at for at, *_ in found] == sorted(at for at, *_ in found)


def is_mixers(event: tuple) -> bool:
    return event[1] != "marker" and command_kind(event[1]).group == "mixer"


def values_after(events: list, hop: int) -> dict[str, float]:
    """What is not neutral, and all of the mixer's that was ever told."""
    values = {name: value for at, name, value in events if at <= hop and name != "marker"}
    return {
        name: value
        for name, value in values.items()
        if command_kind(name).group == "mixer" or value != command_kind(name).neutral
    }
