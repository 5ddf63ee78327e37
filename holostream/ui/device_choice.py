"""What can be chosen on the device screen: pure lists from the devices found. Devices go by API and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from holostream.engine.settings import API_VIRTUAL

Direction = Literal["input", "output"]

BLOCKS = (None, 32, 64, 128, 256, 512, 1024)
"""Samples per block; None: the sound server's own."""


@dataclass(frozen=True)
class DeviceChoice:
    """What `reopen` is asked for. None stands for the default."""

    device_api: str
    input: str | None
    output: str | None
    block: int | None


def apis(devices: Sequence[dict[str, Any]]) -> list[str]:
    """APIs that have devices, in the order found; the virtual device is always there."""
    found = dict.fromkeys(str(device["api"]) for device in devices)
    return [*(api for api in found if api != API_VIRTUAL), API_VIRTUAL]


def names(devices: Sequence[dict[str, Any]], api: str, direction: Direction, current: str | None) -> list[str | None]:
    """Names to choose from, None (the default) first.

    With the virtual device, whose inputs and outputs are files, `current` stays choosable.
    """
    if api == API_VIRTUAL:
        return [None, current] if current is not None else [None]
    channels = f"{direction}s"
    return [None, *dict.fromkeys(str(d["name"]) for d in devices if d["api"] == api and d[channels] > 0)]


def name_label(name: str | None, api: str, direction: Direction) -> str:
    """How a choice is shown."""
    if name is not None:
        return name
    if api == API_VIRTUAL:
        return "demo voice" if direction == "input" else "not kept"
    return f"default {direction}"


def block_label(block: int | None) -> str:
    return "server's own" if block is None else f"{block} samples"
