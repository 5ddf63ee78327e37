"""The quality bench's run: every clip through every codec, rivals' scores from the cache where it has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from holostream.bench.clip import Clip, clips_in, digest_of, samples_of
from holostream.bench.codec_score import CodecScore, score_clip, score_from_entry
from holostream.bench.codec_under_test import CodecUnderTest
from holostream.bench.machine import usable_cores
from holostream.bench.measure_set import MEASURES, takeable
from holostream.bench.rivals import DEFAULT, chosen_rivals, encoders_of
from holostream.bench.score_cache import ScoreCache, score_key
from holostream.bench.tier_codec import tiers_of
from holostream.bench.worker_pool import run_jobs
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import default_models_folder
from holostream.format.audio_file import AudioFileError

Progress = Callable[[int, int, str], None]
"""Told how many of how many codings are done, and the last one's name."""


@dataclass(frozen=True)
class QualitySettings:
    """What to measure.

    data      folder of sounds that no tier was trained on, or one file; None: the bundled demo voice
    models    models folder; None: the shipped one
    tiers     of it
    against   rivals, see `rivals.chosen_rivals`
    measures  names out of MEASURES
    jobs      worker processes; None: one a core
    limit     at most so many files of each kind
    cache     file of rivals' scores; None: in the user's cache folder
    """

    data: Path | None = None
    models: Path | None = None
    tiers: tuple[int, ...] = TIERS
    against: str = DEFAULT
    measures: tuple[str, ...] = tuple(MEASURES)
    jobs: int | None = None
    limit: int | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class QualityScores:
    """Scores of all clips by all codecs, the measures taken, the rivals' encoders, and what could not be done."""

    scores: tuple[CodecScore, ...]
    measures: tuple[str, ...]
    clips: tuple[Clip, ...]
    codecs: tuple[CodecUnderTest, ...]
    encoders: str | None
    remarks: tuple[str, ...]


def run_quality(settings: QualitySettings, progress: Progress = lambda done, total, name: None) -> QualityScores:
    """Measure. Raises ValueError (no sounds, unknown words), ModelError, AudioFileError, RuntimeError."""
    digests, unread = _readable(clips_in(settings.data, settings.limit))
    clips = list(digests)
    ours = tiers_of(settings.models or default_models_folder(), settings.tiers)
    rivals, remarks = chosen_rivals(settings.against)
    measures, about_packages = takeable(settings.measures)
    codecs: list[CodecUnderTest] = [*ours, *rivals]
    with ScoreCache(settings.cache) as cache:
        scores = _scores(digests, codecs, measures, settings.jobs or usable_cores(), cache, progress)
    remarks += [f"left out: {reason}" for reason in unread]
    problems = {f"{score.series} {score.setting}": score.problem for score in scores if score.problem}
    remarks += [f"{name} left out for some sounds: {problem}" for name, problem in problems.items()]
    if about_packages:
        remarks.append(about_packages)
    good = tuple(score for score in scores if score.problem is None)
    encoders = encoders_of(settings.against)
    return QualityScores(good, measures, tuple(clips), tuple(codecs), encoders, tuple(remarks))


def _readable(clips: Sequence[Clip]) -> tuple[dict[Clip, str], list[str]]:
    """The clips that can be read with their digests, and why the others cannot. Raises AudioFileError if none can."""
    digests: dict[Clip, str] = {}
    reasons: list[str] = []
    for clip in clips:
        try:
            digests[clip] = digest_of(samples_of(clip))
        except AudioFileError as error:
            if len(clips) == 1:
                raise
            reasons.append(str(error))
    if not digests:
        raise AudioFileError(f"none of {len(clips)} sounds can be read: {reasons[0]}")
    return digests, reasons


def _scores(
    digests: dict[Clip, str],
    codecs: Sequence[CodecUnderTest],
    measures: tuple[str, ...],
    workers: int,
    cache: ScoreCache,
    progress: Progress,
) -> list[CodecScore]:
    found: dict[tuple[Clip, CodecUnderTest], CodecScore] = {}
    keys: dict[tuple[Clip, CodecUnderTest], str] = {}
    kept: dict[str, dict[str, float | None]] = {}
    for clip, digest in digests.items():
        for codec in codecs:
            if (identity := codec.identity()) is None:
                continue
            keys[clip, codec] = key = score_key(digest, clip.is_speech, identity)
            entry = cache.read(key)
            try:
                score = None if entry is None else score_from_entry(clip, codec, entry)
            except TypeError:  # an entry of another shape
                continue
            if score is not None:
                kept[key] = score.measures
                if set(measures) <= set(score.measures):
                    found[clip, codec] = score
    jobs = [(clip, codec, measures) for clip in digests for codec in codecs if (clip, codec) not in found]
    for done, ((clip, codec, _), score) in enumerate(run_jobs(score_clip, jobs, workers)):
        found[clip, codec] = score
        if (clip, codec) in keys and score.problem is None:
            key = keys[clip, codec]
            cache.write(key, {**score.entry(), "measures": {**kept.get(key, {}), **score.measures}})
        progress(done + 1, len(jobs), f"{codec.series} {codec.setting}: {clip.name}")
    return [found[clip, codec] for clip in digests for codec in codecs]
