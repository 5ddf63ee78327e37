"""The bench of moves finds clicks where there are some, and none where a move fades."""

from __future__ import annotations

import pytest

from holostream.bench.material import tone
from holostream.bench.moves import crossings
from holostream.codec.tier_model import TierModel
from holostream.engine import moves
from holostream.engine.command import command_kind

SOUND = tone(587 * 128, 48000)


@pytest.mark.parametrize("name", ["cross", "stutter"])
def test_a_move_does_not_click(tiers: dict[int, TierModel], name: str) -> None:
    findings = crossings(tiers, 64, command_kind(name), SOUND)
    assert len(findings) == 1
    assert not any(found.clicks for found in findings)


def test_a_cross_that_glides_clicks(tiers: dict[int, TierModel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "_FADED", {})
    assert any(found.clicks for found in crossings(tiers, 64, command_kind("cross"), SOUND))
