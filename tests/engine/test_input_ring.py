"""Input hops through shared memory."""

from __future__ import annotations

import numpy as np

from holostream.engine.input_ring import InputRing, input_bytes
from holostream.engine.shared_state import SharedState


def test_any_recent_hop_can_be_read_by_its_number() -> None:
    buffer = bytearray(input_bytes((2, 5), 8))
    writer, reader = InputRing(buffer, 8, (2, 5)), InputRing(buffer, 8)
    assert reader.shape == (2, 5)
    assert reader.read(0) is None
    for hop in range(3, 20):
        writer.write(hop, np.full((2, 5), hop, np.float32))
    for hop in range(30):
        samples = reader.read(hop)
        if 12 <= hop < 20:
            assert samples is not None
            assert np.array_equal(samples, np.full((2, 5), hop, np.float32))
        else:
            assert samples is None, hop


def test_it_is_in_the_shared_memory_only_where_it_is_asked_for() -> None:
    plain, keeping = SharedState.create(1, 64), SharedState.create(1, 64, (1, 128))
    try:
        assert plain.input is None
        assert SharedState.attach(plain.path, 1, 64).input is None
        engine = SharedState.attach(keeping.path, 1, 64)
        assert engine.input is not None
        assert keeping.input is not None
        engine.input.write(70, np.ones((1, 128), np.float32))
        assert keeping.input.read(70) is not None
        assert not engine.playback.head.written, "and beside everything else"
    finally:
        plain.close()
        keeping.close()
