"""Tier switches: every ordered pair, on a tone and on speech, searched for clicks and timed.

One run of the block path per pair switches back and forth at regular places, so that clicks are looked for in many
phases of the sound. What a switch should sound like is known: each tier alone over the same passage. The detector is
held to its word by splices that must be found: the same passages, cut hard from one tier to the other and misaligned.

How soon: the weight of the new tier in every hop after the command, by least squares from the two tiers alone:
y = a + w (b - a). A command waits for the next hop, at most one; the switch is complete when w has reached 1.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from holostream.bench.click_detector import ClickFinding, find_click
from holostream.bench.material import tone, voice
from holostream.bench.measurement import Measurement, Row
from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.tier_fade import FADE_HOPS
from holostream.codec.tier_model import TierModel, default_models_folder, load_all_tiers
from holostream.engine.block_path import initial_path, step
from holostream.engine.controls import Controls

SWITCH_EVERY_HOPS = 41
"""Not a multiple of the tone's or the voice's periods."""
BEFORE_HOPS, AFTER_HOPS = 2, 4
SPLICE_SAMPLES = 29
"""By how much the planted splice is misaligned: about a quarter of a period of 440 Hz."""
COMPLETE = 0.99
RING_FRAMES = 64
COLUMNS = ("sound", "pairs", "switches", "clicks", "step", "high", "splices", "complete", "target")


@dataclass
class SwitchFindings:
    """Of all switches on one sound. `weights`: numerator and denominator of the least-squares weight, by hop."""

    findings: dict[tuple[int, int], list[ClickFinding]] = field(default_factory=dict)
    splices: list[bool] = field(default_factory=list)
    weights: np.ndarray = field(default_factory=lambda: np.zeros((2, 1 + FADE_HOPS + AFTER_HOPS)))

    @property
    def clicks(self) -> int:
        return sum(finding.clicks for findings in self.findings.values() for finding in findings)

    @property
    def complete_after_hops(self) -> int:
        """Hops from the first one that heard the command to the end of the one that is the new tier alone, but for it."""
        weights = self.weights[0] / np.maximum(self.weights[1], 1e-12)
        unfinished = np.flatnonzero(weights < COMPLETE)
        return int(unfinished[-1]) + 1 if len(unfinished) else 0


def play(tiers: dict[int, TierModel], samples: np.ndarray, schedule: list[int]) -> np.ndarray:
    """(1, hops * hop) samples through the block path, `schedule` naming the tier of every hop -> (hops * hop,)."""
    hop = tiers[schedule[0]].facts.hop
    ring = DnaRing(bytearray(ring_bytes(1, RING_FRAMES)), 1, RING_FRAMES)
    controls = Controls(schedule[0], feedback_guard=False)
    path = initial_path({tier: tiers[tier] for tier in sorted(set(schedule))}, 1, ring, controls)
    heard = np.empty(len(schedule) * hop, np.float32)
    for place, tier in enumerate(schedule):
        controls.tier = tier
        heard[place * hop : (place + 1) * hop] = step(samples[:, place * hop : (place + 1) * hop], path, controls)[0]
    return heard


def switch_schedule(first: int, second: int, hops: int) -> tuple[list[int], list[int]]:
    """The tier of every hop, back and forth, and the hops that begin with a switch."""
    schedule = [(first, second)[place // SWITCH_EVERY_HOPS % 2] for place in range(hops)]
    places = range(SWITCH_EVERY_HOPS, hops - FADE_HOPS - AFTER_HOPS, SWITCH_EVERY_HOPS)
    return schedule, list(places)


def try_switches(tiers: dict[int, TierModel], samples: np.ndarray, pairs: list[tuple[int, int]]) -> SwitchFindings:
    """Play every unordered pair of `pairs` back and forth over (1, n) samples."""
    facts = next(iter(tiers.values())).facts
    hop, hops, result = facts.hop, samples.shape[1] // facts.hop, SwitchFindings()
    alone = {tier: play(tiers, samples, [tier] * hops) for tier in sorted({tier for pair in pairs for tier in pair})}
    for first, second in pairs:
        schedule, places = switch_schedule(first, second, hops)
        heard = play(tiers, samples, schedule)
        for place in places:
            old, new = schedule[place - 1], schedule[place]
            window = slice((place - BEFORE_HOPS) * hop, (place + 1 + FADE_HOPS + AFTER_HOPS) * hop)
            references = [alone[old][window], alone[new][window]]
            result.findings.setdefault((old, new), []).append(find_click(heard[window], references, facts.rate))
            result.splices.append(
                find_click(splice(alone[old], alone[new], place * hop)[window], references, facts.rate).clicks
            )
            result.weights += _new_tier_weights(heard, alone[old], alone[new], place, hop)
    return result


def splice(old: np.ndarray, new: np.ndarray, at: int) -> np.ndarray:
    """One tier cut hard to the other at sample `at`, the other late: what a switch must not sound like."""
    return np.concatenate((old[:at], new[at - SPLICE_SAMPLES : len(new) - SPLICE_SAMPLES]))


def _new_tier_weights(heard: np.ndarray, old: np.ndarray, new: np.ndarray, place: int, hop: int) -> np.ndarray:
    window = slice(place * hop, (place + 1 + FADE_HOPS + AFTER_HOPS) * hop)
    change = (new[window] - old[window]).astype(np.float64).reshape(-1, hop)
    moved = (heard[window] - old[window]).astype(np.float64).reshape(-1, hop)
    return np.stack(((moved * change).sum(axis=1), (change**2).sum(axis=1)))


def measure_switch(
    models: Path | None = None, seconds: float = 8.0, pairs: list[tuple[int, int]] | None = None
) -> Measurement:
    """All ordered pairs on both sounds. Targets: no click; complete within the hop it waits for, the one that primes, and the fade."""
    tiers = load_all_tiers(models or default_models_folder())
    facts = next(iter(tiers.values())).facts
    pairs = pairs or list(itertools.combinations(sorted(tiers), 2))
    samples = round(seconds * facts.rate) // facts.hop * facts.hop
    latest = (2 + FADE_HOPS) * facts.hop  # the hop a command waits for, the one that primes, and the fade
    rows, values = [], []
    for name, sound in (("440 Hz tone", tone(samples, facts.rate)), ("speech", voice(facts.rate, samples))):
        found = try_switches(tiers, sound, pairs)
        every = [finding for findings in found.findings.values() for finding in findings]
        clicking = sorted(pair for pair, findings in found.findings.items() if any(one.clicks for one in findings))
        worst_step, worst_db = max(one.step_excess for one in every), max(one.high_excess_db for one in every)
        complete = (1 + found.complete_after_hops) * facts.hop
        rows.append(
            Row(
                (
                    name,
                    str(len(found.findings)),
                    str(len(every)),
                    str(found.clicks),
                    f"{worst_step:.2f} x",
                    f"{worst_db:+.1f} dB",
                    f"{np.mean(found.splices):.0%}",
                    str(complete),
                    f"0; {latest}",
                ),
                found.clicks == 0 and complete <= latest,
            )
        )
        values.append(
            {
                "sound": name,
                "switches": len(every),
                "pairs": len(found.findings),
                "clicks": found.clicks,
                "clicking_pairs": clicking,
                "step_excess": worst_step,
                "high_excess_db": worst_db,
                "splices_found": sum(found.splices),
                "splices": len(found.splices),
                "complete_after_samples": complete,
            }
        )
    return Measurement(
        "switch",
        "Tier switches",
        COLUMNS,
        tuple(rows),
        {"rows": values, "seconds": seconds},
        (
            "Step, high: the largest sample step and the energy above 16 kHz around the switches at their worst, against the "
            "larger of the two tiers alone at the same moment. Splices: the detector's own test, how many of the same places "
            f"it finds when cut hard and {SPLICE_SAMPLES} samples misaligned (pauses and tiers that sound alike hide some). Complete: samples from "
            f"the command to the new tier alone, waiting for a hop included. Target: no clicks, complete in {latest} samples or {1000 * latest / facts.rate:.0f} ms: waiting for a hop, priming, and the fade.",
        ),
    )
