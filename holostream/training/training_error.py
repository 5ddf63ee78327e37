"""The one error of training; in a file without torch, so that the command line can know it."""

from holostream.error import HolostreamError


class TrainingError(HolostreamError):
    """Training cannot start or go on; the message says why and what to do."""
