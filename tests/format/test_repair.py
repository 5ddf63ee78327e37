"""Repair: whole blocks come through bit for bit, the rest is silence of the same length, the input is never touched."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.format import salvage
from holostream.format.block_frame import CODED_FRAMES, pack_frame
from holostream.format.coded_block import pack_coded_block
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.holo_header import HoloHeader
from holostream.format.repair import repair_file
from holostream.format.salvage import RepairReport
from tests.dna_examples import HEADER, equal_blocks, random_dna, written
from tests.format.learned_tables import tables_of

BLOCKS = [DnaBlock(12 * n, 12, (VoiceRun(n == 0, 0, random_dna(1, 12, 8, n)),)) for n in range(8)]
FILE_HEADER = HoloHeader(**{**vars(HEADER), "models": {"8": "00" * 8}, "original_rate": 48000, "original_length": 12000})


def places(header: HoloHeader = HEADER) -> list[int]:
    """Where the blocks begin, and the end block."""
    return [len(written(BLOCKS[:count], header, finish=False)) for count in range(len(BLOCKS) + 1)]


def repaired(data: bytes, folder: Path, like: Path | None = None) -> tuple[RepairReport, HoloReader, list[DnaBlock]]:
    source, target = folder / "broken.holo", folder / "saved.holo"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    report = repair_file(source, target, like)
    assert source.read_bytes() == data
    reader = HoloReader(io.BytesIO(target.read_bytes()))
    blocks = list(reader.blocks())
    assert reader.finished
    return report, reader, blocks


def test_a_whole_file_comes_back_as_it_is(tmp_path: Path) -> None:
    report, _, blocks = repaired(written(BLOCKS), tmp_path)
    assert report.closed
    assert [report.restored_bits, report.dropped_bytes, report.gaps, report.header_restored] == [0, 0, [], False]
    assert all(equal_blocks(a, b) for a, b in zip(blocks, BLOCKS, strict=True))
    assert len((tmp_path / "saved.holo").read_bytes()) == len(written(BLOCKS))


def test_any_flipped_bit_is_restored(tmp_path: Path) -> None:
    data = written(BLOCKS[:2], FILE_HEADER)
    random = np.random.default_rng(3)
    for bit in random.choice(8 * len(data), 150, replace=False):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        if bit // 8 in (0, 1, 2, 3):
            continue  # no .holo any more, see below
        report, reader, blocks = repaired(bytes(damaged), tmp_path)
        assert reader.header == FILE_HEADER
        assert all(equal_blocks(a, b) for a, b in zip(blocks, BLOCKS, strict=False)), bit
        assert len(blocks) == 2
        assert report.restored_bits + report.header_restored + report.dropped_bytes > 0


@pytest.mark.parametrize("lost", [0, 3, 7])
def test_a_lost_block_is_silence_of_its_length(tmp_path: Path, lost: int) -> None:
    data, at = written(BLOCKS, FILE_HEADER), places(FILE_HEADER)
    damaged = data[: at[lost] + 9] + b"\x55" * (at[lost + 1] - at[lost] - 9) + data[at[lost + 1] :]
    report, reader, blocks = repaired(damaged, tmp_path)
    seconds = 12 * 128 / 48000
    assert report.gaps == [(pytest.approx(lost * seconds), pytest.approx((lost + 1) * seconds))]
    assert report.dropped_bytes == at[lost + 1] - at[lost]
    index = reader.index()
    assert (index.first_hop, index.end_hop) == (0, 96)
    kept = [block for block in blocks if block.hops == 12]
    assert all(equal_blocks(a, b) for a, b in zip(kept, BLOCKS[:lost] + BLOCKS[lost + 1 :], strict=True))
    silent = [block for block in blocks if block.hops == 1]
    assert all(not block.voices[0].dna.gains.any() for block in silent)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_as_much_may_lack_as_a_reader_lets_lack(tmp_path: Path, more: int) -> None:
    """An hour beside as much as is there: a block after less than that is saved, one after more would be refused."""
    hour, run = 3600 * 48000 // 128, 12
    first = DnaBlock(3 * run + hour // 2, run, BLOCKS[3].voices)
    last = DnaBlock(first.first_hop + run + hour - hour // 2 + 5 * run + more, run, BLOCKS[4].voices)
    report, _, blocks = repaired(written([*BLOCKS[:3], first, last]), tmp_path)
    kept = [*BLOCKS[:3], first] if more > 0 else [*BLOCKS[:3], first, last]
    assert report.blocks == len(kept)
    assert all(equal_blocks(a, b) for a, b in zip(blocks[: len(kept)], kept, strict=True))


def test_what_was_cut_off_is_closed(tmp_path: Path) -> None:
    report, _, blocks = repaired(written(BLOCKS)[: places()[5] + 20], tmp_path)
    assert not report.closed
    assert report.dropped_bytes == 20
    assert len(blocks) == 5


def test_foreign_bytes_between_blocks(tmp_path: Path) -> None:
    data, at = written(BLOCKS), places()
    noise = b"\xc1HB" * 9 + b"anything" + data[at[2] : at[2] + 30]
    report, _, blocks = repaired(data[: at[4]] + noise + data[at[4] :], tmp_path)
    assert len(blocks) == 8
    assert report.dropped_bytes == len(noise)
    assert not report.gaps


def test_blocks_that_stand_twice_or_go_back_are_dropped(tmp_path: Path) -> None:
    data, at = written(BLOCKS), places()
    spliced = data[: at[4]] + data[at[1] : at[3]] + data[at[4] :]
    report, _, blocks = repaired(spliced, tmp_path)
    assert [block.first_hop for block in blocks] == [12 * n for n in range(8)]
    assert report.dropped_bytes == at[3] - at[1]


def test_blocks_that_the_header_has_no_tables_for_are_dropped(tmp_path: Path) -> None:
    coded = pack_frame(CODED_FRAMES, pack_coded_block(BLOCKS[3], {8: tables_of(8)}))
    data, at = written(BLOCKS), places()
    report, _, blocks = repaired(data[: at[3]] + coded + data[at[4] :], tmp_path)
    assert report.blocks == len(blocks) == 7
    assert report.dropped_bytes == len(coded)


@pytest.mark.parametrize("hops", [12, 5])
def test_a_recording_behind_another_is_left_out(tmp_path: Path, hops: int) -> None:
    later = [DnaBlock(900 + hops * n, hops, (VoiceRun(n == 0, 0, random_dna(1, hops, 8, n)),)) for n in range(8)]
    report, _, blocks = repaired(written(BLOCKS) + written(later), tmp_path)
    assert all(equal_blocks(a, b) for a, b in zip(blocks, BLOCKS, strict=True))
    assert report.closed
    assert report.bytes_behind_end == len(written(later))
    assert not report.gaps


def test_blocks_of_other_lanes_are_dropped(tmp_path: Path) -> None:
    stereo = replace(BLOCKS[3], voices=(VoiceRun(True, 0, random_dna(2, BLOCKS[3].hops, 8, 1)),))
    report, reader, blocks = repaired(written([*BLOCKS[:3], stereo, *BLOCKS[4:]]), tmp_path)
    assert report.blocks == len(blocks) == 7
    assert len(report.gaps) == 1
    assert reader.header.lanes == 1


def test_many_damaged_blocks_do_not_take_the_whole_ones_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flipped bits are looked for no longer than half of the work there is."""
    monkeypatch.setattr(salvage, "WORK_BYTES", 60_000)
    data = bytearray(written(BLOCKS))
    for place in places()[1:7]:
        data[place + 20 : place + 24] = bytes(byte ^ 0xFF for byte in data[place + 20 : place + 24])
    report, _, blocks = repaired(bytes(data), tmp_path)
    assert [block.first_hop for block in blocks] == [0, 84]
    assert all(equal_blocks(a, b) for a, b in zip(blocks, (BLOCKS[0], BLOCKS[7]), strict=True))
    assert report.restored_bits == 0


def test_silence_is_of_a_tier_that_there_is(tmp_path: Path) -> None:
    header = replace(FILE_HEADER, models={"abc": "00" * 8, "70000": "00" * 8, "7": "00" * 8, "8": "00" * 8})
    data = bytearray(written(BLOCKS, header))
    start = places(header)[0]
    data[start : start + 9] = b"damaged!!"
    _, _, blocks = repaired(bytes(data), tmp_path)
    assert [voice.dna.harmonics for voice in blocks[0].voices] == [8]
    assert not blocks[0].voices[0].dna.amplitudes.any()


def test_events_come_through(tmp_path: Path) -> None:
    file = io.BytesIO()
    writer = HoloWriter(file, HEADER)
    events = [Event(700, "marker", "here")]
    writer.write(BLOCKS[0], events)
    writer.write(BLOCKS[1])
    _, _, blocks = repaired(file.getvalue()[:-9], tmp_path)
    items = list(HoloReader((tmp_path / "saved.holo").open("rb")).items())
    assert items[0] == events
    assert len(blocks) == 1


def test_a_lost_header_needs_another_file(tmp_path: Path) -> None:
    data = bytearray(written(BLOCKS))
    data[20:40] = bytes(20)
    like = tmp_path / "other.holo"
    fits = replace(HEADER, models={"8": "00" * 8})
    like.write_bytes(written([], fits))
    with pytest.raises(HoloFormatError, match="--like"):
        repaired(bytes(data), tmp_path)
    report, reader, blocks = repaired(bytes(data), tmp_path, like)
    assert report.header_restored
    assert reader.header == fits
    assert len(blocks) == 8
    like.write_bytes(written([], replace(fits, original_length=10, tags={"title": "Another"})))
    assert repaired(bytes(data), tmp_path, like)[1].header == fits, "what only the other recording is"
    for other in (replace(fits, lanes=2), HEADER):
        like.write_bytes(written([], other))
        with pytest.raises(HoloFormatError, match=r"other\.holo was made with other settings than .*broken\.holo"):
            repaired(bytes(data), tmp_path, like)
        assert not (tmp_path / "saved.holo").exists()


@pytest.mark.parametrize("data", [b"", b"x" * 5000, written([], HEADER), written(BLOCKS)[: places()[1] - 5]])
def test_nothing_to_save_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(HoloFormatError):
        repaired(data, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"broken.holo"}


def test_it_never_writes_over_a_file(tmp_path: Path) -> None:
    source = tmp_path / "a.holo"
    source.write_bytes(written(BLOCKS))
    with pytest.raises(ValueError, match="choose another name"):
        repair_file(source, source)
    assert source.read_bytes() == written(BLOCKS)


def test_false_beginnings_are_given_up_soon(tmp_path: Path) -> None:
    """Every three bytes announce a block of half a megabyte."""
    head = pack_frame(CODED_FRAMES, bytes(1 << 19))[:6]
    hostile = written(BLOCKS, finish=False) + head * 400_000
    (tmp_path / "a.holo").write_bytes(hostile)
    started = time.perf_counter()
    with pytest.raises(HoloFormatError, match="so many places"):
        repair_file(tmp_path / "a.holo", tmp_path / "b.holo")
    assert time.perf_counter() - started < 20
    assert not (tmp_path / "b.holo").exists()


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_damage_gives_a_file_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    damaged = bytearray(written(BLOCKS[:4]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        stop = data.draw(st.integers(start, min(len(damaged), start + 90)))
        damaged[start:stop] = data.draw(st.binary(max_size=60))
    folder = tmp_path_factory.mktemp("any")
    try:
        _, _, blocks = repaired(bytes(damaged), folder)
    except HoloFormatError:
        return
    known = [block for block in blocks if block.hops == 12]
    assert all(any(equal_blocks(block, whole) for whole in BLOCKS) for block in known)
