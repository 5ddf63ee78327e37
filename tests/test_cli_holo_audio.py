"""HOLO-Audio's tiers and files as their owner meets them on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import soundfile
import torch

from tests.format.test_holo_v2 import BY_HAND, GOLDEN
from tests.holo_audio_models import written_pth
from tests.in_process import holostream_here
from tests.speech import speech
from tests.test_cli import assert_one_clear_sentence, holostream


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "voice.wav"
    soundfile.write(path, speech(1.0, 44100, 1), 44100)
    return path


def test_import_then_play_encode_and_decode(tmp_path, voice):
    pth, models, quiet = written_pth(tmp_path, 16), tmp_path / "imported", {"JACK_DEFAULT_SERVER": "nobody"}
    imported = holostream_here("import-holo-audio", pth, "--out", models, "--calibrate", voice)
    assert imported.returncode == 0, imported.stderr
    assert "tier 16 of family holo-audio-1024 at 44100 Hz" in imported.stdout
    again = holostream_here("import-holo-audio", pth, "--out", models)
    assert_one_clear_sentence(again, "holds a tier 16 already", "--overwrite")
    for version in (2, 3):
        holo, back = tmp_path / f"v{version}.holo", tmp_path / f"v{version}.wav"
        encoded = holostream_here("encode", voice, holo, "--format", version, "--tier", 16, "--models", models)
        assert encoded.returncode == 0, encoded.stderr
        assert holo.read_bytes()[:5] == b"HOLO" + bytes([version])
        assert holostream_here("decode", holo, back, "--models", models).returncode == 0
        assert soundfile.info(back).samplerate == 44100
    assert soundfile.info(tmp_path / "v2.wav").frames == 44 * 1024  # version 2 stores no length
    assert soundfile.info(tmp_path / "v3.wav").frames == 44100
    played = holostream("live", "--headless", "--virtual-time", "--seconds", 2, "--device-api", "virtual", "--models",
                        models, "--record", tmp_path / "s.holo", "--output", tmp_path / "s.wav", **quiet)  # fmt: skip
    assert played.returncode == 0, played.stderr
    assert "44100 Hz, block 128, tier 16" in played.stdout
    assert "played 2.0 s, 0 underflows, 0 overflows, 0 errors" in played.stdout
    assert holostream_here("decode", tmp_path / "s.holo", tmp_path / "d.wav", "--models", models).returncode == 0


def test_the_only_tier_is_the_default_and_a_missing_one_is_told(tmp_path, voice, holo_audio_models):
    encoded = holostream_here("encode", voice, tmp_path / "v.holo", "--models", holo_audio_models)
    assert encoded.returncode == 0, encoded.stderr
    assert "tiers     32" in holostream_here("info", tmp_path / "v.holo").stdout
    for verb in (("live", "--headless", "--device-api", "virtual"), ("encode", voice, tmp_path / "x.holo")):
        finished = holostream(*verb, "--tier", 64, "--models", holo_audio_models)
        assert_one_clear_sentence(finished, "no tier 64; it has 16, 32", "--tier")


def test_info_of_version_2():
    told = holostream_here("info", GOLDEN)
    assert told.returncode == 0
    assert ".holo version 2" in told.stdout
    facts = json.loads(holostream_here("info", GOLDEN, "--json").stdout)
    assert (facts["version"], facts["harmonics"], facts["rate"], facts["chunks"]) == (2, 4, 44100, 2)


def test_version_2_without_imported_models_says_what_to_do(tmp_path, voice, holo_audio_models):
    finished = holostream_here("decode", GOLDEN, tmp_path / "x.wav")
    assert_one_clear_sentence(finished, "import-holo-audio FILE.pth", "--models")
    finished = holostream_here("decode", GOLDEN, tmp_path / "x.wav", "--models", holo_audio_models)
    assert_one_clear_sentence(finished, "no tier 4", "--models")
    finished = holostream_here("encode", voice, tmp_path / "x.holo", "--format", 2)
    assert_one_clear_sentence(finished, "import-holo-audio FILE.pth")
    assert not (tmp_path / "x.wav").exists()
    assert not (tmp_path / "x.holo").exists()


def test_other_versions_are_refused(tmp_path):
    for version, words in ((1, ("version 1", "never documented")), (9, ("version 9",))):
        path = tmp_path / f"{version}.holo"
        path.write_bytes(b"HOLO" + bytes([version]) + bytes(100))
        for verb in (("info", path), ("decode", path, tmp_path / "x.wav")):
            assert_one_clear_sentence(holostream_here(*verb), f"{version}.holo", *words)
    assert holostream_here("encode", GOLDEN, tmp_path / "x.holo", "--format", 1).returncode != 0


def test_damaged_version_2(tmp_path, holo_audio_models):
    path = tmp_path / "cut.holo"
    path.write_bytes(BY_HAND[:20])
    for verb in (("info", path), ("decode", path, tmp_path / "x.wav", "--models", holo_audio_models)):
        assert_one_clear_sentence(holostream_here(*verb), "cut.holo", "header")


def test_what_cannot_be_imported(tmp_path, models):
    hostile = tmp_path / "hostile.pth"
    torch.save({"encoder": {}, "vocoder": {}, "h": 16, "c": 1 << 40}, hostile)
    assert_one_clear_sentence(holostream_here("import-holo-audio", hostile), "hostile.pth", "c is 1099511627776")
    hostile.write_bytes(b"cos\nsystem\n(S'touch here'\ntR.")
    assert_one_clear_sentence(holostream_here("import-holo-audio", hostile), "hostile.pth", "damaged")
    assert_one_clear_sentence(holostream_here("import-holo-audio", tmp_path / "no.pth"), "no.pth")
    assert_one_clear_sentence(holostream_here("import-holo-audio", tmp_path), tmp_path.name)
    pth = written_pth(tmp_path, 16)
    shutil.copytree(models, tmp_path / "models")
    finished = holostream_here("import-holo-audio", pth, "--out", tmp_path / "models")
    assert_one_clear_sentence(finished, "family 48k-hop128", "--out")
    finished = holostream_here("import-holo-audio", pth, "--out", tmp_path / "m", "--calibrate", tmp_path / "no.wav")
    assert_one_clear_sentence(finished, "no.wav")
    assert not (tmp_path / "m").exists()
