"""A picture of a sound: its short-time spectrum in decibels, low frequencies drawn wider. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from holostream.bench.holo_audio_measures import short_time_spectra

WINDOW = 1024
RANGE_DB = 90.0
SIZE_INCHES, DOTS_PER_INCH = (6.4, 2.2), 110
TICKS_HZ = (0, 1000, 2000, 4000, 8000, 16000, 24000)
KNEE_HZ = 1500.0
"""Below it the axis is nearly linear, above nearly logarithmic."""
SHORTEST_SAMPLES = 2 * WINDOW


def write_spectrogram(sound: np.ndarray, rate: int, path: Path) -> None:
    """(n,) float samples to a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sound = np.pad(sound, (0, max(0, SHORTEST_SAMPLES - len(sound))))
    step = max(128, len(sound) // 1200)
    magnitudes = np.abs(short_time_spectra(sound.astype(np.float64), WINDOW, step)) * (4 / WINDOW)
    level = 20 * np.log10(magnitudes.T + 10 ** (-RANGE_DB / 20))
    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    seconds = np.arange(level.shape[1]) * step / rate
    height = np.log1p(np.linspace(0, rate / 2, level.shape[0]) / KNEE_HZ)
    axes.pcolormesh(seconds, height, level, cmap="magma", vmin=-RANGE_DB, vmax=-10, shading="nearest", rasterized=True)
    ticks = [tick for tick in TICKS_HZ if tick <= rate / 2]
    axes.set_yticks(np.log1p(np.array(ticks) / KNEE_HZ), [f"{tick / 1000:g}" for tick in ticks])
    axes.set_ylabel("kHz", fontsize=8)
    axes.set_xlabel("s", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.set_xticks(np.arange(0, seconds[-1], 1 if seconds[-1] <= 12 else 5))
    axes.set_xlim(0, seconds[-1])
    axes.set_ylim(0, height[-1])
    figure.savefig(path)
