"""Recipes: settings in, networks out, bad ones refused by name."""

from __future__ import annotations

import pytest

from holostream.training.recipe import Recipe, for_tier, load_recipe, recipe_from_dict, recipe_to_dict


def test_default_and_round_trip():
    assert load_recipe("default") == Recipe()
    assert recipe_from_dict(recipe_to_dict(Recipe(width=64, kernel=5))) == Recipe(width=64, kernel=5)


def test_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("width = 96\nvocoder_dilations = [1, 2]\nmel_weight = 2\n")
    recipe = load_recipe(str(path))
    assert (recipe.name, recipe.width, recipe.vocoder_dilations, recipe.mel_weight) == ("mine", 96, (1, 2), 2.0)
    shape = recipe.shape(8)
    assert (shape.harmonics, shape.width, shape.vocoder_context) == (8, 96, 2 * 3 + 2)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"wdith": 3}, "unknown settings wdith"),
        ({"width": "wide"}, "width is 'wide'"),
        ({"steps": -1}, "steps is -1"),
        ({"steps": 0}, "steps"),
        ({"encoder_waits": 2}, "encoder_waits is 2.0"),
        ({"encoder_dilations": [1, "x"]}, "encoder_dilations"),
        ({"segment_seconds": 0.01}, "segment_seconds"),
        ({"segment_seconds": 1e9}, "segment_seconds is 1e\\+09 in the recipe; expected 60 at most"),
        ({"seed": 10**23}, "seed is 1.* in the recipe; expected 4294967296 at most"),
        ({"clip_norm": 0}, "clip_norm is 0 in the recipe, with which nothing would be learned"),
        ({"average_decay": 5.0}, "average_decay is 5 in the recipe; expected less than 1"),
        ({"learning_rate": float("inf")}, "learning_rate is inf in the recipe; expected a number of 0 or more"),
        ({"rate_weight": float("nan")}, "rate_weight is nan"),
        ({"kernel": 1}, "kernel of 2 or more"),
        ({"expansion": 0}, "expansion of 1 or more"),
        ({"synthesis": 385}, "synthesis is 385 in the recipe; expected a multiple of 32 from 192 to 8192"),
        ({"synthesis": 400}, "synthesis is 400"),
        ({"synthesis": 100}, "synthesis is 100"),
        ({"synthesis": 8194}, "synthesis is 8194"),
    ],
)
def test_bad_settings_are_named(values, told):
    with pytest.raises(ValueError, match=told):
        recipe_from_dict(values)


def test_bad_files_are_named(tmp_path):
    with pytest.raises(ValueError, match="no recipe 'nowhere'"):
        load_recipe("nowhere")
    path = tmp_path / "broken.toml"
    path.write_text("width = = 3")
    with pytest.raises(ValueError, match="not TOML"):
        load_recipe(str(path))
    (tmp_path / "default.toml").write_text("width = 96\n")
    with pytest.raises(ValueError, match="give it another name"):
        load_recipe(str(tmp_path / "default.toml"))


def test_high_tiers_follow_the_waveform():
    recipes = [for_tier(Recipe(), tier) for tier in (4, 8, 16, 32, 64, 128, 256)]
    weights = [recipe.wave_weight for recipe in recipes]
    assert weights == sorted(weights)
    assert [bool(recipe.encoder_waits) for recipe in recipes] == [True] * 6 + [False]
    assert [bool(recipe.width) for recipe in recipes] == [True] * 6 + [False]
    assert weights[0] < weights[4] / 5
    assert for_tier(Recipe(name="mine", wave_weight=3.0), 4).wave_weight == 3.0
