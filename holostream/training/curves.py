"""A picture of a training: loss, bitrate and SNR over steps."""

from __future__ import annotations

from pathlib import Path

from holostream.training.train_tier import Progress


def draw_curves(done: Progress, target_kbps: float, title: str, path: Path) -> None:
    """Write a PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    steps = done.curves["step"]
    look = {"marker": "." if len(steps) < 3 else ""}  # a line needs two
    figure, (loss, rate, snr) = pyplot.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
    loss.plot(steps, done.curves["loss"], color="0.7", **look, label="training")
    loss.plot(steps, done.curves["held_out"], color="C0", **look, label="held out")
    loss.set_title("loss")
    loss.legend()
    rate.plot(steps, done.curves["kbps"], color="C1", **look)
    rate.axhline(target_kbps, color="0.5", linestyle="--")
    rate.set_title("estimated kbit/s, and its target")
    snr.plot(steps, done.curves["snr_db"], color="C2", **look)
    snr.set_title("SNR, dB")
    for axes in (loss, rate, snr):
        axes.set_xlabel("step")
    figure.suptitle(title)
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
