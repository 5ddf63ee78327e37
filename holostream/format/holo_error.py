"""The errors of everything that reads `.holo` bytes."""

from __future__ import annotations

from holostream.error import HolostreamError


class HoloFormatError(HolostreamError):
    """The bytes are not a `.holo` that can be read; the message says what is wrong with which file."""


class MissingTablesError(HoloFormatError):
    """Nothing is wrong with the file, but the entropy tables that it needs are not there."""
