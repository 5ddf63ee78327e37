"""The picture on the screen: what moves, what is repainted, what a new size does."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.ui.app import HoloStreamApp
from holostream.ui.dna_view import DnaStripe, DnaView
from tests.ui.fake_session import FakeSession
from tests.ui.shown_text import live


async def test_the_picture_of_the_dna_moves_and_repaints_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    app = HoloStreamApp(FakeSession(lambda: now[0]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        dna = live(app).query_one(DnaView)
        assert dna.sweep is not None
        for _ in range(24):
            now[0] += 1 / 12
            live(app).sample()
        drawn = np.asarray(dna.sweep.picture.any(axis=0))
        assert drawn[10:40].mean() > 0.5
        assert not drawn[60:].any()
        repainted: list[int] = []
        for stripe in dna.query(DnaStripe):
            monkeypatch.setattr(stripe, "refresh", lambda *_, start=stripe.start, **__: repainted.append(start))
        now[0] += 1 / 12
        live(app).sample()
        assert 1 <= len(repainted) <= 2
        assert sum(stripe.size.width for stripe in dna.query(DnaStripe)) == dna.size.width


async def test_a_new_size_starts_a_new_picture() -> None:
    app = HoloStreamApp(FakeSession())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.resize_terminal(131, 40)
        await pilot.pause(0.1)
        dna = live(app).query_one(DnaView)
        assert dna.sweep is not None
        assert dna.sweep.picture.shape == (2 * dna.size.height, dna.size.width) == (2 * dna.size.height, 129)
        assert sum(stripe.size.width for stripe in dna.query(DnaStripe)) == 129
