"""Whom the tiers are compared with: the words of `--against` to codecs, and a sentence for every encoder not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from holostream.bench import codec2_rival, mp3_rival, opus_rival
from holostream.bench.codec_under_test import CodecUnderTest
from holostream.bench.external_program import first_line, is_missing
from holostream.bench.tier_codec import OURS, tiers_in

FOLDER_WORD = "models:"


@dataclass(frozen=True)
class RivalWord:
    """What a word of `--against` stands for, the programs it needs, the package that has them on Debian.

    `version`: what to call its encoder with to be told its version.
    """

    codecs: Callable[[], Sequence[CodecUnderTest]]
    programs: tuple[str, ...]
    package: str
    version: tuple[str, ...]


def _opus(*frames_ms: float) -> RivalWord:
    return RivalWord(
        lambda: [codec for frame_ms in frames_ms for codec in opus_rival.opus_ladder(frame_ms)],
        opus_rival.PROGRAMS,
        opus_rival.PACKAGE,
        ("--version",),
    )


WORDS = {
    "opus": _opus(20.0, 5.0, 2.5),
    "opus-20": _opus(20.0),
    "opus-5": _opus(5.0),
    "opus-2.5": _opus(2.5),
    "mp3": RivalWord(mp3_rival.mp3_ladder, mp3_rival.PROGRAMS, mp3_rival.PACKAGE, ("--version",)),
    "codec2": RivalWord(codec2_rival.codec2_ladder, codec2_rival.PROGRAMS, codec2_rival.PACKAGE, ()),
}
DEFAULT = "opus,mp3,codec2"


def chosen_rivals(text: str) -> tuple[list[CodecUnderTest], list[str]]:
    """'opus,models:FOLDER' -> their codecs, and a sentence for each whose program is missing. 'none' is nobody.

    Raises ValueError for an unknown word and for folders that tables could not tell apart, ModelError for one without tiers.
    """
    codecs: list[CodecUnderTest] = []
    remarks: list[str] = []
    for word in (part.strip() for part in text.split(",")):
        if word.startswith(FOLDER_WORD):
            others = tiers_in(Path(word.removeprefix(FOLDER_WORD)))
            if others[0].series in (OURS, *(codec.series for codec in codecs)):
                raise ValueError(f"another folder of tiers is called {others[0].series}, too, and tables name them so; rename one of them")
            codecs += others
        elif word in WORDS:
            missing = [program for program in WORDS[word].programs if is_missing(program)]
            if missing:
                package = WORDS[word].package
                remarks.append(
                    f"not compared with {word}: {' and '.join(missing)} not installed; "
                    f"on Debian or Ubuntu: sudo apt-get install {package}"
                )
            else:
                codecs += WORDS[word].codecs()
        elif word not in ("none", ""):
            raise ValueError(
                f"--against does not know {word!r}; it takes {', '.join(WORDS)}, none, and {FOLDER_WORD}FOLDER for "
                "any models folder (such as one with imported HOLO-Audio weights), with commas"
            )
    return list(dict.fromkeys(codecs)), remarks


def encoders_of(text: str) -> str | None:
    """Names and versions of the encoders that words of `--against` use and that are there, as a sentence."""
    words = [WORDS[word] for part in text.split(",") if (word := part.strip()) in WORDS]
    told = [first_line(word.programs[0], *word.version) for word in words if not any(map(is_missing, word.programs))]
    return f"Encoders: {', '.join(dict.fromkeys(told))}." if told else None
