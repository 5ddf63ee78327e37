"""The words of --against, and a sentence with the command for every encoder that is not there."""

from __future__ import annotations

import pickle
from collections import Counter

import pytest

from holostream.bench.rivals import DEFAULT, chosen_rivals
from holostream.bench.tier_codec import OURS
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import ModelError


def test_the_default_has_all_series():
    codecs, remarks = chosen_rivals(DEFAULT)
    series = Counter(codec.series for codec in codecs)
    assert remarks == []
    assert series == {"Opus 20 ms": 15, "Opus 5 ms": 11, "Opus 2.5 ms": 9, "MP3": 14, "Codec 2": 3}
    assert pickle.loads(pickle.dumps(codecs)) == codecs


def test_words_add_up_and_none_is_nobody():
    codecs, _ = chosen_rivals("opus-20, codec2, opus-20")
    assert len(codecs) == 18
    assert chosen_rivals("none") == ([], [])


def test_folders_of_the_same_name_are_refused(tmp_path, models):
    copied = tmp_path / models.name
    copied.mkdir()
    (copied / "tier_016").symlink_to(models / "tier_016")
    with pytest.raises(ValueError, match="too, and tables name them so; rename one of them"):
        chosen_rivals(f"models:{models},models:{copied}")


def test_identities_tell_settings_and_versions_apart():
    codecs, _ = chosen_rivals(DEFAULT)
    identities = {codec.identity() for codec in codecs}
    assert len(identities) == len(codecs)
    assert all("--bitrate" in one and "libopus" in one for one in identities if one and "opusenc" in one)


def test_a_missing_encoder_is_one_sentence_and_the_rest_stays(monkeypatch):
    from holostream.bench import rivals

    monkeypatch.setattr(rivals, "is_missing", lambda program: program in ("lame", "c2dec"))
    codecs, remarks = chosen_rivals("mp3,codec2,opus-20")
    assert {codec.series for codec in codecs} == {"Opus 20 ms"}
    assert len(remarks) == 2
    assert "lame not installed" in remarks[0]
    assert remarks[0].endswith("sudo apt-get install lame")
    assert remarks[1].endswith("sudo apt-get install codec2")


def test_an_unknown_word_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'vorbis'.*opus, opus-20.*mp3, codec2.*models:FOLDER"):
        chosen_rivals("opus,vorbis")


def test_a_models_folder_is_a_rival(models, tmp_path):
    codecs, _ = chosen_rivals(f"models:{models}")
    assert [codec.setting for codec in codecs] == [str(tier) for tier in TIERS]
    assert {codec.series for codec in codecs} == {models.resolve().name}
    assert OURS not in {codec.series for codec in codecs}
    assert codecs[0].identity() is None
    with pytest.raises(ModelError, match="holds no tier"):
        chosen_rivals(f"models:{tmp_path}")
