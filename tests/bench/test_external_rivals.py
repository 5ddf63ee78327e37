"""Real encoders, run: aligned with the original, bitrates counted from their bytes, failures in words."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.bench.codec2_rival import Codec2Rival
from holostream.bench.codec_score import decode_aligned
from holostream.bench.codec_under_test import CodecError
from holostream.bench.external_program import run_program, version_of
from holostream.bench.mp3_rival import Mp3Rival, is_tag_frame, mpeg_frames
from holostream.bench.opus_rival import OpusRival, ogg_packets
from holostream.bench.sound_measures import snr_db
from tests.speech import speech

RATE = 48000
VOICE = speech(3.0, RATE, 11)


@pytest.mark.parametrize(("codec", "least_snr"), [
    (OpusRival(20.0, 24), 8), (OpusRival(20.0, 128), 17), (OpusRival(5.0, 64), 8), (OpusRival(2.5, 96), 8),
    (Mp3Rival(16), 5), (Mp3Rival(64), 12), (Mp3Rival(256), 17),
])  # fmt: skip
def test_waveform_codecs_come_back_aligned(codec, least_snr, tmp_path):
    coded, heard, lag = decode_aligned(codec, VOICE, tmp_path)
    assert heard.shape == VOICE.shape
    assert abs(lag) < 5000
    assert snr_db(VOICE, heard) > least_snr
    kbps = coded.payload_bits / len(VOICE) * RATE / 1000
    assert 0.5 * float(codec.setting) < kbps < 2.2 * float(codec.setting)
    assert coded.payload_bits < coded.file_bits < coded.payload_bits + 3 * 8000


@pytest.mark.parametrize("kbps", [64, 160, 192, 256, 320])
def test_mp3_has_the_originals_level(kbps, tmp_path):
    """lame turns sounds down by itself; that must not count against it."""
    _, heard, _ = decode_aligned(Mp3Rival(kbps), VOICE, tmp_path)
    assert np.dot(VOICE, heard) / np.dot(VOICE, VOICE) == pytest.approx(1, abs=0.01)


def test_codec2_spends_what_its_mode_says_and_keeps_the_rhythm(tmp_path):
    coded, heard, lag = decode_aligned(Codec2Rival("3200"), VOICE, tmp_path)
    assert coded.payload_bits == coded.file_bits
    assert coded.payload_bits / 3.0 == pytest.approx(3200, rel=0.02)
    assert 0 < lag < 0.1 * RATE
    first, second = (np.abs(sound).reshape(-1, 1600).mean(axis=1) for sound in (VOICE, heard))
    assert np.corrcoef(first, second)[0, 1] > 0.8


def test_packets_and_frames_make_up_the_file(tmp_path):
    decode_aligned(OpusRival(20.0, 32), VOICE, tmp_path)
    packets = ogg_packets((tmp_path / "rival.opus").read_bytes())
    assert packets[0].startswith(b"OpusHead")
    assert packets[1].startswith(b"OpusTags")
    assert 150 <= len(packets) - 2 <= 153
    decode_aligned(Mp3Rival(64), VOICE, tmp_path)
    data = (tmp_path / "rival.mp3").read_bytes()
    frames = mpeg_frames(data)
    assert sum(map(len, frames)) == len(data)
    assert [is_tag_frame(frame) for frame in frames].count(True) <= 1
    assert not any(is_tag_frame(frame) for frame in frames[1:])


@pytest.mark.parametrize("data", [b"not Ogg at all, whatever it is", b"OggS"])
def test_what_is_no_ogg_is_told(data):
    with pytest.raises(CodecError, match="no Ogg stream"):
        ogg_packets(data)


@pytest.mark.parametrize("data", [b"", b"\xff", b"ID3", b"text" * 99])
def test_what_is_no_mp3_is_told(data):
    with pytest.raises(CodecError, match="no MPEG frame"):
        mpeg_frames(data)


def test_a_program_that_fails_or_is_missing_is_told(tmp_path):
    with pytest.raises(CodecError, match="opusenc failed: "):
        run_program(["opusenc", tmp_path / "nothing.wav", tmp_path / "x.opus"])
    with pytest.raises(CodecError, match="no-such-encoder is not installed"):
        run_program(["no-such-encoder"])
    with pytest.raises(CodecError, match="not installed"):
        version_of("no-such-encoder")


def test_versions_name_the_library():
    assert "libopus" in version_of("opusenc", "--version")
    assert version_of("c2enc") != version_of("c2dec")
