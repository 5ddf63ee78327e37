"""The one error of training; in a file without torch, so that the command line can know it."""

from holostream.error import HolostreamError


class TrainingError(HolostreamError):
    """Training cannot start or go on; the message says why and what to do."""


def diverged(harmonics: int) -> TrainingError:
    """Of a training whose numbers have grown beyond all bounds, or are none any more."""
    return TrainingError(f"the training of tier {harmonics} has diverged; lower learning_rate in the recipe and begin anew")
