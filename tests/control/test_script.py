"""Scripts as text: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.script import ScriptLine, parse_script, read_script

EXAMPLE = """\
# a performance
0      tier 16
2.5    mark verse one   # not a part of the text

1.25   tilt -3.5
1.25   neutral
3      mute on
"""


def test_lines_come_in_the_order_of_time() -> None:
    assert parse_script(EXAMPLE).lines == (
        ScriptLine(0.0, "tier", 16.0, 2),
        ScriptLine(1.25, "tilt", -3.5, 5),
        ScriptLine(1.25, "neutral", None, 6),
        ScriptLine(2.5, "mark", "verse one", 3),
        ScriptLine(3.0, "mute", 1.0, 7),
    )
    assert parse_script("").lines == ()


def test_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf0 tilt 3\r\n1 tlit 3\r\n")
    with pytest.raises(ValueError, match=r"a\.txt line 2: unknown command 'tlit'; did you mean tilt"):
        read_script(path)
    path.write_bytes(b"\xff\xfe\0\0")
    with pytest.raises(ValueError, match=r"a\.txt is not a text file"):
        read_script(path)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("tilt 3", "'tilt' is no time; a line is `SECONDS COMMAND"),
        ("-1 tilt 3", "'-1' is no time"),
        ("nan tilt 3", "'nan' is no time"),
        ("1e9 tilt 3", "'1e9' is no time"),
        ("1", "there is no command after the time"),
        ("1 tilt", "tilt needs a value"),
        ("1 tilt x", "expected a number"),
        ("1 tier 5", "tier is 5; expected one of"),
        ("1 neutral 3", "neutral takes no value"),
        ("1 preset", "preset needs a value"),
    ],
)
def test_what_is_refused(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^the script line 3: ") as raised:
        parse_script(f"# first\n0 tilt 1\n{line}\n2 tilt 2\n")
    assert reason in str(raised.value)


@given(st.text(alphabet="0123456789.- \n#tilermukno\t\0é", max_size=60))
def test_any_text_is_a_script_or_a_sentence(text: str) -> None:
    complaint = "the script line "
    try:
        parse_script(text)
    except ValueError as error:
        complaint = str(error)
    assert complaint.startswith("the script line ")


def test_a_text_may_have_a_number_sign_of_its_own() -> None:
    lines = parse_script("1 mark verse #2 of 3\n2 mark chorus # the loud one\n3 tilt 3 #steep\n4 mark # nothing\n").lines
    assert [line.value for line in lines] == ["verse #2 of 3", "chorus", 3.0, None]
