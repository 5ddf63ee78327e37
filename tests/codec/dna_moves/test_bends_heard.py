"""Bends as they sound, through the shipped tiers: levels, spectra, periods, clicks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from holostream.bench.click_detector import find_click
from holostream.bench.material import tone, voice
from holostream.codec.dna import Dna
from holostream.codec.dna_moves.bend import Bend
from holostream.codec.dna_moves.bend_plan import BendAmounts
from holostream.codec.dna_moves.harmonic_levels import harmonic_levels
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import TierModel
from tests.bent_sound import FULL, Codes, applied, bent, codes_of, encoded, level_db, vocoded

HOPS = 132
TURN_EVERY = 41
LOUDER_DB = 6.0
SOFTEST_DB = {"mute_range": -30.0}
"""Against the sound as it was; a voice is nearly all in its lowest quarter."""
LARGER_STEPS = {(4, "shift"): 2.3}
"""Than 1.6 times those of the tone: all of it leaves tier 4 at once, whose network ends less smoothly. Live a shift is faded."""


class Heard:
    """One sound in one tier, and what bends make of it; each bent once."""

    def __init__(self, model: TierModel, samples: np.ndarray) -> None:
        self.model, self.bend = model, Bend(model.facts, harmonic_levels(model))
        self.dna = encoded(model, samples)
        self.plain = vocoded(model, self.dna)[0]
        self._bent: dict[BendAmounts, Dna] = {}
        self._sounds: dict[BendAmounts, np.ndarray] = {}

    def codes(self, amounts: BendAmounts) -> Dna:
        if amounts not in self._bent:
            self._bent[amounts] = bent(self.dna, self.bend, amounts)
        return self._bent[amounts]

    def sound(self, amounts: BendAmounts) -> np.ndarray:
        if amounts not in self._sounds:
            self._sounds[amounts] = vocoded(self.model, self.codes(amounts))[0]
        return self._sounds[amounts]


@pytest.fixture(scope="module")
def voices(tiers: dict[int, TierModel]) -> dict[int, Heard]:
    samples = voice(48000)[:, 24000 : 24000 + HOPS * 128]
    return {harmonics: Heard(model, samples) for harmonics, model in tiers.items()}


@pytest.fixture(scope="module")
def tones(tiers: dict[int, TierModel]) -> dict[int, Heard]:
    samples = tone(HOPS * 128, 48000)
    return {harmonics: Heard(model, samples) for harmonics, model in tiers.items()}


def likeness_after(samples: np.ndarray, lag: int) -> float:
    """Correlation with itself so many samples later."""
    return float(np.corrcoef(samples[lag:], samples[:-lag])[0, 1])


def centroid_hz(samples: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((power * np.fft.rfftfreq(len(samples), 1 / 48000)).sum() / power.sum())


def band_db(samples: np.ndarray, low: float, high: float) -> float:
    power, hz = np.abs(np.fft.rfft(samples)) ** 2, np.fft.rfftfreq(len(samples), 1 / 48000)
    return float(10 * np.log10(power[(hz >= low) & (hz < high)].sum() + 1e-12))


@pytest.mark.parametrize("harmonics", TIERS)
def test_no_bend_is_silent_or_loud(voices: dict[int, Heard], harmonics: int) -> None:
    heard = voices[harmonics]
    for name, amounts in FULL.items():
        sound = heard.sound(amounts)
        assert np.isfinite(sound).all()
        change = level_db(sound) - level_db(heard.plain)
        assert SOFTEST_DB.get(name, -12.0) < change < LOUDER_DB, f"{name}: {change:+.1f} dB"
        assert np.abs(sound).max() < 2 * np.abs(heard.plain).max(), name


@pytest.mark.parametrize("harmonics", [128, 256])
def test_layered_tiers_sound_as_tier_64_does(voices: dict[int, Heard], harmonics: int) -> None:
    for name, amounts in FULL.items():
        difference = level_db(voices[harmonics].sound(amounts)) - level_db(voices[64].sound(amounts))
        assert abs(difference) < 3, f"{name}: {difference:+.1f} dB"


@pytest.mark.parametrize("harmonics", [4, 16, 64, 256])
def test_a_jump_on_speech_does_not_click(voices: dict[int, Heard], harmonics: int) -> None:
    """From neutral to all of it within one hop, and back; live it glides besides."""
    for name, findings in jumps(voices[harmonics]):
        assert max(found.high_excess_db for found in findings) < 3, name
        assert max(found.step_excess for found in findings) < 1.5, name


@pytest.mark.parametrize("harmonics", [4, 16, 64, 256])
def test_a_jump_on_a_tone_is_no_more_than_its_end(tones: dict[int, Heard], harmonics: int) -> None:
    for name, findings in jumps(tones[harmonics]):
        assert max(found.high_excess_db for found in findings) < 6, name
        assert max(found.step_excess for found in findings) < LARGER_STEPS.get((harmonics, name), 1.6), name


def test_the_jumps_can_be_heard_to_click(tones: dict[int, Heard]) -> None:
    """The same places cut hard in the sound."""
    heard, full = tones[64], tones[64].sound(FULL["robot"])
    cut = np.where(np.arange(len(full)) // 128 // TURN_EVERY % 2, np.roll(full, 29), heard.plain)
    found = [find_click(cut[part], [heard.plain[part], full[part]], 48000) for part in turning_places()]
    assert max(one.high_excess_db for one in found) > 10


def turning_places() -> list[slice]:
    return [slice((hop - 2) * 128, (hop + 6) * 128) for hop in range(TURN_EVERY, HOPS - 6, TURN_EVERY)]


def jumps(heard: Heard):
    """(name, findings) of every bend at full amount, on and off again."""
    on = (np.arange(HOPS) // TURN_EVERY % 2).astype(bool)
    for name, amounts in FULL.items():
        full = heard.codes(amounts)
        mixed = Dna(
            np.where(on, full.gains, heard.dna.gains),
            np.where(on[:, np.newaxis], full.amplitudes, heard.dna.amplitudes),
            np.where(on[:, np.newaxis], full.phases, heard.dna.phases),
        )
        sound, references = vocoded(heard.model, mixed)[0], (heard.plain, heard.sound(amounts))
        yield (
            name,
            [find_click(sound[part], [each[part] for each in references], 48000) for part in turning_places()],
        )


@pytest.mark.parametrize("harmonics", [64, 256])
def test_a_muted_band_is_gone_and_the_others_stay(voices: dict[int, Heard], harmonics: int) -> None:
    heard = voices[harmonics]
    low, high = (0, 5500), (7000, 24000)  # on either side of a quarter, 6000 Hz
    muted, solo = heard.sound(FULL["mute_range"]), heard.sound(FULL["solo_range"])
    assert band_db(muted, *low) < band_db(heard.plain, *low) - 30
    assert band_db(solo, *high) < band_db(heard.plain, *high) - 10
    assert abs(band_db(muted, *high) - band_db(heard.plain, *high)) < 0.5
    assert abs(band_db(solo, *low) - band_db(heard.plain, *low)) < 0.5
    half = heard.sound(BendAmounts(mute_range=0.5))
    assert band_db(half, *low) == pytest.approx(band_db(heard.plain, *low) - 12, abs=1.5)


@pytest.mark.parametrize("harmonics", [16, 64, 256])
def test_tilt_brightens_and_darkens_at_the_same_level(voices: dict[int, Heard], harmonics: int) -> None:
    heard = voices[harmonics]
    sounds = [heard.sound(BendAmounts(tilt=tilt)) for tilt in (-12.0, -3.0, 0.0, 3.0, 12.0)]
    centroids = [centroid_hz(sound) for sound in sounds]
    assert all(b > 1.3 * a for a, b in pairwise(centroids))
    assert all(abs(level_db(sound) - level_db(heard.plain)) < 0.9 for sound in sounds)


def test_tilt_is_in_db_per_octave(tiers: dict[int, TierModel]) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal((1, HOPS * 128)).astype(np.float32)
    heard = Heard(tiers[256], noise)
    octaves = ((750, 1500), (1500, 3000), (3000, 6000), (6000, 12000))
    change = [
        band_db(heard.sound(BendAmounts(tilt=3.0)), *octave) - band_db(heard.sound(BendAmounts()), *octave)
        for octave in octaves
    ]
    assert np.diff(change) == pytest.approx([3.0] * 3, abs=0.7)


def test_shift_moves_a_tone_by_whole_harmonics(tones: dict[int, Heard]) -> None:
    for harmonics in (64, 256):
        sound = tones[harmonics].sound(BendAmounts(shift=8.0))[2048:]
        peak = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax() * 48000 / len(sound)
        assert abs(peak - (440 + 8 * 375)) < 4
        # A vocoder with a network makes of another tone another level, too.
        assert abs(level_db(sound) - level_db(tones[harmonics].plain[2048:])) < 1.0


@pytest.mark.parametrize("harmonics", TIERS)
def test_robot_is_monotone_and_whisper_has_no_pitch(voices: dict[int, Heard], harmonics: int) -> None:
    heard = voices[harmonics]
    robot, whisper = heard.sound(FULL["robot"]), heard.sound(FULL["whisper"])
    # One pulse a hop, every other one upside down.
    assert likeness_after(robot, 256) > max(0.75, likeness_after(heard.plain, 256) + 0.1)
    assert likeness_after(robot, 128) < min(-0.4, likeness_after(heard.plain, 128) - 0.3)
    for lag in (128, 256, 384):
        assert abs(likeness_after(whisper, lag)) < 0.2


@pytest.mark.parametrize("harmonics", [16, 64, 256])
def test_a_frozen_tone_stays_a_steady_tone(tiers: dict[int, TierModel], harmonics: int) -> None:
    hz, model = 1312.5, tiers[harmonics]
    samples = 0.3 * np.sin(2 * np.pi * hz / 48000 * np.arange(200 * 128), dtype=np.float32)[np.newaxis]
    dna, bend = encoded(model, samples), Bend(model.facts)

    def held(drift: float, turning: bool = True) -> np.ndarray:
        def move(bend: Bend, codes: Codes, hop: int) -> Codes:
            return applied(bend, codes_of(dna, 50), BendAmounts(freeze_drift=drift), hop, hop * turning)

        return vocoded(model, bent(dna, bend, move))[0]

    still, barely, fully = held(0.0, turning=False), held(1e-6), held(1.0)
    # Held without turning it is a buzz: everything is a multiple of the hop rate.
    assert peak_hz(still) == pytest.approx(1500, abs=2)
    for frozen in (barely, fully):
        assert peak_hz(frozen) == pytest.approx(hz, abs=4)
        assert level_db(frozen) == pytest.approx(level_db(samples), abs=2.5)
    assert hop_rate_beat_db(barely) < -22
    assert hop_rate_beat_db(fully) < -12
    beating = 1 + 0.6 * np.sin(2 * np.pi * 375 / 48000 * np.arange(len(barely)))
    assert hop_rate_beat_db(barely * beating) > -12


def peak_hz(samples: np.ndarray) -> float:
    part = samples[8192:]
    return float(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() * 48000 / len(part))


def hop_rate_beat_db(samples: np.ndarray) -> float:
    """How much the envelope swings at 375 Hz, of its mean."""
    part = samples[8192:]
    part = part[: len(part) // 384 * 384]
    spectrum = np.fft.fft(part)
    spectrum[len(part) // 2 :] = 0
    envelope = np.abs(np.fft.ifft(2 * spectrum))
    swing = np.abs(np.fft.rfft(envelope * np.hanning(len(part))))
    at = round(375 * len(part) / 48000)
    return float(20 * np.log10(swing[at - 3 : at + 4].max() / swing[0]))


@pytest.mark.parametrize("harmonics", [16, 64])
def test_cross_puts_the_phases_of_one_under_the_amplitudes_of_another(
    voices: dict[int, Heard], tones: dict[int, Heard], harmonics: int
) -> None:
    heard, other = voices[harmonics], tones[harmonics]
    crossed = bent(
        heard.dna, heard.bend, lambda b, codes, hop: applied(b, codes, BendAmounts(cross=1.0), hop, 0, codes_of(other.dna, hop))
    )
    assert np.array_equal(crossed.gains, heard.dna.gains)
    assert np.array_equal(crossed.amplitudes, heard.dna.amplitudes)
    sound = vocoded(heard.model, crossed)[0]
    assert abs(level_db(sound) - level_db(heard.plain)) < 1.5
    assert np.corrcoef(sound, other.plain)[0, 1] > np.corrcoef(heard.plain, other.plain)[0, 1] + 0.3
