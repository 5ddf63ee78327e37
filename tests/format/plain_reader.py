"""A second reader of `.holo`, written from docs/holo_format.md alone: plain loops, no numpy, nothing of the program.

It is slow and knows only what the page says; that it reads the golden files shows that the page says everything.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

DICTIONARY = (
    b'"original_channels":2,"software":"holostream 0.1.0","tags":{"title":"","artist":"","comment":""},'
    b'"tables":{"4":"","8":"","16":"","32":"","128":"","256":"","64":""}}{"family":"48k-hop128","rate":48000,'
    b'"hop":128,"chunk":192,"lanes":2,"models":{"4":"","8":"","16":"","32":"","128":"","256":"","64":"'
    b'"},"lead":0,"original_rate":0,"original_length":0,"original_channels":0,"software":"holostream 0.1.0","tags":{},'
    b'"tables":{}},"lanes":1,"lead":64,"original_rate":44100,"original_rate":48000,"original_channels":1'
)
THRESHOLDS = [
    73, 146, 219, 293, 366, 439, 512, 585, 658, 731, 805, 878, 951, 1024, 1135, 1257, 1393, 1544, 1710, 1895, 2100, 2327,
    2578, 2857, 3165, 3507, 3886, 4306, 4772, 5287, 5858, 6491, 7193, 7970, 8831, 9785, 10842, 12014, 13312,
]  # fmt: skip
TAPS = [
    (0, 0), (0, -1), (0, 1), (0, -2), (0, 2), (1, 0), (1, -1), (1, 1), (1, -2), (1, 2), (2, 0), (2, -1), (2, 1),
    (3, 0), (3, -1), (3, 1), (5, 0), (5, -1), (5, 1), (6, 0), (4, -1), (4, 1), (4, -3), (4, 3),
]  # fmt: skip


class Numbers:
    """Bytes read from the start: single ones, and numbers of 7 bits a byte."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def v(self) -> int:
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def s(self) -> int:
        n = self.v()
        return -(n + 1) // 2 if n & 1 else n // 2

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)


class RangeDecoder:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.low, self.range = 0, (1 << 64) - 1
        self.point = self.word() << 32 | self.word()

    def word(self) -> int:
        part = self.data[self.at : self.at + 4]
        self.at += 4
        return int.from_bytes(part.ljust(4, b"\0"), "big")

    def interval(self) -> int:
        self.scale = self.range >> 24
        return ((self.point - self.low) % (1 << 64)) // self.scale

    def consume(self, begin: int, size: int) -> None:
        self.low = (self.low + self.scale * begin) % (1 << 64)
        self.range = self.scale * size
        if self.range < 1 << 32:
            self.low = (self.low << 32) % (1 << 64)
            self.range <<= 32
            self.point = (self.point << 32 | self.word()) % (1 << 64)

    def by_table(self, frequencies: list[int]) -> int:
        place, begin = self.interval(), 0
        for symbol, frequency in enumerate(frequencies):
            if place < begin + (frequency << 9):
                self.consume(begin, frequency << 9)
                return symbol
            begin += frequency << 9
        raise AssertionError("beyond the table")

    def uniform(self, size: int) -> int:
        if size == 1:
            return 0
        each = (1 << 24) // size
        symbol = min(self.interval() // each, size - 1)
        self.consume(symbol * each, each if symbol < size - 1 else (1 << 24) - each * (size - 1))
        return symbol


class Tables:
    def __init__(self, models: Path, tier: int, digest: str) -> None:
        data = (models / f"tier_{tier:03d}" / "entropy" / f"{digest}.tables").read_bytes()
        assert data[:4] == b"HOLT"
        assert data[4] in (1, 2, 3, 4)
        self.layers, harmonics, classes = data[5], int.from_bytes(data[6:8], "little"), data[8]
        assert struct.unpack("<I", data[-4:])[0] == zlib.crc32(data[:-4])
        body = zlib.decompress(data[16:-4])
        base = harmonics // self.layers
        self.class_of = list(body[:base])
        at, count = base, 4 * 2 * self.layers * classes * 25
        weights = struct.unpack_from(f"<{count}h", body, at)
        at += 2 * count
        self.weights = lambda group, parity, layer, of: weights[
            (((group * 2 + parity) * self.layers + layer) * classes + of) * 25 :
        ][:25]
        count = self.layers * 4 * 2 * 40 * 4 * 17
        amplitudes = struct.unpack_from(f"<{count}H", body, at)
        at += 2 * count
        self.amplitudes = lambda row: list(amplitudes[row * 17 : row * 17 + 17])
        gains = struct.unpack_from(f"<{27 * 32}H", body, at)
        at += 2 * 27 * 32
        self.gains = lambda row: list(gains[row * 32 : row * 32 + 32])
        self.version, self.word_count, self.split = data[4], data[9], data[10]
        size = 9 if self.version == 2 else self.word_count + 1
        words = struct.unpack_from(f"<{(len(body) - at) // 2}H", body, at)
        self.words = lambda row: list(words[row * size : row * size + size])


def rounds(frames: int) -> list[tuple[int, list[tuple[int, int, int, int, int]]]]:
    """(group, [(frame, before, after, early, later), ...])."""
    found = [(0, [(0, -1, -1, -1, -1)])]
    away = 1
    while away < frames:
        away *= 2
    while (away := away // 2) >= 1:
        group = {4: 1, 2: 2, 1: 3}.get(away, 1)
        row = []
        for frame in range(away, frames, 2 * away):
            before = frame - away
            after = frame + away if frame + away < frames else before
            early = frame - 3 * away if frame >= 3 * away else before
            later = frame + 3 * away if frame + 3 * away < frames else after
            row.append((frame, before, after, early, later))
        found += [(group, row[start : start + 256]) for start in range(0, len(row), 256)]
    return found


def phase_count(n: int) -> int:
    return min(64, max(1, (471 * n + 50) // 100))


def word(amplitude: int, phase: int) -> int:
    return {0: 0, 1: 1 + phase, 2: 6 + phase}.get(amplitude, 15)


def code_of(word: int) -> tuple[int, int]:
    amplitude = 0
    while word >= phase_count(amplitude):
        word -= phase_count(amplitude)
        amplitude += 1
    return amplitude, word


def codes(data: bytes, lanes: int, frames: int, harmonics: int, tables: Tables) -> tuple[list, list, list]:
    """gains[lane][frame], amplitudes and phases[lane][frame][harmonic]."""
    decoder, base = RangeDecoder(data), harmonics // tables.layers
    wide = decoder.by_table([32767, 1])
    gains = [[0] * frames for _ in range(lanes)]
    for group, row in rounds(frames):
        escaped = []
        for lane in range(lanes):
            for frame, before, after, _, _ in row:
                own = gains[lane]
                if group == 0:
                    own[0] = decoder.uniform(256)
                    continue
                slope = min(4, max(-4, own[after] - own[before])) + 4
                symbol = decoder.by_table(tables.gains(9 * (group - 1) + slope))
                own[frame] = (own[before] + own[after] >> 1) + symbol - 15
                if symbol == 31:
                    escaped.append((lane, frame))
        for lane, frame in escaped:
            gains[lane][frame] = decoder.uniform(256)
    digits: set[tuple[int, int, int]] = set()
    grid = [[[[0] * base for _ in range(tables.layers)] for _ in range(frames)] for _ in range(lanes)]
    for group, row in rounds(frames):
        for layer in range(tables.layers):
            for parity in (0, 1):
                for frame, before, after, early, later in row:
                    for lane in range(lanes):
                        own = gains[lane]
                        change = 2 * own[frame] - own[before] - own[after] if group else 0
                        gain_class = 3 if own[frame] == 0 else 1 + (change > 1) - (change < -1)
                        places = [(before, layer), (after, layer), (early, layer), (later, layer), (frame, layer),
                                  (frame, layer - 1), (frame, layer - 2)]  # fmt: skip
                        for k in range(parity, base, 2):
                            if tables.word_count and layer == 0 and k == base - 1:
                                continue
                            if tables.split and layer and (below := grid[lane][frame][layer - 1][k]):
                                grid[lane][frame][layer][k] = min(16, below * {3: 9, 5: 13, 7: 17, 9: 21}[tables.split] // 4)
                                digits.add((lane, frame, layer * base + k))
                                continue
                            weights = tables.weights(group, parity, layer, tables.class_of[k])
                            predicted = weights[24]
                            for tap, (which, aside) in enumerate(TAPS):
                                at, of = places[which]
                                if at < 0 or of < 0 or not 0 <= k + aside < base:
                                    continue
                                if which == 4 and not parity:
                                    continue
                                predicted += weights[tap] * grid[lane][at][of][k + aside]
                            size = sum(predicted >= threshold for threshold in THRESHOLDS)
                            table = (((layer * 4 + group) * 2 + parity) * 40 + size) * 4 + gain_class
                            grid[lane][frame][layer][k] = decoder.by_table(tables.amplitudes(table))
    amplitudes = [
        [[code for of in grid[lane][frame] for code in of] for frame in range(frames)] for lane in range(lanes)
    ]
    for lane, of_lane in enumerate(amplitudes):
        for frame, of_frame in enumerate(of_lane):
            for k, code in enumerate(of_frame):
                if code == 16 and (lane, frame, k) not in digits:
                    of_frame[k] += decoder.uniform(240)
    for lane, frame, k in sorted(digits):
        amplitudes[lane][frame][k] = decoder.uniform(256 if wide else tables.split)
    telling = base - 1 if tables.word_count or (tables.version == 2 and not wide) else -1
    phases = [[[0] * harmonics for _ in range(frames)] for _ in range(lanes)]
    for lane in range(lanes):
        for frame in range(frames):
            for k, n in enumerate(amplitudes[lane][frame]):
                if k != telling or (tables.version == 2 and n not in (1, 2)):
                    count = tables.split if (lane, frame, k) in digits else phase_count(n)
                    phases[lane][frame][k] = decoder.uniform(256 if wide else count)
    if tables.word_count:
        words = whole_words(decoder, lanes, frames, tables)
        others = [(lane, frame) for lane in range(lanes) for frame in range(frames) if words[lane][frame] == tables.word_count]
        for lane in range(lanes):
            for frame in range(frames):
                if (lane, frame) not in others:
                    amplitudes[lane][frame][telling], phases[lane][frame][telling] = code_of(words[lane][frame])
        for lane, frame in others:
            amplitudes[lane][frame][telling] = decoder.uniform(256)
        for lane, frame in others:
            phases[lane][frame][telling] = decoder.uniform(256 if wide else phase_count(amplitudes[lane][frame][telling]))
    elif telling >= 0:
        for _, row in rounds(frames):
            for lane in range(lanes):
                for frame, before, after, _, _ in row:
                    n = amplitudes[lane][frame][telling]
                    if n in (1, 2):
                        said = [
                            word(amplitudes[lane][at][telling], phases[lane][at][telling]) if at >= 0 else 15
                            for at in (before, after)
                        ]
                        table = (n - 1) * 256 + said[0] * 16 + said[1]
                        phases[lane][frame][telling] = decoder.by_table(tables.words(table))
    return gains, amplitudes, phases


def whole_words(decoder: RangeDecoder, lanes: int, frames: int, tables: Tables) -> list[list[int]]:
    words, size = [[0] * frames for _ in range(lanes)], tables.word_count + 1
    for group, row in rounds(frames):
        for lane in range(lanes):
            for frame, before, after, _, _ in row:
                if group == 0:
                    words[lane][frame] = decoder.uniform(size)
                else:
                    table = ((group - 1) * size + words[lane][before]) * size + words[lane][after]
                    words[lane][frame] = decoder.by_table(tables.words(table))
    return words


def read(path: Path, models: Path) -> tuple[dict, list[dict], list[list], int]:
    """(header, blocks of frames, events, hops in all) of a complete file without zlib frames."""
    data = path.read_bytes()
    assert data[:4] == b"HOLO"
    assert data[4] == 3
    size = struct.unpack_from("<I", data, 8)[0]
    description = data[12 : 12 + size]
    assert struct.unpack_from("<I", data, 12 + size)[0] == zlib.crc32(data[: 12 + size])
    if data[5] == 1:
        description = zlib.decompressobj(-15, zdict=DICTIONARY).decompress(description)
    header, at = json.loads(description), 16 + size
    blocks, events, start = [], [], at
    placed = []
    while True:
        assert data[at : at + 3] == b"\xc1HB"
        word = int.from_bytes(data[at + 3 : at + 6], "little")
        kind, size = word & 15, word >> 4
        payload = data[at + 6 : at + 6 + size]
        assert struct.unpack_from("<I", data, at + 6 + size)[0] == zlib.crc32(data[at : at + 6 + size])
        if kind == 0:
            placed.append(at - start)
            blocks.append(coded_block(payload, header, models))
        elif kind == 2:
            events += json.loads(payload)
        elif kind == 3:
            return header, blocks, events, end(payload, placed, blocks)
        at += 6 + size + 4


def coded_block(payload: bytes, header: dict, models: Path) -> dict:
    numbers = Numbers(payload)
    head, first = numbers.take(1)[0], numbers.s()
    hops = numbers.v() if head & 128 else 384
    fade = tuple(numbers.take(2)) if head & 2 else (0, 0)
    levels: list[int] = []
    while head & 2 and fade == (0, 0) and len(levels) <= hops:
        count = numbers.v()
        levels += [numbers.take(1)[0]] * count
    lanes, voices = 1 + (head & 1), []
    for place in range(2 if head & 2 else 1):
        own = numbers.take(1)[0] if place else head
        tier = 4 << (own >> 2 & 7)
        preroll = numbers.v() if own & 64 else 0
        last = place == (1 if head & 2 else 0)
        data = numbers.rest() if last else numbers.take(numbers.v())
        tables = Tables(models, tier, header["tables"][str(tier)])
        voices.append((bool(own & 32), preroll, codes(data, lanes, preroll + hops, tier, tables)))
    return {"first": first, "hops": hops, "fade": fade, "levels": levels, "voices": voices}


def end(payload: bytes, placed: list[int], blocks: list[dict]) -> int:
    numbers = Numbers(payload)
    heard = numbers.v()
    entries = Numbers(zlib.decompress(numbers.take(numbers.v()), -15))
    assert int.from_bytes(numbers.rest(), "little") == len(payload)
    place = due = 0
    for at, block in zip(placed, blocks, strict=True):
        place += entries.v()
        first = due + entries.s()
        hops = entries.v()
        due = first + hops
        assert (place, first, hops) == (at, block["first"], block["hops"])
    assert not entries.rest()
    return heard
