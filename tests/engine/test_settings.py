"""Settings travel to the engine process as JSON."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.tier import TIERS
from holostream.engine.settings import LiveSettings, settings_from_dict, settings_to_dict

texts = st.none() | st.text(min_size=1, max_size=20)
paths = st.none() | st.text("abc/._- é", min_size=1, max_size=20).map(Path)


@given(
    st.builds(
        LiveSettings,
        input=texts,
        output=texts,
        device_api=texts,
        tier=st.sampled_from(TIERS),
        block=st.none() | st.integers(1, 9999),
        rate=st.none() | st.integers(8000, 192000),
        stereo=st.booleans(),
        record=paths,
        models=paths,
        virtual_time=st.booleans(),
        seconds=st.none() | st.floats(0, 1e6),
        playback=paths,
        bypass=st.booleans(),
        allow_feedback=st.booleans(),
        wet=st.floats(0, 1),
        input_gain_db=st.floats(-60, 24),
    )
)
def test_round_trip_through_json(settings: LiveSettings) -> None:
    assert settings_from_dict(json.loads(json.dumps(settings_to_dict(settings)))) == settings


def test_defaults_are_complete() -> None:
    assert settings_from_dict({}) == LiveSettings()
    assert settings_to_dict(LiveSettings()).keys() == {field.name for field in dataclasses.fields(LiveSettings)}


def test_an_unknown_setting_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"unknown settings \['colour'\]; known are .*'block'"):
        settings_from_dict({"colour": 1, "tier": 8})


def test_settings_cannot_change_while_in_use() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        LiveSettings().tier = 8  # type: ignore[misc]


def test_every_setting_is_explained() -> None:
    source = inspect.getsource(LiveSettings)
    for field in dataclasses.fields(LiveSettings):
        assert re.search(rf'^    {field.name}: .*\n    """\w.+', source, re.MULTILINE), field.name
