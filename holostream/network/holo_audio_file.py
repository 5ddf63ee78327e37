"""The `.pth` of a HOLO-Audio tier: read without executing anything it holds, and written in the same layout.

    encoder   state dict: encoder.weight (2h, c), encoder.bias (2h)
    vocoder   state dict: net.0.weight (hid, 2h), net.2.weight and net.4.weight (hid, hid), net.6.weight (c, hid), and
              a bias of each
    h         harmonics
    c, hid    samples in a chunk, hidden width; 1024 and 256 where they are missing

All numbers are float32.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import torch
from torch import Tensor, nn

from holostream.codec.tier import TIERS
from holostream.codec.tier_model import ModelError
from holostream.network.holo_audio import DEFAULT_CHUNK, DEFAULT_HIDDEN, HoloAudioNetwork, HoloAudioShape
from holostream.network.torch_file import load_torch, save_torch

MOST_BYTES = 128 << 20
MOST_PARTS = 100
CHUNKS, HIDDEN = range(64, 2049), range(8, 2049)
LARGEST_WEIGHT = 1e4
"""A trained weight is about 1; the sound of larger ones could overflow."""


def read_holo_audio(path: Path) -> HoloAudioNetwork:
    """The tier in a `.pth`. Raises ModelError in one sentence if it is anything else, OSError if it cannot be read."""
    try:
        document = load_torch(path, MOST_BYTES, MOST_PARTS)
    except ValueError as error:
        _refuse(path, str(error), error)
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        _refuse(path, "it holds no dictionary of a tier")
    unknown = sorted(set(document) - {"encoder", "vocoder", "h", "c", "hid"})
    missing = sorted({"encoder", "vocoder", "h"} - set(document))
    if unknown or missing:
        _refuse(path, f"keys {', '.join(missing)} are missing" if missing else f"keys {unknown} are unknown")
    network = HoloAudioNetwork(_shape(path, document))
    for part, module in (("encoder", network.encoder), ("vocoder", network.vocoder)):
        _fill(path, part, module, document[part])
    return network.eval()


def write_holo_audio(network: HoloAudioNetwork, path: Path) -> None:
    """Replace `path` in one step. Raises OSError."""
    shape = network.shape
    save_torch(path, {
        "encoder": {name: value.detach().cpu() for name, value in network.encoder.state_dict().items()},
        "vocoder": {name: value.detach().cpu() for name, value in network.vocoder.state_dict().items()},
        "h": shape.harmonics,
        "c": shape.chunk,
        "hid": shape.hidden,
    })


def _refuse(path: Path, why: str, cause: Exception | None = None) -> NoReturn:
    raise ModelError(
        f"{path} is not a tier of HOLO-Audio that can be imported ({why}); give a .pth as its trainer saves it"
    ) from cause


def _shape(path: Path, document: dict) -> HoloAudioShape:
    harmonics = document["h"]
    chunk, hidden = document.get("c", DEFAULT_CHUNK), document.get("hid", DEFAULT_HIDDEN)
    if type(harmonics) is not int or harmonics not in TIERS:
        _refuse(path, f"h is {_shown(harmonics)}, expected one of {', '.join(map(str, TIERS))}")
    for name, value, legal in (("c", chunk, CHUNKS), ("hid", hidden, HIDDEN)):
        if type(value) is not int or value not in legal:
            _refuse(path, f"{name} is {_shown(value)}, expected {legal[0]} to {legal[-1]}")
    return HoloAudioShape(harmonics, chunk, hidden)


def _shown(value: object) -> str:
    return repr(value)[:40].replace("\n", " ") if isinstance(value, int | float | str) else type(value).__name__


@torch.no_grad()
def _fill(path: Path, part: str, module: nn.Module, weights: object) -> None:
    """Copy checked weights into a module."""
    own = module.state_dict()
    if not isinstance(weights, dict) or set(weights) != set(own):
        _refuse(path, f"its {part} does not hold {', '.join(own)}")
    for name, target in own.items():
        value = weights[name]
        plain = isinstance(value, Tensor) and value.layout == torch.strided and value.device.type == "cpu"
        if not plain or value.dtype != torch.float32:
            _refuse(path, f"{name} of its {part} is no float32 tensor")
        if value.shape != target.shape:
            _refuse(path, f"{name} of its {part} is {tuple(value.shape)}, expected {tuple(target.shape)}")
        if not bool((value.abs() <= LARGEST_WEIGHT).all()):
            _refuse(path, f"{name} of its {part} has values that are no numbers or beyond {LARGEST_WEIGHT:g}")
        target.copy_(value)
