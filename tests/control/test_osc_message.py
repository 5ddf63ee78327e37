"""Datagrams to messages and back."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.osc_message import Received, read_osc, write_osc


def bundle(*parts: bytes) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(struct.pack(">i", len(part)) + part for part in parts)


TILT = write_osc("/holostream/tilt", 3.5)


def test_what_is_written_is_read() -> None:
    assert read_osc(TILT) == [Received("/holostream/tilt", (3.5,))]
    assert read_osc(write_osc("/a", "bright")) == [Received("/a", ("bright",))]
    assert read_osc(write_osc("/holostream/neutral")) == [Received("/holostream/neutral", ())]


def test_other_types() -> None:
    message = b"/a\0\0,idTFNh\0" + struct.pack(">id", -3, 0.25) + struct.pack(">q", 7)
    assert read_osc(message) == [Received("/a", (-3, 0.25, True, False, None, 7))]
    assert read_osc(b"/a\0\0") == [Received("/a", ())], "no types at all, as old senders do"


def test_bundles_are_their_messages() -> None:
    one, two = write_osc("/one", 1.0), write_osc("/two", 2.0)
    assert [message.address for message in read_osc(bundle(one, bundle(two, one), two))] == ["/one", "/two", "/one", "/two"]
    assert read_osc(bundle()) == []


def test_a_bundle_says_when() -> None:
    inner = b"#bundle\0" + struct.pack(">II", 2_208_988_800 + 1_700_000_000, 1 << 31) + struct.pack(">i", len(TILT)) + TILT
    outer = b"#bundle\0" + struct.pack(">Q", 1) + struct.pack(">i", len(TILT)) + TILT + struct.pack(">i", len(inner)) + inner
    assert [message.when for message in read_osc(outer)] == [None, 1_700_000_000.5]
    assert read_osc(TILT)[0].when is None


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"", "no OSC"),
        (b"hello", "no OSC"),
        (b"/never ends", "cut off"),
        (TILT[:-2], "cut off"),
        (TILT[:-4], "cut off"),
        (b"/a\0\0,sf\0abc\0", "cut off"),
        (b"/a\0\0,ff\0" + bytes(4), "cut off"),
        (b"/a\0\0,Tf\0", "cut off"),
        (b"/a\0\0,b\0\0" + bytes(8), "neither a number"),
        (b"/a\0\0,z\0\0", "neither a number"),
        (b"/a\0\0garbage\0", "neither a number"),
        (b"/\xff\0\0,\0\0\0", "malformed"),
        (b"#bundle\0" + bytes(7), "cut off"),
        (b"#bundle\0" + bytes(8) + struct.pack(">i", -4), "sizes are wrong"),
        (b"#bundle\0" + bytes(8) + struct.pack(">i", 0), "sizes are wrong"),
        (b"#bundle\0" + bytes(8) + struct.pack(">i", 99) + TILT, "sizes are wrong"),
        (bundle(bundle(bundle(bundle(bundle(TILT))))), "nested"),
    ],
)
def test_garbage_is_a_sentence(datagram: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_osc(datagram)


@given(
    st.binary(max_size=100)
    | st.binary(max_size=60).map(lambda tail: b"/holostream/tilt\0\0\0\0," + tail)
    | st.binary(max_size=60).map(lambda tail: b"#bundle\0" + tail)
    | st.tuples(st.integers(0, 255), st.integers(0, len(TILT) - 1)).map(
        lambda change: TILT[: change[1]] + bytes([change[0]]) + TILT[change[1] + 1 :]
    )
)
def test_any_datagram_is_messages_or_a_value_error(datagram: bytes) -> None:
    messages: list[Received] = []
    with contextlib.suppress(ValueError):
        messages = read_osc(datagram)
    assert all(message.address.startswith("/") for message in messages)
