"""Tiers of HOLO-Audio made here: random weights in its layout, small enough for a test, quiet enough to be heard whole."""

from __future__ import annotations

from pathlib import Path

import torch

from holostream.engine.audio_source import DEMO_VOICE
from holostream.network.holo_audio import HoloAudioNetwork, HoloAudioShape
from holostream.network.holo_audio_file import write_holo_audio
from holostream.network.holo_audio_import import import_holo_audio


def holo_audio_network(harmonics: int = 16, chunk: int = 1024, hidden: int = 32) -> HoloAudioNetwork:
    """The same weights at every call."""
    torch.set_num_threads(1)
    torch.manual_seed(harmonics)
    network = HoloAudioNetwork(HoloAudioShape(harmonics, chunk, hidden))
    with torch.no_grad():
        network.vocoder.layers()[-1].weight.mul_(0.3)
    return network.eval()


def written_pth(folder: Path, harmonics: int = 16) -> Path:
    """A `.pth` as HOLO-Audio's trainer saves it."""
    path = folder / f"tier_{harmonics}.pth"
    write_holo_audio(holo_audio_network(harmonics), path)
    return path


def import_tiers(folder: Path, *tiers: int) -> Path:
    """A models folder with these tiers, imported."""
    models = folder / "models"
    for harmonics in tiers:
        import_holo_audio(written_pth(folder, harmonics), models, 44100, DEMO_VOICE, overwrite=True)
    return models
