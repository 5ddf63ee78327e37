"""Noise told by the last pair: the word that was chosen is the word that is heard, and nothing is added where none is told."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from holostream.codec.polar_code import MAX_PHASES
from holostream.network.export import TierNetwork, export_tier
from holostream.network.noise import LARGEST_CODE, NOISE_ROWS, STRENGTH, Noise, word_codes
from holostream.network.quantizer import Quantizer
from holostream.network.shape import NetworkShape
from holostream.training.noise_words import learn_noise_words

SHAPE = NetworkShape(16, (0.5,), 0.05, noise_from=20)


def noisy_network(shape: NetworkShape = SHAPE) -> TierNetwork:
    network = TierNetwork(shape).eval()
    assert network.encoder.noise is not None
    words = network.encoder.noise.words
    # Far enough apart to be told apart by one frame.
    words.copy_(-1.5 * torch.arange(len(words))[:, None])
    return network


def hiss(seconds: float, level: float, seed: int = 1) -> np.ndarray:
    """White noise above 8 kHz beside a steady low tone."""
    samples = round(seconds * 48000) // 128 * 128
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    spectrum[: round(8000 * samples / 48000)] = 0
    tone = 0.3 * np.sin(2 * np.pi * 700 / 48000 * np.arange(samples))
    return (level * np.fft.irfft(spectrum, samples) + tone).astype(np.float32)[np.newaxis]


def played(network: TierNetwork, sound: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """What is heard, aligned, and the last pair's amplitude codes."""
    chunks = torch.nn.functional.pad(torch.from_numpy(sound), (64, 0)).unfold(-1, 192, 128)
    with torch.no_grad():
        gains, amplitudes, phases, _ = network.encoder(chunks, network.encoder.initial_state(1))
        out, _ = network.vocoder(gains, amplitudes, phases, torch.zeros(1, 1), torch.arange(len(gains[0]), dtype=torch.int32))
    whole = torch.zeros(out.shape[1] * 128 + 64)
    for place, chunk in enumerate(out[0]):
        whole[128 * place : 128 * place + 192] += chunk
    return whole[64:], amplitudes[0, :, -1]


def high_db(sound: np.ndarray) -> float:
    """Level above 8 kHz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    return 10 * math.log10(spectrum[len(sound) * 8000 // 48000 :].sum() + 1e-12)


@pytest.mark.parametrize(("largest", "words"), [(LARGEST_CODE, 15), (3, 29), (4, 48)])
def test_words_are_legal_codes_by_amplitude(largest: int, words: int) -> None:
    codes = word_codes(largest)
    assert codes[0].tolist() == [0, 0, 1]
    assert (codes[:, 1] < codes[:, 2]).all()
    assert codes[:, 0].tolist() == sorted(codes[:, 0])
    assert (codes[-1, 0], len(codes)) == (largest, words)


@pytest.mark.parametrize("largest", [2, 3, 4])
def test_every_word_comes_back_through_the_quantizer(largest: int) -> None:
    network = noisy_network(replace(SHAPE, loudest_word=largest))
    noise, words = network.encoder.noise, word_codes(largest)
    assert noise is not None
    step = network.quantizer.log_steps.exp().detach()
    pairs = torch.zeros(1, len(words), 16, 2)
    pairs[0, :, -1] = noise.unit * step[0, -1]
    codes = network.quantizer.quantize(pairs)
    assert codes[0][0, :, -1].tolist() == words[:, 0].tolist()
    assert codes[1][0, :, -1].tolist() == words[:, 1].tolist()
    noise.rows.fill_(1.0)
    added = noise(network.quantizer.places(*codes), torch.zeros(len(words), dtype=torch.int32), step)
    assert not added[0, 0].any()
    expected = STRENGTH * torch.exp(0.5 * noise.words[:, :1])
    assert torch.allclose(added[0, 1:], expected.expand(-1, 88), rtol=1e-4)


def test_low_tiers_say_formants_rather_than_the_wide_bands_above() -> None:
    """Of two words the one that is right below 4.5 kHz, though the other is right in three quarters of the pairs."""
    noise, steps = Noise(3, 3, 128, 192), torch.full((1, 4, 1), 1.0)
    chunk = torch.from_numpy(hiss(0.01, 0.1)[:, :192])
    level, _ = noise.levels(chunk, steps)
    right_below, right_above = level.clone(), level.clone()
    right_below[:, 6:] -= 1.5
    right_above[:, :5] -= 1.5
    noise.words.fill_(50.0)
    noise.words[:2] = torch.cat((right_above, right_below))

    def told() -> torch.Tensor:
        cosine, sine = noise.tell(chunk, steps).chunk(2, -1)
        assert not cosine[..., :3].any()
        assert not sine[..., :3].any()
        return torch.cat((cosine[..., 3:], sine[..., 3:]), -1)

    assert torch.allclose(told(), noise.unit[2])
    noise.weight.fill_(1.0)
    assert torch.allclose(told(), noise.unit[1])


@pytest.mark.parametrize("level", [0.1, 0.01])
def test_noise_is_as_loud_as_it_was(level: float) -> None:
    sound = hiss(1.0, level)
    network = noisy_network()
    learn_noise_words(network, [hiss(1.0, one, 5) for one in (0.1, 0.03, 0.01, 0.003)])
    heard, told = played(network, sound)
    assert (told > 0).float().mean() > 0.9
    difference = high_db(heard.numpy()[4800:43200]) - high_db(sound[0, 4800:43200])
    assert -6 < difference < 2


def test_none_is_told_where_there_is_none() -> None:
    sound = hiss(0.5, 0.0)
    network = noisy_network()
    learn_noise_words(network, [hiss(1.0, one, 5) for one in (0.1, 0.03, 0.01, 0.003)])
    heard, told = played(network, sound)
    assert not told[4:-4].any()
    assert high_db(heard.numpy()[4800:19200]) < high_db(hiss(0.5, 0.003)[0, 4800:19200]) - 20
    silence, told = played(network, np.zeros((1, 12800), np.float32))
    assert not silence.any()


def test_words_stay_where_there_is_nothing_to_learn_from() -> None:
    network = noisy_network()
    assert network.encoder.noise is not None
    before = network.encoder.noise.words.clone()
    for sounds in ([], [np.zeros((1, 200), np.float32)], [np.zeros((1, 12800), np.float32)]):
        learn_noise_words(network, sounds)
        assert torch.equal(network.encoder.noise.words, before)


def random_noise(layers: int = 1) -> tuple[Noise, torch.Tensor, torch.Tensor]:
    """With words, the steps, and (1, 50, 16 * layers) places of codes whose last pair tells of noise."""
    noise, step = Noise(20, 15, 128, 192, layers), torch.full((layers, 16, 1), 0.5)
    random = np.random.default_rng(2)
    with torch.no_grad():
        noise.words.copy_(torch.from_numpy(random.uniform(-6, -1, noise.words.shape).astype(np.float32)))
    amplitudes, phases = (torch.from_numpy(random.integers(0, top, (1, 50, 16 * layers))) for top in (255, 64))
    amplitudes[..., 15], phases[..., 15] = 1, 3
    return noise, step, Quantizer.places(amplitudes, phases)


@pytest.mark.parametrize("layers", [1, 2])
def test_noise_is_a_function_of_the_hop_and_what_was_told(layers: int) -> None:
    noise, step, places = random_noise(layers)
    hops = torch.arange(900, 950, dtype=torch.int32)
    once = noise(places, hops, step)
    assert torch.equal(once, noise(places, hops, step))
    assert torch.equal(noise(places[:, 7:8], hops[7:8], step), once[:, 7:8])
    assert torch.equal(noise(places, hops + NOISE_ROWS, step), once)
    assert torch.equal(noise(torch.roll(places, 1, 1), hops, step), once)  # another voice, the same hiss
    # Told otherwise, the same hop hisses the same, only louder or softer.
    places[..., 15] += 1
    ratio = noise(places, hops, step) / once
    assert torch.allclose(ratio, ratio[:, :1].expand_as(ratio), rtol=1e-4)
    places[..., 15] = 0
    assert not noise(places, hops, step).any()


def test_no_two_hops_hiss_alike() -> None:
    noise, step, places = random_noise()
    same = places[:, :1].expand(-1, NOISE_ROWS, -1)
    rows = noise(same, torch.arange(NOISE_ROWS, dtype=torch.int32), step)[0]
    alike = torch.corrcoef(rows) - torch.eye(NOISE_ROWS)
    assert alike.abs().max() < 0.7
    assert alike[torch.arange(NOISE_ROWS - 1), torch.arange(1, NOISE_ROWS)].abs().mean() < 0.15


def test_a_hiss_above_all_harmonics_has_no_pitch() -> None:
    """The same codes in every frame: what is heard must not repeat with the frames."""
    network, sound = noisy_network(), hiss(1.0, 0.1) - hiss(1.0, 0.0)
    learn_noise_words(network, [sound])
    heard = played(network, sound)[0].numpy()[4800:43200]
    assert high_db(heard) > high_db(sound[0, 4800:43200]) - 6
    assert abs(np.corrcoef(heard[:-128], heard[128:])[0, 1]) < 0.3


@pytest.mark.parametrize("code", [3, 7, 255])
@pytest.mark.parametrize("phase", [0, 20, 63, 64, 255])
def test_codes_that_no_encoder_makes_are_some_word(code, phase):
    noise, step = Noise(20, 15, 128, 192), torch.full((1, 16, 1), 0.5)
    amplitudes, phases = torch.zeros(1, 1, 16), torch.zeros(1, 1, 16)
    amplitudes[..., -1], phases[..., -1] = code, phase
    hops = torch.tensor([-(1 << 31)], dtype=torch.int32)
    assert torch.isfinite(noise(Quantizer.places(amplitudes, phases), hops, step)).all()


def test_every_word_is_told_by_its_code():
    noise = Noise(20, 15, 128, 192)
    for word, (code, phase, _) in enumerate(word_codes().astype(int)):
        assert int(noise.word_of_code[code * MAX_PHASES + phase]) == word


def test_zeros_of_harmonics_are_filled_and_others_left_alone() -> None:
    network = noisy_network(NetworkShape(32, (0.5,), 0.05, noise_from=20))
    noise = network.encoder.noise
    assert noise is not None
    step = network.quantizer.log_steps.exp().detach()
    amplitudes, phases = torch.zeros(1, 2, 32), torch.zeros(1, 2, 32)
    amplitudes[..., -1], phases[..., -1] = torch.from_numpy(word_codes()[1, :2])
    amplitudes[0, 1, 25] = 3.0
    phases[0, 0, 24] = 255.0  # of a zero it says nothing
    noise.rows.fill_(1.0)
    added = noise(Quantizer.places(amplitudes, phases), torch.zeros(2, dtype=torch.int32), step).unflatten(-1, (44, 2))
    assert added[0, 0].all()
    assert not added[0, 1, 5].any()
    assert torch.equal(added[0, 1, 6:], added[0, 0, 6:])
    # No louder than a zero can have been.
    assert (added[0, 0, :11].norm(dim=-1) <= 0.4502 * step[0, 20:31, 0]).all()


def test_graphs_say_what_torch_says(tmp_path) -> None:
    assert export_tier(noisy_network(), tmp_path, {}).noise_pair  # raises if they differ


def test_in_layers_the_first_tells_and_all_must_be_zero() -> None:
    network = noisy_network(NetworkShape(128, (0.4, 0.08), 0.0, 5, noise_from=24))
    noise, steps = network.encoder.noise, network.quantizer.log_steps.exp().detach()
    assert noise is not None
    pairs = torch.zeros(1, len(word_codes()), 64, 2)
    pairs[0, :, -1] = noise.unit * steps[0, -1]
    amplitudes, phases = network.quantizer.quantize(pairs)
    assert amplitudes[0, :, 63].tolist() == word_codes()[:, 0].tolist()
    assert not amplitudes[0, :, 127].any()
    noise.rows.fill_(1.0)
    hops = torch.zeros(15, dtype=torch.int32)
    added = noise(Quantizer.places(amplitudes, phases), hops, steps).unflatten(-1, (40, 2))
    assert not added[0, 0].any()
    assert added[0, 1:, :39].all()
    # No louder than a zero of the finest layer can have been.
    assert (added[0, :, :39].norm(dim=-1) <= 0.4502 * steps[1, 24:63, 0]).all()
    amplitudes[0, 1, 64 + 30] = 1.0
    spoken = noise(Quantizer.places(amplitudes, phases), hops, steps).unflatten(-1, (40, 2))
    assert not spoken[0, 1, 6].any()
    assert torch.equal(spoken[0, 1, 7:], added[0, 1, 7:])


def test_graphs_in_layers_say_what_torch_says(tmp_path) -> None:
    shape = NetworkShape(128, (0.4, 0.08), 0.0, 5, noise_from=24)
    assert export_tier(noisy_network(shape), tmp_path, {}).noise_pair  # raises if they differ
