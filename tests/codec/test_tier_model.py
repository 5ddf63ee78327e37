"""Loading tiers: what is wrong with a models folder is one sentence of a ModelError."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holostream.codec.dna import silence
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import (
    ModelError,
    TierModel,
    default_models_folder,
    graph_checksum,
    load_all_tiers,
    load_tier,
    present_tiers,
    read_facts,
    starting_tier,
    tier_folder,
)

examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def copy(models: Path, tmp_path: Path) -> Path:
    """A models folder with tiers 4 and 8 that a test may damage."""
    for harmonics in (4, 8):
        shutil.copytree(tier_folder(models, harmonics), tier_folder(tmp_path, harmonics))
    return tmp_path


def sentence_of(models: Path, harmonics: int = 4) -> str:
    """What the error says: exactly one line, not overlong, naming the folder."""
    with pytest.raises(ModelError) as caught:
        load_tier(models, harmonics)
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert len(sentence) < 1000
    return sentence


def document(models: Path, harmonics: int = 4) -> dict:
    return json.loads((tier_folder(models, harmonics) / "tier.json").read_text())


def write_document(models: Path, values: object, harmonics: int = 4) -> None:
    (tier_folder(models, harmonics) / "tier.json").write_text(json.dumps(values))


def test_what_is_shipped_loads(tiers: dict[int, TierModel]) -> None:
    assert tuple(tiers) == TIERS
    assert all(model.facts.harmonics == harmonics for harmonics, model in tiers.items())
    assert len({model.facts.checksum for model in tiers.values()}) == len(TIERS)


def test_silence_sounds_like_nothing(tier: TierModel) -> None:
    sound, _ = tier.vocode(silence(2, 6, tier.facts.harmonics), tier.initial_vocoder_state(2), 0)
    assert sound.shape == (2, 6, tier.facts.synthesis)
    assert not sound.any()


def test_any_bytes_can_be_vocoded(tier: TierModel) -> None:
    """A damaged or hostile recording: codes no encoder makes."""
    dna = silence(1, 256, tier.facts.harmonics)
    dna.gains[:] = np.arange(256)
    dna.amplitudes[:] = 255 - np.arange(256)[:, np.newaxis]
    dna.phases[:] = np.random.default_rng(0).integers(0, 256, dna.phases.shape)
    sound, _ = tier.vocode(dna, tier.initial_vocoder_state(1), 0)
    assert np.isfinite(sound).all()


@pytest.mark.parametrize("value", [0, -1, 5, 63, 1024])
def test_an_unknown_tier_lists_the_tiers(models: Path, value: int) -> None:
    with pytest.raises(ModelError, match=f"no tier {value}; the tiers are 4, 8, 16, 32, 64, 128, 256"):
        load_tier(models, value)


def test_a_missing_folder(tmp_path: Path) -> None:
    assert "tier_004 is missing" in sentence_of(tmp_path)
    assert str(tmp_path) in sentence_of(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["tier.json", "encoder.onnx", "vocoder.onnx"])
def test_a_missing_file(copy: Path, name: str) -> None:
    (tier_folder(copy, 4) / name).unlink()
    assert name in sentence_of(copy)


@pytest.mark.parametrize("name", ["tier.json", "encoder.onnx", "vocoder.onnx"])
def test_a_folder_in_place_of_a_file(copy: Path, name: str) -> None:
    path = tier_folder(copy, 4) / name
    path.unlink()
    path.mkdir()
    assert "not a usable tier" in sentence_of(copy)


@pytest.mark.parametrize("name", ["encoder.onnx", "vocoder.onnx"])
def test_one_changed_byte_of_a_graph(copy: Path, name: str) -> None:
    path = tier_folder(copy, 4) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "checksum" in sentence_of(copy)


def test_a_wrong_checksum(copy: Path) -> None:
    values = document(copy)
    values["facts"]["checksum"] = "0" * 64
    write_document(copy, values)
    assert "checksum" in sentence_of(copy)


@pytest.mark.parametrize("damage", [b"", b"not a graph", b"\x00" * 1000, None])
@pytest.mark.parametrize("name", ["encoder.onnx", "vocoder.onnx"])
def test_a_damaged_graph_with_its_checksum(copy: Path, name: str, damage: bytes | None) -> None:
    folder = tier_folder(copy, 4)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    values = document(copy)
    values["facts"]["checksum"] = graph_checksum(
        (folder / "encoder.onnx").read_bytes(), (folder / "vocoder.onnx").read_bytes())
    write_document(copy, values)
    sentence = sentence_of(copy)
    assert "graph" in sentence


def test_graphs_of_another_tier(copy: Path) -> None:
    values = document(copy, 8)
    values["facts"]["harmonics"] = 4
    for name in ("encoder.onnx", "vocoder.onnx"):
        shutil.copy(tier_folder(copy, 8) / name, tier_folder(copy, 4) / name)
    write_document(copy, values)
    assert "do not fit tier.json" in sentence_of(copy)


def test_swapped_graphs(copy: Path) -> None:
    folder = tier_folder(copy, 4)
    encoder, vocoder = (folder / "encoder.onnx").read_bytes(), (folder / "vocoder.onnx").read_bytes()
    (folder / "encoder.onnx").write_bytes(vocoder)
    (folder / "vocoder.onnx").write_bytes(encoder)
    values = document(copy)
    values["facts"]["checksum"] = graph_checksum(vocoder, encoder)
    write_document(copy, values)
    assert "do not fit tier.json" in sentence_of(copy)


def test_a_tier_in_anothers_folder(copy: Path) -> None:
    shutil.rmtree(tier_folder(copy, 4))
    tier_folder(copy, 8).rename(tier_folder(copy, 4))
    assert "holds tier 8, not 4" in sentence_of(copy)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10) | st.just("facts"), inner, max_size=4)
    ),
    max_leaves=12,
)


def usable_or_one_sentence(models: Path) -> None:
    problem = "one line"
    try:
        assert load_tier(models, 4).facts.harmonics == 4
    except ModelError as error:
        problem = str(error)
    assert len(problem.splitlines()) == 1


@examples
@given(json_values)
def test_any_json(copy: Path, values: object) -> None:
    write_document(copy, values)
    assert "tier_004" in sentence_of(copy)


@examples
@given(st.binary(max_size=200))
def test_any_bytes_as_facts(copy: Path, data: bytes) -> None:
    (tier_folder(copy, 4) / "tier.json").write_bytes(data)
    assert "tier_004" in sentence_of(copy)


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"facts":' * 100_000, b"1" * 10_000, b"\xff\xfe", b'{"facts": NaN}']
)
def test_hostile_json(copy: Path, data: bytes) -> None:
    (tier_folder(copy, 4) / "tier.json").write_bytes(data)
    assert "not a usable tier" in sentence_of(copy)


@examples
@given(
    name=st.sampled_from(
        [
            "harmonics",
            "rate",
            "hop",
            "chunk",
            "synthesis",
            "encoder_state",
            "vocoder_state",
            "context_frames",
            "prime_frames",
            "trained",
            "family",
            "checksum",
        ]
    ),
    value=json_values,
)
def test_one_fact_changed_to_anything(copy: Path, models: Path, name: str, value: object) -> None:
    values = document(models)
    values["facts"][name] = value
    write_document(copy, values)
    usable_or_one_sentence(copy)


@examples
@given(st.integers(), st.booleans())
def test_graphs_decide_whether_sizes_fit(copy: Path, models: Path, change: int, of_encoder: bool) -> None:
    values = document(models)
    values["facts"]["encoder_state" if of_encoder else "vocoder_state"] += change
    write_document(copy, values)
    if change:
        assert "tier_004" in sentence_of(copy)
    else:
        assert load_tier(copy, 4).facts.harmonics == 4


def test_all_tiers_are_one_family(copy: Path, models: Path) -> None:
    for harmonics in TIERS[2:]:
        shutil.copytree(tier_folder(models, harmonics), tier_folder(copy, harmonics))
    values = document(copy, 8)
    values["facts"]["family"] = "another family"
    write_document(copy, values, 8)
    with pytest.raises(ModelError, match="one family") as caught:
        load_all_tiers(copy)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_may_hold_only_some_tiers(copy: Path, tmp_path: Path) -> None:
    assert present_tiers(copy) == (4, 8)
    assert tuple(load_all_tiers(copy)) == (4, 8)
    (tier_folder(copy, 8) / "encoder.onnx").unlink()
    with pytest.raises(ModelError, match="tier_008"):
        load_all_tiers(copy)
    with pytest.raises(ModelError, match=r"no tier in .*nowhere.*is missing.*--models"):
        present_tiers(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("there", "tier"), [(TIERS, 64), ((4, 8), 8), ((128, 256), 128), ((32, 128), 32), ((16, 128), 128), ((4,), 4)]
)
def test_the_tier_to_start_with_is_the_nearest_to_64(there: tuple[int, ...], tier: int) -> None:
    assert starting_tier(there, None) == tier
    assert starting_tier(there, there[0]) == there[0]


def test_a_tier_that_is_asked_for_must_be_there() -> None:
    with pytest.raises(ModelError, match="has no tier 64; it has 4, 8: choose one of them with --tier"):
        starting_tier((8, 4), 64)
    with pytest.raises(ModelError, match="there is no tier 5; the tiers are 4, 8, 16"):
        starting_tier((4, 8), 5)


def test_facts_are_read_without_graphs(copy: Path, tiers: dict[int, TierModel]) -> None:
    (tier_folder(copy, 4) / "encoder.onnx").unlink()
    assert read_facts(copy, 4) == tiers[4].facts


def test_the_environment_chooses_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOLOSTREAM_MODELS", str(tmp_path))
    assert default_models_folder() == tmp_path
    monkeypatch.delenv("HOLOSTREAM_MODELS")
    assert tier_folder(default_models_folder(), 4).is_dir()
