"""Runs jobs in worker processes, each with one-threaded libraries, and hands results back as they come.

Workers are started fresh (not forked): inference runtimes do not survive a fork. With one worker the jobs run here.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from holostream.engine.engine_launch import ONE_THREAD

Result = TypeVar("Result")
WORKER_ENVIRONMENT = {**ONE_THREAD, "NUMBA_NUM_THREADS": "1"}


def run_jobs(work: Callable[..., Result], jobs: Sequence[tuple], workers: int) -> Iterator[tuple[tuple, Result]]:
    """(job, work(*job)) for every job, in the order they are done. The first error ends it.

    Raises what `work` raises, and RuntimeError if a worker dies.
    """
    if workers <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield job, work(*job)
        return
    with _environment(WORKER_ENVIRONMENT):
        pool = ProcessPoolExecutor(
            min(workers, len(jobs)),
            multiprocessing.get_context("spawn"),
            signal.signal,  # Ctrl-C is the parent's business: the workers would print tracebacks
            (signal.SIGINT, signal.SIG_IGN),
        )
        try:
            waiting = {pool.submit(work, *job): job for job in jobs}
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BrokenProcessPool as error:
            raise RuntimeError("a measuring process died (out of memory?); try again with --jobs 1") from error
        finally:
            pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set while workers start, since they read it at their first import."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
