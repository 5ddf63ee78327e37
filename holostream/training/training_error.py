"""The one error of training; in a file without torch, so that the command line can know it."""


class TrainingError(Exception):
    """Training cannot start or go on; the message says why and what to do."""
