"""What all tests share: one thread for the numerics, and models loaded once."""

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL", "VECLIB", "NUMEXPR"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # read once, when numpy is imported

import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from holostream.codec.tier import TIERS  # noqa: E402
from holostream.codec.tier_model import TierModel, default_models_folder, load_all_tiers, load_tier  # noqa: E402

# The user's own presets, maps and last session are no part of a test.
_OWN = tempfile.TemporaryDirectory(prefix="holostream-tests-")
os.environ["XDG_CONFIG_HOME"], os.environ["XDG_STATE_HOME"] = f"{_OWN.name}/config", f"{_OWN.name}/state"

# A busy machine is no failure of what is tested.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def models() -> Path:
    """The shipped models."""
    return default_models_folder()


@pytest.fixture(scope="session")
def tiers(models: Path) -> dict[int, TierModel]:
    """All shipped tiers, by harmonics."""
    return load_all_tiers(models)


@pytest.fixture(params=TIERS)
def tier(request: pytest.FixtureRequest, tiers: dict[int, TierModel]) -> TierModel:
    """Every shipped tier in turn."""
    return tiers[request.param]


@pytest.fixture(scope="session")
def full_size_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with two full networks whose past is loud in what they say, see `tests.full_size`. They take long to
    make: the first of several test processes makes them for all."""
    from tests.full_size import export_full_size

    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = tmp_path_factory.mktemp("full_size")
        export_full_size(folder)
        return folder
    folder = tmp_path_factory.getbasetemp().parent / "full_size"
    try:
        folder.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 300
        while not (folder / "made").exists():
            assert time.monotonic() < deadline, "the other process did not make the full-size models"
            time.sleep(0.1)
    else:
        export_full_size(folder)
        (folder / "made").touch()
    return folder


@pytest.fixture(scope="session")
def full_size_tiers(full_size_models: Path) -> dict[int, TierModel]:
    """Tier 64 at full size; tier 32 narrower, with a vocoder whose chunks ring on for several hops."""
    return {harmonics: load_tier(full_size_models, harmonics) for harmonics in (32, 64)}


@pytest.fixture(scope="session")
def holo_audio_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with two tiers imported from HOLO-Audio, 16 and 32, and no others."""
    from tests.holo_audio_models import import_tiers

    return import_tiers(tmp_path_factory.mktemp("holo_audio"), 16, 32)


@pytest.fixture(scope="session")
def holo_audio_tiers(holo_audio_models: Path) -> dict[int, TierModel]:
    """Both, by harmonics."""
    return load_all_tiers(holo_audio_models)
