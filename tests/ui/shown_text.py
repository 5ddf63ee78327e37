"""What tests ask of shown lines and views, and status records to show."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from rich.style import Style

from holostream.ui.app import HoloStreamApp
from holostream.ui.line_view import Line, LineView, plain
from holostream.ui.live_screen import LiveScreen
from tests.ui.fake_session import FakeSession


def snapshot(**changes: Any) -> np.void:
    """A status record with some fields changed."""
    session = FakeSession()
    for name, value in changes.items():
        session.record[name] = value
    return session.snapshot()


def row(lines: list[Line], label: str) -> list[str]:
    """The words after a label."""
    return next(plain(line)[len(label) :].split() for line in lines if plain(line).startswith(label))


def style_of(line: Line, word: str) -> Style:
    """Style of the piece that contains a word."""
    return next(style for text, style in line if word in text)


def live(app: HoloStreamApp) -> LiveScreen:
    """The live screen, whatever lies over it."""
    return cast(LiveScreen, app.screen_stack[0])


def view(app: HoloStreamApp, name: str) -> LineView:
    """A view of the live screen."""
    return live(app).query_one(f"#{name}", LineView)
