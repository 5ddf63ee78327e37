"""What a figure was measured on: without it a figure says nothing."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

MachineFacts = dict[str, str | int]


def describe_machine() -> MachineFacts:
    """Processor, cores this process may use, system, Python, ONNX Runtime, date."""
    return {
        "cpu": _cpu_model(),
        "cores": usable_cores(),
        "os": _system(),
        "python": platform.python_version(),
        "onnxruntime": version("onnxruntime"),
        "date": today(),
    }


def today() -> str:
    """The date in UTC, as 2026-11-30."""
    return datetime.now(UTC).date().isoformat()


def machine_sentence(machine: MachineFacts) -> str:
    """One line below a table."""
    return (
        f"Measured {machine['date']}: {machine['cpu']}, {machine['cores']} cores, {machine['os']}, "
        f"Python {machine['python']}, ONNX Runtime {machine['onnxruntime']}."
    )


def usable_cores() -> int:
    """How many this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    release = platform.release().split("-")[0]
    return f"{name} ({platform.system()} {release})"
