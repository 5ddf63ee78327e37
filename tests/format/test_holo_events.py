"""Events come back; what is no event is refused, and nothing else is raised."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import EVENTS_IN_A_BLOCK, MAX_TEXT, Event, pack_events, unpack_events

events = st.builds(
    Event,
    st.integers(-(2**53), 2**53),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=64),
    st.one_of(
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=MAX_TEXT),
    ),
)


@given(st.lists(events, max_size=5))
def test_events_come_back(rows: list[Event]) -> None:
    assert unpack_events(pack_events(rows)) == rows


def test_a_block_holds_as_many_as_it_says() -> None:
    longest = Event(-(2**53), "\x01" * 64, "\x02" * MAX_TEXT)
    assert unpack_events(pack_events([longest] * EVENTS_IN_A_BLOCK)) == [longest] * EVENTS_IN_A_BLOCK
    with pytest.raises(ValueError, match="at most"):
        pack_events([longest] * (EVENTS_IN_A_BLOCK + 1))


@pytest.mark.parametrize(
    ("time", "name", "value"),
    [(1.5, "a", 1), (True, "a", 1), (2**54, "a", 1), (0, "", 1), (0, "a" * 65, 1), (0, 3, 1), (0, "a", math.nan),
     (0, "a", math.inf), (0, "a", None), (0, "a", True), (0, "a", "b" * 1001), (0, "a", [1])],
)  # fmt: skip
def test_no_events(time: object, name: object, value: object) -> None:
    with pytest.raises(ValueError, match="event"):
        Event(time, name, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"[1]", b"[[1,2]]", b"[[0,\"a\",NaN]]", b"[[0,\"a\",Infinity]]", b"[[0,\"a\",1e999]]", b"[" * 50_000,
     b"[[" + b"9" * 5000 + b",\"a\",1]]", b"\xff\xfe", b"[[0,\"a\",1]]" + b" " * 70_000],
)  # fmt: skip
def test_payloads_that_are_none(payload: bytes) -> None:
    with pytest.raises(HoloFormatError, match="block"):
        unpack_events(payload)


@given(st.binary(max_size=80))
def test_any_payload(payload: bytes) -> None:
    try:
        assert all(isinstance(event, Event) for event in unpack_events(payload))
    except HoloFormatError:
        return
