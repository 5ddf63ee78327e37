"""Whole files of version 2, with imported tiers: what is decoded is what the tier's networks make of the bytes."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from holostream.codec.tier_model import ModelError, load_tier
from holostream.format import holo_v2_transcode, transcode
from holostream.format.audio_file import AudioFileError
from holostream.format.export_sound import export_sound
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_v2 import HoloV2Reader
from holostream.format.holo_v2_transcode import encode_file_v2, summarize_v2, summary_v2_text
from holostream.format.open_sound import open_sound
from holostream.format.transcode import decode_file, encode_file
from tests.format.test_holo_v2 import BY_HAND, GOLDEN
from tests.holo_audio_models import holo_audio_network, import_tiers
from tests.speech import speech


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "voice.wav"
    soundfile.write(path, speech(2.0, 44100, 1), 44100, subtype="FLOAT")
    return path


def decode_file_v2(source: Path, target: Path, models: Path) -> list[str]:
    with open_sound(source, models) as sound:
        return export_sound(sound, target)


def parts_of(path: Path) -> tuple[object, np.ndarray]:
    data = path.read_bytes()
    reader = HoloV2Reader(io.BytesIO(data), len(data))
    return reader.header, np.concatenate(list(reader.codes()))


@torch.no_grad()
@pytest.mark.parametrize("harmonics", [16, 32])
def test_the_file_is_what_the_networks_say(tmp_path, voice, holo_audio_models, holo_audio_tiers, harmonics):
    assert encode_file_v2(voice, tmp_path / "v.holo", holo_audio_tiers[harmonics]) == []
    header, codes = parts_of(tmp_path / "v.holo")
    assert (header.harmonics, header.rate, header.chunks) == (harmonics, 44100, -(-2 * 44100 // 1024))
    samples = np.pad(soundfile.read(voice, dtype="float32")[0], (0, -2 * 44100 % 1024)).reshape(-1, 1024)
    network = holo_audio_network(harmonics)
    coefficients = network.encoder(torch.from_numpy(samples)).numpy()
    assert header.smallest == pytest.approx(coefficients.min(), abs=1e-5)
    assert header.largest == pytest.approx(coefficients.max(), abs=1e-5)
    assert (codes.min(), codes.max()) == (0, 255)
    decoded = codes.astype(np.float32) * (header.largest - header.smallest) / 255 + header.smallest
    assert np.abs(decoded - coefficients).max() <= 0.502 * (header.largest - header.smallest) / 255
    assert decode_file_v2(tmp_path / "v.holo", tmp_path / "v.wav", holo_audio_models) == []
    sound, rate = soundfile.read(tmp_path / "v.wav", dtype="float32")
    assert (rate, len(sound)) == (44100, header.chunks * 1024)
    expected = network.vocoder(torch.from_numpy(decoded.astype(np.float32))).numpy().reshape(-1)
    assert np.abs(expected).max() > 0.05
    assert np.allclose(sound, expected, atol=1e-4)


def test_rate_and_mono_are_the_files_own(tmp_path, holo_audio_models, holo_audio_tiers):
    stereo = np.stack((speech(0.5, 22050, 1), speech(0.5, 22050, 2)), axis=1)
    soundfile.write(tmp_path / "s.wav", stereo, 22050, subtype="FLOAT")
    soundfile.write(tmp_path / "m.wav", stereo.mean(axis=1), 22050, subtype="FLOAT")
    for name in ("s", "m"):
        encode_file_v2(tmp_path / f"{name}.wav", tmp_path / f"{name}.holo", holo_audio_tiers[16])
    assert parts_of(tmp_path / "s.holo")[0].rate == 22050
    assert np.array_equal(parts_of(tmp_path / "s.holo")[1], parts_of(tmp_path / "m.holo")[1])
    decode_file_v2(tmp_path / "s.holo", tmp_path / "back.wav", holo_audio_models)
    assert soundfile.info(tmp_path / "back.wav").samplerate == 22050


@pytest.mark.parametrize("samples", [1, 1023, 1024, 1025, 3 * 1024, 5000])
def test_pieces_make_no_difference(tmp_path, holo_audio_models, holo_audio_tiers, monkeypatch, samples):
    soundfile.write(tmp_path / "a.wav", speech(0.2, 44100, 3)[2000 : 2000 + samples], 44100, subtype="FLOAT")
    encode_file_v2(tmp_path / "a.wav", tmp_path / "whole.holo", holo_audio_tiers[16])
    decode_file_v2(tmp_path / "whole.holo", tmp_path / "whole.wav", holo_audio_models)
    monkeypatch.setattr(holo_v2_transcode, "PIECE_CHUNKS", 1)
    encode_file_v2(tmp_path / "a.wav", tmp_path / "pieces.holo", holo_audio_tiers[16])
    assert (tmp_path / "pieces.holo").read_bytes() == (tmp_path / "whole.holo").read_bytes()
    decode_file_v2(tmp_path / "whole.holo", tmp_path / "pieces.wav", holo_audio_models)
    # A float WAV's header holds the second in which it was written, so only the samples are compared.
    assert np.array_equal(soundfile.read(tmp_path / "pieces.wav")[0], soundfile.read(tmp_path / "whole.wav")[0])
    assert parts_of(tmp_path / "whole.holo")[0].chunks == -(-samples // 1024)


def test_the_golden_file_decodes_with_an_imported_tier(tmp_path):
    models = import_tiers(tmp_path, 4)
    decode_file_v2(GOLDEN, tmp_path / "golden.wav", models)
    sound, rate = soundfile.read(tmp_path / "golden.wav", dtype="float32")
    assert rate == 44100
    codes = np.arange(16, dtype=np.float32).reshape(2, 8)
    with torch.no_grad():
        expected = holo_audio_network(4).vocoder(torch.from_numpy(codes * np.float32(2.5 / 255) - 1)).numpy().reshape(-1)
    assert np.allclose(sound, expected, atol=1e-4)


def test_silence_sounds_as_the_old_model_has_it(tmp_path, holo_audio_models, holo_audio_tiers):
    """Version 2 has no gain code, so equal ends and the bias of the networks come back."""
    soundfile.write(tmp_path / "s.wav", np.zeros(2048), 44100)
    encode_file_v2(tmp_path / "s.wav", tmp_path / "s.holo", holo_audio_tiers[16])
    decode_file_v2(tmp_path / "s.holo", tmp_path / "s.out.wav", holo_audio_models)
    assert np.abs(soundfile.read(tmp_path / "s.out.wav")[0]).max() > 1e-3


def test_what_cannot_be_decoded_says_why_and_writes_nothing(tmp_path, models, holo_audio_models):
    target, empty = tmp_path / "x.wav", tmp_path / "empty.holo"
    with pytest.raises(ModelError, match="import-holo-audio"):
        decode_file_v2(GOLDEN, target, models)
    with pytest.raises(ModelError, match="no tier 4"):
        decode_file_v2(GOLDEN, target, holo_audio_models)
    imported = import_tiers(tmp_path, 4)
    empty.write_bytes(BY_HAND[:21] + bytes(4) + BY_HAND[25:29] + bytes.fromhex("789C030000000001"))
    with pytest.raises(HoloFormatError, match="0 chunks"):
        decode_file_v2(empty, target, imported)
    cut = tmp_path / "cut.holo"
    cut.write_bytes(BY_HAND[:-3])
    with pytest.raises(HoloFormatError, match="cut off"):
        decode_file_v2(cut, target, imported)
    assert not target.exists()


def test_what_cannot_be_encoded(tmp_path, voice, tiers, holo_audio_tiers):
    with pytest.raises(ModelError, match="family 48k-hop128"):
        encode_file_v2(voice, tmp_path / "v.holo", tiers[16])
    with pytest.raises(AudioFileError):
        encode_file_v2(tmp_path / "no.wav", tmp_path / "v.holo", holo_audio_tiers[16])
    assert not (tmp_path / "v.holo").exists()


def test_what_is_too_loud_for_its_header_is_not_written(tmp_path, holo_audio_tiers):
    soundfile.write(tmp_path / "huge.wav", 1e7 * speech(0.5, 44100, 1), 44100, subtype="FLOAT")
    with pytest.raises(AudioFileError, match=r"huge\.wav is far louder than full scale"):
        encode_file_v2(tmp_path / "huge.wav", tmp_path / "huge.holo", holo_audio_tiers[16])
    assert not (tmp_path / "huge.holo").exists()


def test_damage_of_the_source_is_told_once(tmp_path, voice, holo_audio_tiers):
    sound = speech(0.5, 44100, 1)
    sound[7] = np.nan
    soundfile.write(tmp_path / "nan.wav", sound, 44100, subtype="FLOAT")
    (tmp_path / "cut.wav").write_bytes(voice.read_bytes()[:40_000])
    assert len(encode_file_v2(tmp_path / "nan.wav", tmp_path / "v.holo", holo_audio_tiers[16])) == 1
    (remark,) = encode_file_v2(tmp_path / "cut.wav", tmp_path / "v.holo", holo_audio_tiers[16])
    assert "ends early" in remark


def test_summary():
    summary = summarize_v2(GOLDEN)
    assert json.loads(json.dumps(summary)) == {
        "file": str(GOLDEN), "bytes": len(BY_HAND), "version": 2, "harmonics": 4, "rate": 44100, "smallest": -1.0,
        "largest": 1.5, "chunks": 2, "values": 8, "complete": True, "damage": "",
    }  # fmt: skip
    text = summary_v2_text(summary)
    for words in ("version 2", "4 harmonics: 8 values", "-1 to 1.5", "44100 Hz, mono, 2 chunks", "0.046 s"):
        assert words in text


def test_a_cut_file_says_so(tmp_path):
    cut = tmp_path / "cut.holo"
    cut.write_bytes(GOLDEN.read_bytes()[:-5])
    summary = summarize_v2(cut)
    assert not summary["complete"]
    assert "its checksum, are missing" in summary["damage"]
    assert "its checksum, are missing" in summary_v2_text(summary)


class TestVersion3:
    """The same tiers in our own format: no overlap, a hop of 1024, phases that are any byte."""

    @pytest.mark.parametrize("samples", [1, 1024, 4 * 1024, 8 * 1024, 8 * 1024 + 1, 10_000])
    def test_any_length_comes_back(self, tmp_path, holo_audio_models, holo_audio_tiers, monkeypatch, samples):
        monkeypatch.setattr(transcode, "full_hops", lambda harmonics: 4)
        sound = speech(1.0, 44100, 3)[:samples]
        soundfile.write(tmp_path / "a.wav", sound, 44100, subtype="FLOAT")
        encode_file(tmp_path / "a.wav", tmp_path / "a.holo", holo_audio_tiers[16])
        decode_file(tmp_path / "a.holo", tmp_path / "a.out.wav", holo_audio_models)
        back = soundfile.read(tmp_path / "a.out.wav", dtype="float32")[0]
        assert len(back) == samples
        padded = np.pad(sound, (0, -samples % 1024)).reshape(1, -1, 1024)
        model = load_tier(holo_audio_models, 16)
        heard, _ = model.vocode(model.encode(padded, np.zeros((1, 1), np.float32))[0], np.zeros((1, 1), np.float32), 0)
        assert np.array_equal(back, heard.reshape(-1)[:samples])

    def test_other_models_are_refused(self, tmp_path, voice, holo_audio_models, holo_audio_tiers):
        encode_file(voice, tmp_path / "a.holo", holo_audio_tiers[16])
        other = tmp_path / "other"
        shutil.copytree(holo_audio_models, other / "models")
        import_tiers(other, 16)
        decode_file(tmp_path / "a.holo", tmp_path / "a.wav", other / "models")
        for file in (other / "models").iterdir():
            shutil.rmtree(file)
        with pytest.raises(ModelError, match="no tier 16"):
            decode_file(tmp_path / "a.holo", tmp_path / "b.wav", other / "models")
