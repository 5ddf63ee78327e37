"""A `.pth` is read whole or refused in one sentence; nothing in it is ever executed."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holostream.codec.tier_model import ModelError
from holostream.network.holo_audio_file import MOST_BYTES, read_holo_audio, write_holo_audio
from tests.holo_audio_models import holo_audio_network


def document(harmonics: int = 4) -> dict:
    """What a tier's `.pth` holds, to be spoiled."""
    network = holo_audio_network(harmonics)
    return {
        "encoder": dict(network.encoder.state_dict()), "vocoder": dict(network.vocoder.state_dict()), "h": harmonics,
        "c": 1024, "hid": 32,
    }  # fmt: skip


def saved(values: object, folder: Path, **options: object) -> Path:
    path = folder / "tier.pth"
    torch.save(values, path, **options)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read_holo_audio(path)
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert len(sentence) < 600
    assert path.name in sentence
    return sentence


def test_what_is_written_is_read(tmp_path: Path) -> None:
    network = holo_audio_network(16)
    write_holo_audio(network, tmp_path / "tier.pth")
    read = read_holo_audio(tmp_path / "tier.pth")
    assert read.shape == network.shape
    for name, value in network.state_dict().items():
        assert torch.equal(read.state_dict()[name], value)
    assert [path.name for path in tmp_path.iterdir()] == ["tier.pth"]


def test_what_is_written_is_the_published_layout(tmp_path: Path) -> None:
    write_holo_audio(holo_audio_network(4), tmp_path / "tier.pth")
    values = torch.load(tmp_path / "tier.pth", weights_only=True)
    assert set(values) == {"encoder", "vocoder", "h", "c", "hid"}
    assert (values["h"], values["c"], values["hid"]) == (4, 1024, 32)
    assert set(values["encoder"]) == {"encoder.weight", "encoder.bias"}


def test_sizes_that_are_missing_are_the_defaults(tmp_path: Path) -> None:
    network = holo_audio_network(4, hidden=256)
    values = {"encoder": network.encoder.state_dict(), "vocoder": network.vocoder.state_dict(), "h": 4}
    assert read_holo_audio(saved(values, tmp_path)).shape == network.shape


class Runs:
    """What a hostile pickle does."""

    def __reduce__(self) -> tuple:
        return (open, ("/tmp/holostream-was-here", "w"))


def test_a_pickle_is_not_executed(tmp_path: Path) -> None:
    trace = Path("/tmp/holostream-was-here")
    trace.unlink(missing_ok=True)
    refusal(saved({**document(), "h": Runs()}, tmp_path))
    refusal(saved(Runs(), tmp_path))
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Runs()))
    refusal(tmp_path / "plain.pth")
    refusal(saved(Runs(), tmp_path, _use_new_zipfile_serialization=False))
    assert not trace.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"h": 5}, "h is 5, expected one of 4, 8"),
        ({"h": True}, "h is True"),
        ({"h": 4.0}, "h is 4.0"),
        ({"h": "4"}, "h is '4'"),
        ({"h": torch.tensor(4)}, "h is Tensor"),
        ({"h": 8}, "expected"),
        ({"c": 1 << 40}, "c is 1099511627776"),
        ({"c": -1}, "c is -1"),
        ({"hid": 1 << 30}, "hid is 1073741824"),
        ({"hid": None}, "hid is NoneType"),
        ({"hid": 64}, "is (32, 8), expected (64, 8)"),
        ({"more": 1}, "'more'"),
        ({"encoder": None}, "encoder.weight, encoder.bias"),
        ({"vocoder": {}}, "net.0.weight"),
        ({"encoder": {"encoder.weight": 1, "encoder.bias": 2}}, "no float32 tensor"),
    ],
)
def test_wrong_values(tmp_path: Path, changes: dict, told: str) -> None:
    assert told in refusal(saved({**document(), **changes}, tmp_path))


@pytest.mark.parametrize("missing", ["encoder", "vocoder", "h"])
def test_missing_keys(tmp_path: Path, missing: str) -> None:
    values = document()
    del values[missing]
    assert missing in refusal(saved(values, tmp_path))


@pytest.mark.parametrize(
    ("weight", "told"),
    [
        (torch.zeros(8, 1023), "is (8, 1023), expected (8, 1024)"),
        (torch.zeros(8), "(8,)"),
        (torch.zeros(8, 1024, dtype=torch.float64), "no float32 tensor"),
        (torch.zeros(8, 1024, dtype=torch.int32), "no float32 tensor"),
        (torch.zeros(1).expand(1 << 20, 1 << 20), "(1048576, 1048576)"),
        (torch.zeros(8, 1024).to_sparse(), "no float32 tensor"),
        (torch.full((8, 1024), float("nan")), "no numbers"),
        (torch.full((8, 1024), float("-inf")), "no numbers"),
        (torch.full((8, 1024), 1e30), "beyond 10000"),
        (torch.zeros(8, 1024, device="meta"), ""),
    ],
    ids=["narrow", "flat", "double", "int", "expanded", "sparse", "nan", "inf", "huge", "meta"],
)
def test_wrong_weights(tmp_path: Path, weight: torch.Tensor, told: str) -> None:
    values = document()
    values["encoder"]["encoder.weight"] = weight
    assert told in refusal(saved(values, tmp_path))


@pytest.mark.parametrize("values", [[], 7, "tier", {1: 2}, torch.zeros(3), {}])
def test_no_tier_at_all(tmp_path: Path, values: object) -> None:
    refusal(saved(values, tmp_path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a tier", bytes(1000)])
def test_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tier.pth"
    path.write_bytes(content)
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated(tmp_path: Path, share: float) -> None:
    path = saved(document(), tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refusal(path)


def test_an_archive_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(1 << 20))
    assert "unpack to 1048576 bytes" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(101):
            archive.writestr(f"archive/data/{number}", b"")
    assert "101 parts" in refusal(path)


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.pth"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert "larger than 128 MB" in refusal(path)


def test_a_storage_that_announces_more_than_it_holds(tmp_path: Path) -> None:
    path, spoiled = saved(document(), tmp_path), tmp_path / "spoiled.pth"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(spoiled, "w") as copy:
        for part in archive.infolist():
            data = archive.read(part)
            copy.writestr(part.filename, data[:4] if "/data/" in part.filename else data)
    refusal(spoiled)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_bytes_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "fuzzed.pth"
    original = tmp_path / "tier.pth"
    if not original.exists():
        saved(document(), tmp_path)
    content = bytearray(original.read_bytes())
    interesting = 4096  # the pickle; the rest is weights and the archive's list
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, interesting) | st.integers(len(content) - 2048, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    sentence, harmonics = "one line", 4
    try:
        harmonics = read_holo_audio(path).shape.harmonics
    except ModelError as error:
        sentence = str(error)
    assert len(sentence.splitlines()) == 1
    assert harmonics == 4
