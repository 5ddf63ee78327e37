"""Tables go between their markers and nowhere else."""

from __future__ import annotations

import pytest

from holostream.bench.readme_tables import replace_table

README = """# Name

<!-- measured: hop -->
| old |
<!-- /measured -->

between

<!-- measured: soak -->
<!-- /measured -->
end
"""


def test_a_table_is_replaced_and_the_rest_stays():
    text = replace_table(README, "hop", "| new \\1 |\n| two |")
    assert "<!-- measured: hop -->\n| new \\1 |\n| two |\n<!-- /measured -->" in text
    assert "old" not in text
    assert text.endswith(README[README.index("\n\nbetween") :])


def test_an_empty_place_is_filled_and_filling_again_changes_nothing():
    once = replace_table(README, "soak", "| 1 |")
    assert "<!-- measured: soak -->\n| 1 |\n<!-- /measured -->\nend" in once
    assert replace_table(once, "soak", "| 1 |") == once


def test_a_missing_place_is_an_error_that_says_what_to_write():
    with pytest.raises(ValueError, match=r"'speed'.*<!-- measured: speed -->.*<!-- /measured -->"):
        replace_table(README, "speed", "")


def test_a_place_without_an_end_is_an_error():
    broken = README.replace("| old |\n<!-- /measured -->", "| old |")
    with pytest.raises(ValueError, match="hop"):
        replace_table(broken, "hop", "")
