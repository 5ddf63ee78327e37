"""From a `.pth` to a tier folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from holostream.codec.tier_model import ModelError, load_tier, tier_folder
from holostream.engine.audio_source import DEMO_VOICE
from holostream.format.audio_file import AudioFileError
from holostream.network.holo_audio_file import write_holo_audio
from holostream.network.holo_audio_import import import_holo_audio
from tests.holo_audio_models import holo_audio_network, written_pth
from tests.speech import speech


def test_the_card_tells_where_it_came_from(tmp_path: Path) -> None:
    facts = import_holo_audio(written_pth(tmp_path, 8), tmp_path / "models", 22050, DEMO_VOICE)
    assert (facts.harmonics, facts.rate) == (8, 22050)
    assert load_tier(tmp_path / "models", 8).facts == facts
    card = json.loads((tier_folder(tmp_path / "models", 8) / "tier.json").read_text())["card"]
    assert card["source"] == "tier_8.pth"
    assert card["calibrated_on"] == DEMO_VOICE.name
    assert card["coefficients"]["lowest"] < 0 < card["coefficients"]["largest"]


def test_a_folder_of_sounds_calibrates_as_their_widest_range(tmp_path: Path) -> None:
    sounds, ranges = tmp_path / "sounds", {}
    sounds.mkdir()
    for seed in (1, 2):
        soundfile.write(sounds / f"{seed}.wav", speech(1.0, 44100, seed), 44100)
    (sounds / "broken.wav").write_bytes(b"nothing")
    for place in (sounds, sounds / "1.wav", sounds / "2.wav"):
        models = tmp_path / f"models_{place.name}"
        import_holo_audio(written_pth(tmp_path, 4), models, 44100, place)
        ranges[place.name] = json.loads((tier_folder(models, 4) / "tier.json").read_text())["card"]["coefficients"]
    assert ranges["sounds"]["largest"] == max(ranges["1.wav"]["largest"], ranges["2.wav"]["largest"])
    assert ranges["sounds"]["lowest"] == min(ranges["1.wav"]["lowest"], ranges["2.wav"]["lowest"])


def test_what_cannot_calibrate(tmp_path: Path) -> None:
    path, empty = written_pth(tmp_path, 4), tmp_path / "empty"
    empty.mkdir()
    soundfile.write(tmp_path / "silence.wav", np.zeros(5000), 44100)
    for place, error in ((empty, ModelError), (tmp_path / "silence.wav", ModelError), (tmp_path / "no.wav", AudioFileError)):
        with pytest.raises(error):
            import_holo_audio(path, tmp_path / "models", 44100, place)
    network = holo_audio_network(4)
    torch.nn.init.zeros_(network.encoder.encoder.weight)
    torch.nn.init.zeros_(network.encoder.encoder.bias)
    write_holo_audio(network, tmp_path / "zeros.pth")
    with pytest.raises(ModelError, match="makes the same of every sound"):
        import_holo_audio(tmp_path / "zeros.pth", tmp_path / "models", 44100, DEMO_VOICE)
    with pytest.raises(ValueError, match="--rate is 7"):
        import_holo_audio(path, tmp_path / "models", 7, DEMO_VOICE)
    assert not (tmp_path / "models").exists()
