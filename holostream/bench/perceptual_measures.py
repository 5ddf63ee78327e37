"""Models of hearing, from packages of the extra `metrics`: PESQ-WB, ESTOI, ViSQOL. All take (n,) arrays and a rate.

PESQ-WB is ITU-T P.862.2 (package pesq), ESTOI is Jensen & Taal 2016 (pystoi), ViSQOL is Chinen et al. 2020 in its
Python port (visqol-python), which reproduces the scores of the reference's conformance tests. Sounds go in as they are:
ViSQOL sets their levels itself, and nothing is padded. What a model refuses to judge (silence, too short) is None.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

INSTALL = "pip install 'holostream[metrics]'"


def is_installed(module: str) -> bool:
    """Whether a measure's package is there."""
    return importlib.util.find_spec(module) is not None


def pesq_wb(original: np.ndarray, decoded: np.ndarray, rate: int) -> float | None:
    """1.04 to 4.64, speech at 16 kHz."""
    import pesq

    if not (np.any(original) and np.any(decoded)):
        return None
    try:
        return float(pesq.pesq(rate, original, decoded, "wb"))
    except (pesq.PesqError, ValueError):  # it found no utterance
        return None


def estoi(original: np.ndarray, decoded: np.ndarray, rate: int) -> float | None:
    """About 0 to 1: how intelligible."""
    import warnings

    import pystoi

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # its way to say that there was too little speech
        try:
            return float(pystoi.stoi(original, decoded, rate, extended=True))
        except (RuntimeWarning, ValueError):
            return None


def visqol_audio(original: np.ndarray, decoded: np.ndarray, rate: int) -> float | None:
    """1 to 4.73, any sound at 48 kHz."""
    return _visqol("audio", original, decoded, rate)


def visqol_speech(original: np.ndarray, decoded: np.ndarray, rate: int) -> float | None:
    """1 to 5, speech at 16 kHz, by the lattice network that the reference uses by default."""
    return _visqol("speech", original, decoded, rate)


def _visqol(mode: str, original: np.ndarray, decoded: np.ndarray, rate: int) -> float | None:
    try:
        score = float(_visqol_of(mode).measure_from_arrays(original, decoded, rate).moslqo)
    except (ValueError, IndexError, ZeroDivisionError):  # no patch of sound in it
        return None
    return score if np.isfinite(score) else None


@functools.cache
def _visqol_of(mode: str) -> Any:
    from visqol import VisqolApi

    api = VisqolApi()
    with _silent():
        api.create(mode=mode, use_lattice_model=True)
    return api


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """The lattice's runtime tells stderr, past Python, that all is well."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
