"""Puts measured tables into a README, between markers that stay:

<!-- measured: NAME -->
... replaced ...
<!-- /measured -->
"""

from __future__ import annotations

import re

END = "<!-- /measured -->"


def marker(name: str) -> str:
    """The line that a table's place begins with."""
    return f"<!-- measured: {name} -->"


def replace_table(text: str, name: str, table: str) -> str:
    """`text` with everything between the markers of `name` replaced. Raises ValueError if there is no such place."""
    pattern = re.compile(re.escape(marker(name)) + r"\n(?:(?!<!-- measured:).)*?" + re.escape(END), re.DOTALL)
    places = pattern.findall(text)
    if len(places) != 1:
        raise ValueError(
            f"{len(places)} places for the table {name!r}; expected one: a line {marker(name)!r} and below it {END!r}"
        )
    return pattern.sub(lambda _: f"{marker(name)}\n{table}\n{END}", text)
