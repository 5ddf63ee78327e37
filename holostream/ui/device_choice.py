"""What can be chosen on the device screen: pure lists from the devices found. Devices go by API and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from holostream.engine.settings import API_VIRTUAL, LiveSettings

Direction = Literal["input", "output"]

BLOCKS = (None, 32, 64, 128, 256, 512, 1024)
"""Samples per block; None: the sound server's own (JACK), else 128."""


@dataclass(frozen=True)
class DeviceChoice:
    """What `reopen` is asked for. None stands for the default."""

    device_api: str
    input: str | None
    output: str | None
    block: int | None


def same_device(choice: DeviceChoice, settings: LiveSettings, device: dict[str, Any]) -> bool:
    """Whether it is the one that is open, perhaps with another block: then a rate that was asked for still holds."""
    return (
        choice.device_api in (settings.device_api, device.get("api"))
        and choice.input in (settings.input, device.get("input"))
        and choice.output in (settings.output, device.get("output"))
    )


def apis(devices: Sequence[dict[str, Any]], current: str) -> list[str]:
    """APIs that have devices, in the order found; `current`, the one in use, and the virtual device are always there."""
    found = dict.fromkeys([*(str(device["api"]) for device in devices), current])
    return [*(api for api in found if api != API_VIRTUAL), API_VIRTUAL]


def blocks(current: int | None) -> list[int | None]:
    """Sizes to choose from, the one in use among them."""
    return [None, *sorted({*filter(None, (*BLOCKS, current))})]


def names(
    devices: Sequence[dict[str, Any]], api: str, direction: Direction, file: str | None, current: str | None
) -> list[str | None]:
    """Names to choose from, None (the default) first, a `file` in use next; `current`, the device in use, may be away.

    The virtual device has files alone.
    """
    found: dict[str | None, None] = dict.fromkeys([None] if file is None else [None, file])
    if api == API_VIRTUAL:
        return list(found)
    channels = f"{direction}s"
    here = [str(d["name"]) for d in devices if d["api"] == api and d[channels] > 0]
    return list(found | dict.fromkeys([*here, *([] if current is None else [current])]))


def name_label(name: str | None, api: str, direction: Direction) -> str:
    """How a choice is shown."""
    if name is not None:
        return name
    if api == API_VIRTUAL:
        return "demo voice" if direction == "input" else "not kept"
    return f"default {direction}"


def block_label(block: int | None) -> str:
    return "default" if block is None else f"{block} samples"
