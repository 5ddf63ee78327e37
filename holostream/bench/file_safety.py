"""What becomes of recordings when things go wrong: killed programs, damaged files, ten hours without an end."""

from __future__ import annotations

import io
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.live_program import LiveProgram
from holostream.bench.measurement import Measurement, Row
from holostream.bench.process_figures import allocated, have_figures
from holostream.codec.dna import Dna
from holostream.codec.tier_model import default_models_folder, load_tier, version_name
from holostream.format.audio_reader import read_whole
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.holo_header import HoloHeader
from holostream.format.repair import repair_file
from holostream.format.summary import summarize
from holostream.format.table_store import current_tables
from holostream.format.transcode import decode_file

KILLS, MUTANTS, HOURS = 50, 100_000, 10.0
MOST_LOST_SECONDS, MOST_FILE_SECONDS, MOST_GROWTH_MB = 1.1, 2.0, 4.0
ENGINE_END_SECONDS = 10.0
COLUMNS = ("what", "tried", "outcome", "target")


@dataclass(frozen=True)
class Killed:
    """One recording whose program was killed."""

    lost_seconds: float
    exact: bool


def kill_while_recording(folder: Path, seconds: float) -> Killed:
    """Play and record with the screen drawing, kill everything but the engine after `seconds`, and look at the file.

    The engine ends by itself when nobody is there; what it had played is the proof. Raises RuntimeError.
    """
    recording, capture = folder / "session.holo", folder / "heard.wav"
    arguments = ["--device-api", "virtual", "--output", str(capture), "--record", str(recording)]
    with LiveProgram(arguments, folder) as program:
        engine, shared = program.engine()
        time.sleep(seconds)
        os.kill(program.terminal.pid, signal.SIGKILL)
        heard_hops = int(shared.status.record.hops)
        deadline = time.monotonic() + ENGINE_END_SECONDS
        while Path(f"/proc/{engine}").exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the engine went on without its control process")
            time.sleep(0.02)
    models, rate, hop = default_models_folder(), 48000, 128
    heard, kept = read_whole(capture, rate, 1, 600.0)[0], np.empty(0, np.float32)
    if summarize(recording)["blocks"]:
        decode_file(recording, folder / "decoded.wav", models)
        kept = read_whole(folder / "decoded.wav", rate, 1, 600.0)[0]
    return Killed((heard_hops * hop - len(kept)) / rate, bool(np.array_equal(kept, heard[: len(kept)])))


def small_recording(seed: int) -> bytes:
    """Two tiers with a fade, events, and an end; a few hundred bytes."""
    models = default_models_folder()
    tables = {tier: found for tier in (4, 8) if (found := current_tables(models, load_tier(models, tier).facts))}
    header = HoloHeader(
        "48k-hop128", 48000, 128, 192, 1, {"4": "0" * 16, "8": "0" * 16},
        tables={str(tier): found.digest for tier, found in tables.items()},
    )  # fmt: skip
    dna = np.random.default_rng(seed)

    def voice(starts: bool, hops: int, tier: int) -> VoiceRun:
        amplitudes = dna.integers(0, 4, (1, hops, tier), np.uint8)
        return VoiceRun(starts, 0, Dna(dna.integers(30, 40, (1, hops), np.uint8), amplitudes, amplitudes // 2))

    file = io.BytesIO()
    writer = HoloWriter(file, header, tables if seed % 4 else {})
    writer.write(DnaBlock(0, 12, (voice(True, 12, 8),)), [Event(0, "tier", 8.0), Event(700, "marker", "a")])
    writer.write(DnaBlock(12, 5, (voice(False, 5, 8), voice(True, 5, 4)), 0, 7))
    writer.write(DnaBlock(30, 9, (voice(True, 9, 4),)))
    writer.finish()
    return file.getvalue()


def mutated(data: bytes, others: list[bytes], choose: random.Random) -> bytes:
    """One to four changes: flipped bits, changed bytes and lengths, cuts, doubled, removed and foreign stretches."""
    changed = bytearray(data)
    for _ in range(choose.randint(1, 4)):
        place = choose.randrange(len(changed) + 1)
        stretch = min(len(changed) - place, int(choose.expovariate(1 / 20)))
        kind = choose.randrange(7)
        if kind == 0 and place < len(changed):
            changed[place] ^= 1 << choose.randrange(8)
        elif kind == 1 and place < len(changed):
            changed[place] = choose.choice((0, 1, 127, 128, 255, choose.randrange(256)))
        elif kind == 2:
            del changed[place:]
        elif kind == 3:
            del changed[place : place + stretch]
        elif kind == 4:
            changed[place:place] = changed[place : place + stretch]
        elif kind == 5:
            other = choose.choice(others)
            start = choose.randrange(len(other))
            changed[place : place + stretch] = other[start : start + stretch]
        elif (sync := changed.find(b"\xc1HB", place)) >= 0 and sync + 6 <= len(changed):
            changed[sync + 3 : sync + 6] = choose.randbytes(3)
    return bytes(changed)


def try_damaged_file(data: bytes, folder: Path) -> tuple[str, float]:
    """("read", "refused" or what else was raised, seconds) of reading, `info` and `repair`."""
    path, saved = folder / "mutant.holo", folder / "saved.holo"
    path.write_bytes(data)
    saved.unlink(missing_ok=True)
    outcome, started = "read", time.perf_counter()

    def read() -> None:
        with path.open("rb") as file:
            for _ in HoloReader(file).items():
                pass

    for work in (read, lambda: summarize(path), lambda: repair_file(path, saved)):
        try:
            work()
        except HoloFormatError:
            outcome = "refused"
        except Exception as error:  # that none comes is what is tried
            return f"{type(error).__name__}: {error}", time.perf_counter() - started
    return outcome, time.perf_counter() - started


def grow_to(hours: float, path: Path) -> tuple[float, float]:
    """(MB that writing, MB that reading a recording of so many hours adds to this process)."""
    models = default_models_folder()
    model = load_tier(models, 4)
    facts, tables = model.facts, current_tables(models, model.facts)
    header = HoloHeader(facts.family, facts.rate, facts.hop, facts.chunk, 1, {"4": version_name(facts)},
                        tables={"4": tables.digest} if tables else {})  # fmt: skip
    codes = np.random.default_rng(1).integers(0, 3, (1, 384, 4), np.uint8)
    dna = Dna(np.full((1, 384), 40, np.uint8), codes, codes)
    blocks = max(2, round(hours * 3600 * facts.frames_per_second / 384))
    with path.open("wb", buffering=0) as file:
        writer = HoloWriter(file, header, {4: tables} if tables else {})

        def write(numbers: range) -> None:
            for number in numbers:
                writer.write(DnaBlock(384 * number, 384, (VoiceRun(number == 0, 0, dna),)))

        write(range(blocks // 100))
        before = allocated(os.getpid())
        write(range(blocks // 100, blocks))
        writer.finish()
        written = allocated(os.getpid()) - before
    with path.open("rb") as long:
        found = HoloReader(long).blocks()
        for _ in range(blocks // 100):
            next(found)
        before = allocated(os.getpid())
        if sum(1 for _ in found) + blocks // 100 != blocks:
            raise RuntimeError("the long recording came back shorter than it was written")
        return written, allocated(os.getpid()) - before


def measure_safety(kills: int = KILLS, mutants: int = MUTANTS, hours: float = HOURS,
                   progress: Callable[[str], None] = lambda what: None) -> Measurement:  # fmt: skip
    """Targets: nothing but the last 1.1 s is ever lost, no damage is worse than one sentence, memory stays flat."""
    if not have_figures():
        raise RuntimeError("this bench needs Linux's /proc to watch processes")
    choose, rows = random.Random(1), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        killed = []
        for number in range(kills):
            progress(f"kill {number + 1} of {kills}")
            own = folder / str(number)
            own.mkdir()
            killed.append(kill_while_recording(own, choose.uniform(0.2, 5.0)))
        most, exact = max(each.lost_seconds for each in killed), all(each.exact for each in killed)
        rows.append(Row(
            ("kill -9 while recording", str(kills), f"{most:.2f} s lost at most, the rest {'' if exact else 'NOT '}bit-exact",
             f"<= {MOST_LOST_SECONDS:g} s, bit-exact"), most <= MOST_LOST_SECONDS and exact))  # fmt: skip
        sources, outcomes, slowest = [small_recording(seed) for seed in range(12)], {"read": 0, "refused": 0}, 0.0
        before, worst = allocated(os.getpid()), ""
        for number in range(mutants):
            if number % 1000 == 0:
                progress(f"damaged file {number} of {mutants}")
            outcome, seconds = try_damaged_file(mutated(choose.choice(sources), sources, choose), folder)
            slowest = max(slowest, seconds)
            if outcome in outcomes:
                outcomes[outcome] += 1
            else:
                worst = outcome
        grown = allocated(os.getpid()) - before
        rows.append(Row(
            ("damaged files: read, info, repair", str(mutants),
             worst or f"{outcomes['read']} read, {outcomes['refused']} refused, {slowest:.2f} s at most, {grown:+.1f} MB",
             f"no other error, <= {MOST_FILE_SECONDS:g} s"), not worst and slowest <= MOST_FILE_SECONDS))  # fmt: skip
        progress(f"a recording of {hours:g} hours")
        written, read = grow_to(hours, folder / "long.holo")
        rows.append(Row(
            ("a long recording", f"{hours:g} h", f"{written:+.1f} MB writing, {read:+.1f} MB reading",
             f"<= {MOST_GROWTH_MB:g} MB"), max(written, read) <= MOST_GROWTH_MB))  # fmt: skip
    values = {"lost_seconds": [each.lost_seconds for each in killed], "exact": exact, "outcomes": outcomes,
              "slowest_seconds": slowest, "unexpected": worst, "written_mb": written, "read_mb": read}  # fmt: skip
    return Measurement("safety", "Recordings in trouble", COLUMNS, tuple(rows), values, (
        "Killed: holostream with its screen drawing, at random moments; lost is what had been played and is not in the file. Damaged: one to four "
        "random changes (bits, bytes, lengths, cuts, doubled and foreign stretches) of small recordings. Long: memory from the first hundredth on.",
    ))  # fmt: skip
