"""Two readers that share no line agree on the golden files, and the page shows the bytes of one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader
from tests.format.plain_reader import read

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"


@pytest.mark.parametrize(
    "name",
    ["coded_small", "coded_layers", "coded_morph", "coded_told", "coded_words", "coded_nested", "coded_nested_words"],
)
def test_both_readers_agree(name: str, models: Path) -> None:
    path = GOLDEN / f"{name}.holo"
    header, blocks, events, heard = read(path, models)
    with path.open("rb") as file:
        reader = HoloReader(file, models=models)
        items = list(reader.items())
    ours = [item for item in items if not isinstance(item, list)]
    assert {"offset_kept": False} | header == vars(reader.header)
    assert [Event(*event) for event in events] == [event for item in items if isinstance(item, list) for event in item]
    assert heard == sum(block.hops for block in ours)
    for plain, block in zip(blocks, ours, strict=True):
        assert (plain["first"], plain["hops"]) == (block.first_hop, block.hops)
        assert plain["fade"] == (block.fade_first, block.fade_hops)
        assert bytes(plain["levels"]) == block.levels
        for (starts, preroll, codes), voice in zip(plain["voices"], block.voices, strict=True):
            assert (starts, preroll) == (voice.starts, voice.preroll)
            dna = voice.dna
            assert codes == (dna.gains.tolist(), dna.amplitudes.tolist(), dna.phases.tolist())


def test_the_page_shows_the_golden_file() -> None:
    page = (ROOT / "docs" / "holo_format.md").read_text(encoding="utf-8")
    shown = re.findall(r"^([0-9a-f]{2}(?: [0-9a-f]{2})*)(?:  .*)?$", page.split("## A worked example")[1], re.MULTILINE)
    assert bytes.fromhex("".join(shown)) == (GOLDEN / "coded_small.holo").read_bytes()
