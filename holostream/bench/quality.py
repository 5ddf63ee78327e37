"""What each tier makes of real files, beside rivals: a page with plots, tables, and sounds to listen to."""

from __future__ import annotations

from pathlib import Path

from holostream.bench.listening import clips_to_hear, codecs_to_hear, write_listening
from holostream.bench.machine import describe_machine, machine_sentence
from holostream.bench.quality_page import write_page
from holostream.bench.quality_plots import require_matplotlib, write_plots
from holostream.bench.quality_point import points_of
from holostream.bench.quality_run import Progress, QualityScores, QualitySettings
from holostream.bench.quality_tables import quality_tables
from holostream.bench.report_folder import PAGE
from holostream.codec.tier_model import default_models_folder, read_facts


def write_report(
    result: QualityScores,
    settings: QualitySettings,
    out: Path,
    clips: int,
    progress: Progress = lambda done, total, name: None,
) -> Path:
    """`out`/index.html with plots, tables, and `clips` sounds to hear; returns its path. Raises ValueError, OSError."""
    require_matplotlib()
    out.mkdir(parents=True, exist_ok=True)
    facts = read_facts(settings.models or default_models_folder(), settings.tiers[0])
    latency_ms = 1000 * facts.latency_samples / facts.rate
    plots = write_plots(points_of(result.scores, result.measures), result.measures, out, latency_ms)
    heard = write_listening(clips_to_hear(result.clips, clips), codecs_to_hear(result.codecs), out, progress)
    page = out / PAGE
    write_page(page, machine_sentence(describe_machine()), quality_tables(result), plots, heard)
    return page
