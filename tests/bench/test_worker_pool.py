"""Jobs run here or in processes of their own; results and errors come back, numerics are one-threaded."""

from __future__ import annotations

import os

import pytest

from holostream.bench.worker_pool import run_jobs


def square(number: int) -> int:
    return number * number


def environment(name: str) -> tuple[int, str | None]:
    return os.getpid(), os.environ.get(name)


def fails(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def dies(number: int) -> int:
    os._exit(number)


@pytest.mark.parametrize("workers", [1, 2])
def test_all_results_come_back(workers):
    assert dict(run_jobs(square, [(n,) for n in range(7)], workers)) == {(n,): n * n for n in range(7)}
    assert list(run_jobs(square, [], workers)) == []


def test_processes_are_others_and_one_threaded():
    before = os.environ.get("OMP_NUM_THREADS")
    for _, (process, threads) in run_jobs(environment, [("OMP_NUM_THREADS",)] * 2, 2):
        assert process != os.getpid()
        assert threads == "1"
    assert os.environ.get("OMP_NUM_THREADS") == before


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_error_ends_it(workers):
    with pytest.raises(ValueError, match="three"):
        list(run_jobs(fails, [(n,) for n in range(50)], workers))


def test_a_death_is_an_error_with_advice():
    with pytest.raises(RuntimeError, match="--jobs 1"):
        list(run_jobs(dies, [(3,), (3,)], 2))
