"""Lines to hops."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.control.preset import Preset
from holostream.control.preset_folder import PresetFolder
from holostream.control.script import parse_script
from holostream.control.script_plan import Due, Scheduled, ScriptPlan, plan_script
from holostream.engine.command import MOVES
from holostream.engine.command_ring import CommandRing
from tests.ui.fake_session import FACTS

TIERS = (16, 64)


def plan(text: str, folder: Path, plays: bool = False) -> ScriptPlan:
    return plan_script(parse_script(text), FACTS, TIERS, PresetFolder(folder), plays, block_hops=2)


def test_a_time_is_the_hop_that_begins_then_or_the_next(tmp_path: Path) -> None:
    planned = plan("0 tilt 1\n0.004 tilt 2\n0.0081 tilt 3\n1 tilt 4\n0.8 tilt 5", tmp_path)
    assert [command.hop for command in planned.scheduled] == [0, 2, 4, 300, 375]


def test_what_the_engine_does_not_know_is_done_by_hand(tmp_path: Path) -> None:
    planned = plan("1 mark verse\n0 record 1\n2 tier_step 1", tmp_path)
    assert planned == ScriptPlan((), (Due(0, "record", 1.0, 2), Due(375, "mark", "verse", 1), Due(750, "tier_step", 1.0, 3)))


def test_neutral_and_presets_are_the_engines_commands(tmp_path: Path) -> None:
    PresetFolder(tmp_path).write("slow", Preset({"tilt": 3.0, "tier": 16.0}, glide_ms=500))
    planned = plan("0 neutral\n1 preset slow\n1 robot 1", tmp_path)
    assert planned.scheduled[: len(MOVES)] == tuple(Scheduled(0, kind.name, kind.neutral) for kind in MOVES)
    recall = planned.scheduled[len(MOVES) :]
    assert recall[0] == (375, "glide_ms", 500)
    assert recall[-3:] == ((375, "tier", 16), (375, "robot", 1), (376, "glide_ms", 20))
    assert (375, "tilt", 3) in recall


def test_a_presets_midi_map_comes_with_it(tmp_path: Path) -> None:
    PresetFolder(tmp_path).write("stage", Preset({"tilt": 3.0}, midi_map="stage.toml"))
    assert plan("1 preset stage", tmp_path).due == (Due(375, "midi_map", "stage.toml", 1),)


def test_taps_are_the_tempo_of_the_scripts_own_time(tmp_path: Path) -> None:
    planned = plan("0.5 tap\n1 tap\n1.05 tap\n1.75 tap\n10 tap\n10.25 tap", tmp_path)
    assert planned == ScriptPlan(
        (Scheduled(375, "tempo", 120), Scheduled(657, "tempo", 96), Scheduled(3844, "tempo", 240)), ()
    )


def test_while_a_recording_plays_a_tier_is_heard_instead(tmp_path: Path) -> None:
    assert plan("0 tier 16", tmp_path, plays=True).scheduled == ((0, "bypass", 0), (0, "tier", 16))


def test_what_this_session_cannot_do(tmp_path: Path) -> None:
    PresetFolder(tmp_path).write("far", Preset({"tier": 256.0}))
    for text, reason in (
        ("0 save_preset mine\n1 preset mine", "line 2: mine is saved by line 1 of the script itself"),
        ("0 tilt 1\n1 tier 8", "line 2: the models folder has no tier 8; it has 16, 64"),
        ("1 morph_tier 32", "line 1: the models folder has no tier 32; it has 16, 64"),
        ("0 morph 0\n1 morph 0.5", "line 2: the models folder has no tier 8; it has 16, 64; choose another with morph_tier"),
        ("1 preset far", "line 1: the models folder has no tier 256"),
        ("1 preset fra", "line 1: no preset 'fra'; did you mean far"),
        ("\n".join(f"{n * 1e-6:f} tilt 1" for n in range(CommandRing.CAPACITY + 1)), "line 1025: more than 1024 commands"),
    ):
        with pytest.raises(ValueError, match=f"the script {reason}"):
            plan(text, tmp_path)
    plan("0 morph_tier 64\n0 morph 0.5\n1 neutral", tmp_path)
    plan_script(parse_script("0 morph 0.5"), FACTS, TIERS, PresetFolder(tmp_path), morph_tier=64)  # as a preset has set it
    plan("\n".join(f"{n * 1e-5:f} tilt 1" for n in range(3 * CommandRing.CAPACITY)), tmp_path)
