"""What is told of commands that ask for a sound that is not there."""

from __future__ import annotations

from holostream.engine.missing_sounds import MissingSounds


def test_a_tier_that_is_not_there_is_told_each_time() -> None:
    missing = MissingSounds((16, 64), second=True)
    assert missing.sentence("tier", 16) is None
    assert [missing.sentence("tier", 32) for _ in range(2)] == 2 * ["the models folder has no tier 32; it has 16, 64"]


def test_a_morph_to_no_tier_is_told_once_for_each_tier() -> None:
    missing = MissingSounds((16, 64), second=True)
    assert missing.sentence("morph_tier", 8.0) is None, "every preset says the neutral one"
    told = "the models folder has no tier 8; it has 16, 64; choose another with morph_tier"
    assert [missing.sentence("morph", value) for value in (0.0, 0.1, 0.2)] == [None, told, None]
    assert missing.sentence("morph_tier", 16.0) is None
    assert missing.sentence("morph", 0.3) is None


def test_a_second_sound_that_is_not_there_is_told_once() -> None:
    missing = MissingSounds((16,), second=False)
    assert missing.sentence("cross", 0.0) is None
    assert "--second FILE" in str(missing.sentence("cross", 0.5))
    assert missing.sentence("cross", 0.6) is None
    assert MissingSounds((16,), second=True).sentence("cross", 1.0) is None
