"""Keeping processors awake: asked of the kernel, or by spinning."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time

import pytest

from holostream.engine.awake_processors import AwakeProcessors
from holostream.engine.spinner import __file__ as spinner_file

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only, as what is tested")


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process ends."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("driver", ["intel_idle\n", "acpi_idle\n"])
def test_where_there_is_an_idle_driver_it_is_asked_for_no_latency_as_long_as_wanted(tmp_path, driver):
    named, request = tmp_path / "current_driver", tmp_path / "cpu_dma_latency"
    named.write_text(driver)
    request.write_bytes(b"")
    awake = AwakeProcessors(request, named)
    assert awake.remark is None
    assert request.read_bytes() == struct.pack("i", 0)
    held = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]
    assert str(request) in held  # it counts only as long as the file is open
    awake.close()
    awake.close()
    held = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]
    assert str(request) not in held


def test_one_that_may_not_be_asked_is_said_in_a_sentence(tmp_path):
    named = tmp_path / "current_driver"
    named.write_text("intel_idle\n")
    awake = AwakeProcessors(tmp_path / "missing" / "cpu_dma_latency", named)
    assert awake.remark is not None
    assert "kept awake" in awake.remark
    assert "let this user write to" in awake.remark


@pytest.mark.parametrize("driver", [None, "none\n", "haltpoll\n"])
def test_in_a_virtual_machine_the_engines_processor_alone_spins_below_everything_else(tmp_path, driver):
    named = tmp_path / "current_driver"
    if driver is not None:
        named.write_text(driver)
    mine = os.sched_getaffinity(0)
    awake = AwakeProcessors(tmp_path / "unused", named)
    try:
        assert awake.remark is None
        assert not (tmp_path / "unused").exists()
        assert awake._spinning is not None
        spinner = awake._spinning.pid
        until = time.monotonic() + 10
        while time.monotonic() < until and os.sched_getscheduler(spinner) != os.SCHED_IDLE:
            time.sleep(0.02)
        assert os.sched_getscheduler(spinner) == os.SCHED_IDLE
        assert os.sched_getaffinity(spinner) == {max(mine)}  # as the next test has it, the engine's
        assert os.sched_getaffinity(0) == mine
    finally:
        awake.close()
        awake.close()
    assert gone(spinner)


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_a_spinner_does_not_outlive_what_started_it(seconds):
    program = (
        "import os, subprocess, sys, time;"
        f"command = [sys.executable, '-I', '-S', {spinner_file!r}, '0', str(os.getpid())];"
        "quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL};"
        f"print(subprocess.Popen(command, **quiet).pid, flush=True); time.sleep({seconds}); os._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert gone(int(told))


def test_the_engine_has_a_processor_to_itself_where_there_are_two():
    program = (
        "import os, subprocess, sys, threading\n"
        "from holostream.engine.awake_processors import AwakeProcessors, share_processors\n"
        "stop = threading.Event()\n"
        "thread = threading.Thread(target=stop.wait); thread.start()\n"
        "mine = os.sched_getaffinity(0)\n"
        "engine = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "share_processors(engine.pid)\n"
        "theirs = os.sched_getaffinity(engine.pid)\n"
        "left = [os.sched_getaffinity(0), os.sched_getaffinity(thread.native_id)]\n"
        "whole = len(mine) < 2\n"
        "assert theirs == (mine if whole else {max(mine)}), theirs\n"
        "assert left == [mine if whole else mine - {max(mine)}] * 2, left\n"
        "AwakeProcessors().close()\n"
        "back = [os.sched_getaffinity(0), os.sched_getaffinity(thread.native_id)]\n"
        "assert back == [mine] * 2, back\n"
        "stop.set(); engine.communicate(b'.'); share_processors(engine.pid); print('shared')\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.stdout == "shared\n", result.stderr
