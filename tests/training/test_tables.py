"""Entropy tables of exported tiers: learned, named in tier.json, used by the next file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.codec.framing import frame, initial_previous
from holostream.codec.tier_model import load_tier
from holostream.format.holo_file import HoloReader
from holostream.format.table_store import current_tables
from holostream.format.transcode import encode_file
from holostream.training.tables import PIECE_FRAMES, codes_of, learn_tier_tables, main
from holostream.training.training_error import TrainingError
from tests.speech import speech


@pytest.fixture
def own_models(models: Path, tmp_path: Path) -> Path:
    shutil.copytree(models / "tier_008", tmp_path / "models" / "tier_008")
    return tmp_path / "models"


def test_the_next_file_is_written_with_what_was_learned(own_models: Path, tmp_path: Path) -> None:
    before = load_tier(own_models, 8).facts.entropy_tables
    stored = set((own_models / "tier_008" / "entropy").iterdir())
    tables = learn_tier_tables(own_models, 8, [speech(2.0, 48000, seed)[np.newaxis] for seed in range(2)])
    model = load_tier(own_models, 8)
    assert model.facts.entropy_tables == tables.digest != before
    assert current_tables(own_models, model.facts) is not None
    soundfile.write(tmp_path / "voice.wav", speech(1.0, 48000, 7), 48000)
    encode_file(tmp_path / "voice.wav", tmp_path / "voice.holo", model)
    with (tmp_path / "voice.holo").open("rb") as file:
        assert HoloReader(file, models=own_models).header.tables == {"8": tables.digest}
    now = set((own_models / "tier_008" / "entropy").iterdir())
    assert stored < now
    assert len(now) == len(stored) + 1


def test_the_command_line(own_models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sounds").mkdir()
    soundfile.write(tmp_path / "sounds" / "a.wav", speech(2.0, 24000, 1), 24000)
    (tmp_path / "sounds" / "b.wav").write_bytes(b"no sound")
    main(["--data", str(tmp_path / "sounds"), "--models", str(own_models), "--tiers", "8", "--minutes", "1"])
    said = capsys.readouterr()
    assert load_tier(own_models, 8).facts.entropy_tables in said.out
    assert "skipped" in said.err
    with pytest.raises(SystemExit, match="holds no WAV"):
        main(["--data", str(own_models), "--models", str(own_models), "--tiers", "8"])


def test_codes_of_a_long_sound_are_those_of_the_whole(own_models: Path) -> None:
    model, sound = load_tier(own_models, 8), speech((PIECE_FRAMES + 200) * 128 / 48000, 48000, 3)[np.newaxis]
    chunks, _ = frame(sound, initial_previous(model.facts, 1), model.facts)
    codes = codes_of(model, sound)
    assert codes.frames > PIECE_FRAMES
    assert codes.equals(model.encode(chunks, model.initial_encoder_state(1))[0])


def test_codes_of_another_kind_are_refused(own_models: Path) -> None:
    """Imported HOLO-Audio tiers: their phases do not obey the quantizer's counts."""
    path = own_models / "tier_008" / "tier.json"
    document = json.loads(path.read_text())
    document["facts"] |= {"codes": "bytes", "entropy_tables": ""}
    path.write_text(json.dumps(document))
    with pytest.raises(TrainingError, match="packed with zlib"):
        learn_tier_tables(own_models, 8, [speech(1.0, 48000, 1)[np.newaxis]])


def test_no_sound_is_told(own_models: Path) -> None:
    with pytest.raises(TrainingError, match="no sound to learn entropy tables from"):
        learn_tier_tables(own_models, 8, [])
