"""The presets as rows: number, name, and what is in them in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len, set_cell_size

from holostream.control.preset import Preset
from holostream.control.preset_folder import Found, recall_numbers
from holostream.engine.command import command_kind
from holostream.ui.line_view import Line, shortened
from holostream.ui.move_text import amount_text, moves_in
from holostream.ui.palette import ALARM, DIM, PLAIN, STRONG

NUMBER_WIDTH, LONGEST_NAME = 4, 24


def preset_words(preset: Preset) -> str:
    """What is not neutral, the tier first, or is set of the mixer."""
    given = preset.values
    words = [f"tier {given['tier']:g}"] if "tier" in given else []
    words += [f"{name} {amount}" for name, amount in moves_in(lambda name: given.get(name, command_kind(name).neutral))]
    tempo = command_kind("tempo")
    if given.get("tempo", tempo.neutral) != tempo.neutral:
        words.append(amount_text(tempo, given["tempo"]))
    words += [text for name, text in _mixer_words(given) if given[name] != command_kind(name).neutral]
    words += [f"in {preset.glide_ms:g} ms"] if preset.glide_ms is not None else []
    words += [f"map {preset.midi_map}"] if preset.midi_map is not None else []
    return ", ".join(words) or "all neutral"


def _mixer_words(given: Mapping[str, float]) -> list[tuple[str, str]]:
    texts = {"wet": "wet {:.2f}", "input_gain_db": "in {:+.1f} dB", "output_gain_db": "out {:+.1f} dB", "mute": "muted",
             "bypass": "bypassed", "feedback_guard": "no guard"}  # fmt: skip
    return [(name, text.format(given[name])) for name, text in texts.items() if name in given]


def preset_rows(found: Sequence[Found], width: int) -> list[Line]:
    """With the numbers under which they are recalled; one that it does not say itself is dim."""
    numbers = recall_numbers(found)
    name_width = min(LONGEST_NAME, max((cell_len(name) for name, _ in found), default=0))
    rows: list[Line] = []
    for (name, preset), number in zip(found, numbers, strict=True):
        own = preset.number if isinstance(preset, Preset) else None
        broken = isinstance(preset, str)
        words = preset if isinstance(preset, str) else preset_words(preset)
        rows.append(
            (
                (f"{'' if number is None else number:>{NUMBER_WIDTH - 1}} ", DIM if own is None else PLAIN),
                (set_cell_size(shortened(name, name_width), name_width), STRONG),
                ("  " + shortened(words, width - NUMBER_WIDTH - name_width - 2), ALARM if broken else DIM),
            )
        )
    return rows
