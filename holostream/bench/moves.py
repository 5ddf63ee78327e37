"""DNA moves: what each costs in a hop, and whether it is taken up and taken back without a click.

Cost: the block path plays the demo voice, in turn some hops with every move neutral and some with the one at its full
amount; the median of the differences. Clicks: a move switches between neutral and its full amount at regular places of a
tone and of speech. What it should sound like there is known from passages: every move neutral, the move always on, the
same sound just before and after the crossing, and for a move in time, which is heard at no other place, what it reads.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.click_detector import ClickFinding, find_click
from holostream.bench.material import tone, voice
from holostream.bench.measurement import Measurement, Row
from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.tier_model import TierModel, default_models_folder, load_all_tiers
from holostream.engine.block_path import PathState, initial_path, step
from holostream.engine.command import MOVES, CommandKind
from holostream.engine.controls import Controls

COST_US = 100.0
COST_TIERS = (16, 64, 256)
TURN_HOPS, TURNS = 60, 12
CLICK_TIER = 64
CROSS_EVERY_HOPS = 97
SETTLED_HOPS = 12
"""After which a glide of 20 ms and the sound of the moment are over."""
RING_FRAMES = 64
BESIDE_HOPS = (-17, -16, -15, -14, 14, 15, 16, 17)
"""Where the sound before and after a crossing is compared with it: the shortest loop comes round in four hops."""
READ_BACK_HOPS = 200
"""How far back moves in time read, all but one."""
EIGHT_BEATS_HOPS = 1500
"""Where a loop of eight beats begins, at 120 a minute."""
MOVES_IN_TIME = ("freeze", "loop", "loop_beats", "reverse", "scrub", "speed", "stutter")
"""They play what was heard lately: it may be as abrupt as that was."""
COLUMNS = ("move", *(f"us at tier {tier}" for tier in COST_TIERS), "clicks tone", "clicks speech")


@dataclass
class Playing:
    """A path that plays (1, n) samples round and round; the second source is the same sound, half a second on."""

    path: PathState
    controls: Controls
    samples: np.ndarray

    def play(self, hops: int) -> np.ndarray:
        hop, out = self.path.facts.hop, []
        for _ in range(hops):
            at = self.path.hop * hop % (self.samples.shape[1] - 200 * hop)
            second = self.samples[:, at + 187 * hop : at + 188 * hop] if self.path.second else None
            out.append(step(self.samples[:, at : at + hop], self.path, self.controls, second=second)[0])
        return np.concatenate(out)


def playing(
    tiers: dict[int, TierModel],
    tier: int,
    samples: np.ndarray,
    kind: CommandKind | None = None,
    second: bool = True,
    morph: float = 0.0,
) -> Playing:
    """`kind`: a move that is on, at its full amount, from the start. `second`: with a second source."""
    controls = Controls(tier, feedback_guard=False, morph_tier=32, morph=morph)
    if kind is not None:
        controls.set(kind.name, kind.highest)
    ring = DnaRing(bytearray(ring_bytes(1, RING_FRAMES)), 1, RING_FRAMES)
    wanted = {harmonics: tiers[harmonics] for harmonics in (tier, 32)}
    return Playing(initial_path(wanted, 1, ring, controls, second=second), controls, samples)


def cost_us(tiers: dict[int, TierModel], tier: int, kind: CommandKind, samples: np.ndarray) -> float:
    """Microseconds that a hop takes longer with the move at its full amount."""
    on = playing(tiers, tier, samples)
    # A second sound is encoded whether it is crossed with or not: all of that is what a cross costs.
    off = playing(tiers, tier, samples, second=False) if kind.name == "cross" else on
    on.play(TURN_HOPS)
    differences = []
    for _ in range(TURNS):
        took = []
        for live, value in ((off, kind.neutral), (on, kind.highest)):
            live.controls.set(kind.name, value)
            live.play(SETTLED_HOPS)
            elapsed = []
            for _ in range(TURN_HOPS):
                before = time.perf_counter_ns()
                live.play(1)
                elapsed.append(time.perf_counter_ns() - before)
            took.append(float(np.median(elapsed)))
        differences.append((took[1] - took[0]) / 1000)
    return round(float(np.median(differences)), 1)


def crossings(
    tiers: dict[int, TierModel], tier: int, kind: CommandKind, samples: np.ndarray, morph: float = 0.0
) -> list[ClickFinding]:
    """What the click detector finds around every change between neutral and full, `morph` of the way to tier 32."""
    facts = tiers[tier].facts
    hop, hops = facts.hop, samples.shape[1] // facts.hop - 200
    neutral = playing(tiers, tier, samples, morph=morph).play(hops)
    on = playing(tiers, tier, samples, kind, morph=morph).play(hops)
    live, heard = playing(tiers, tier, samples, morph=morph), []
    # Not from the start: reversed for as long, it would come to where the sound begins, which is a click of its own.
    first = 2 * CROSS_EVERY_HOPS
    places = range(first, hops - CROSS_EVERY_HOPS, CROSS_EVERY_HOPS)
    heard.append(live.play(first))
    for number, _ in enumerate(places):
        live.controls.set(kind.name, kind.neutral if number % 2 else kind.highest)
        heard.append(live.play(CROSS_EVERY_HOPS))
    sound = np.concatenate(heard)
    findings = []
    length = (2 + SETTLED_HOPS) * hop
    for place in places:
        start = (place - 2) * hop
        window = slice(start, start + length)
        references = [neutral[window], on[window], *_passages(sound, start, length, hop, BESIDE_HOPS)]
        if kind.name in MOVES_IN_TIME:
            newest = EIGHT_BEATS_HOPS - READ_BACK_HOPS // 2 if kind.name == "loop_beats" else 0
            references += _passages(neutral, start, length, hop, range(-newest - READ_BACK_HOPS, -newest))
        findings.append(find_click(sound[window], references, facts.rate))
    return findings


def _passages(sound: np.ndarray, start: int, length: int, hop: int, shifts: Iterable[int]) -> list[np.ndarray]:
    """Of the sound, as long as the one that begins at `start`, so many hops from it; those that are there."""
    places = [start + shift * hop for shift in shifts]
    return [sound[place : place + length] for place in places if 0 <= place <= len(sound) - length]


def measure_moves(
    models: Path | None = None, seconds: float = 8.0, names: tuple[str, ...] | None = None
) -> Measurement:
    """Every move. Targets: below 0.1 ms a hop, no clicks. Raises ValueError for a name that is no move's."""
    known = [kind.name for kind in MOVES]
    if unknown := [name for name in names or () if name not in known]:
        raise ValueError(f"there is no move {unknown[0]!r}; there are {', '.join(known)}")
    tiers = load_all_tiers(models or default_models_folder())
    facts = next(iter(tiers.values())).facts
    samples = round(seconds * facts.rate) // facts.hop * facts.hop
    speech = voice(facts.rate, samples)
    sounds = {"tone": tone(samples, facts.rate), "speech": speech}
    rows, values = [], []
    for kind in MOVES:
        if names is not None and kind.name not in names:
            continue
        costs = [cost_us(tiers, tier, kind, speech) for tier in COST_TIERS]
        found = {name: crossings(tiers, CLICK_TIER, kind, sound) for name, sound in sounds.items()}
        clicks = {name: sum(one.clicks for one in findings) for name, findings in found.items()}
        tried = {name: len(findings) for name, findings in found.items()}
        rows.append(
            Row(
                (
                    kind.name,
                    *(f"{cost:.0f}" for cost in costs),
                    *(f"{clicks[name]} of {tried[name]}" for name in sounds),
                ),
                max(costs) < COST_US and not any(clicks.values()),
            )
        )
        values.append(
            {
                "move": kind.name,
                "cost_us": dict(zip(map(str, COST_TIERS), costs, strict=True)),
                "clicks": clicks,
                "crossings": tried,
            }
        )
    return Measurement(
        "moves",
        "DNA moves",
        COLUMNS,
        tuple(rows),
        {"rows": values, "seconds": seconds},
        (
            "What a hop costs more with the move at its full amount than with all of them neutral, back to back, one thread. "
            f"Clicks: found where it is taken up and taken back on 440 Hz and on speech, at tier {CLICK_TIER}. "
            f"Targets: below {COST_US:.0f} us, no clicks. morph runs a second tier, cross encodes a second sound.",
        ),
    )
