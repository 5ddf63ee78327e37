"""Gains, slider and switches."""

from __future__ import annotations

import pytest

from holostream.ui.line_view import plain
from holostream.ui.mixer_line import mixer_line
from holostream.ui.palette import DIM, ON, ON_ALARM, ON_WARN
from tests.ui.shown_text import snapshot, style_of


def test_mixer_lights_what_is_on() -> None:
    line = mixer_line(snapshot(input_gain_db=-3.0, output_gain_db=12.0, wet=0.25, mute=1, limiter_db=-2.5), 78)
    assert "in -3.0  out  +12 dB" in plain(line)
    assert "wet 0.25" in plain(line)
    assert "limit -2.5" in plain(line)
    assert [style_of(line, word) for word in ("mute", "bypass", "guard")] == [ON_ALARM, DIM, ON]
    assert style_of(mixer_line(snapshot(guard_active=1), 78), "guard") == ON_WARN


@pytest.mark.parametrize("wet", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("width", [78, 158])
def test_the_mixer_fits_and_its_knob_follows(wet: float, width: int) -> None:
    text = plain(mixer_line(snapshot(wet=wet, input_gain_db=-60.0, output_gain_db=-60.0, limiter_db=-31.0), width))
    assert len(text) <= width
    slider = text[text.index("dry ") + 4 : text.index(" wet")]
    assert slider.index("●") == round(wet * (len(slider) - 1))
