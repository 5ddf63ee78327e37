"""Moves and their settings in words: 'freeze 1', 'tilt +3.0', 'loop 2 beats', 'morph 0.50 → 8'."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from holostream.engine.command import COMMANDS, MOVES, CommandKind

_SHORT = {"loop_beats": "loop", "mute_range": "mute", "solo_range": "solo"}
_FRACTIONS = {1 / n: f"1/{n} beat" for n in (2, 4, 8, 16)}


def move_name(name: str) -> str:
    """A command's name beside its amount."""
    return _SHORT.get(name, name.replace("_", " "))


def amount_text(kind: CommandKind, value: float) -> str:
    """An amount with its unit, as short as can be."""
    match kind.name:
        case "loop" | "reverse":
            return f"{value:.2f} s"
        case "loop_beats":
            return _FRACTIONS.get(value) or f"{value:.4g} beat{'' if value == 1 else 's'}"
        case "speed":
            return f"×{value:.2f}"
        case "tilt":
            return f"{value:+.1f}" if value else "0"
        case "shift":
            return f"{value:+.0f}" if value else "0"
        case "comb" | "morph_tier" | "tier":
            return f"{value:.3g}"
        case "tempo":
            return f"{value:.4g} bpm"
        case "glide_ms":
            return f"{value:.0f} ms"
    return f"{value:.2f}" if value % 1 else f"{value:.0f}"


def settings_of(move: CommandKind) -> list[CommandKind]:
    """A move's own settings: they begin with the same word."""
    word = move.name.split("_")[0] + "_"
    return [kind for kind in COMMANDS if kind.group == "setting" and kind.name.startswith(word)]


def moves_in(value: Callable[[str], float]) -> Iterator[tuple[str, str]]:
    """Name and amount of every move that is not neutral; `value` gives any command's."""
    for move in MOVES:
        amount = value(move.name)
        if amount == move.neutral:
            continue
        text = amount_text(move, amount)
        settings = [amount_text(kind, value(kind.name)) for kind in settings_of(move)]
        if move.name == "morph":
            text += f" → {settings[0]}"
        elif settings:
            text += f" of {'–'.join(settings)}"
        yield move_name(move.name), text
