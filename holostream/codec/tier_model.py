"""Runs a tier's two graphs with ONNX Runtime: chunks -> codes and codes -> chunks, state in, state out.

`TierModel` takes any number of frames (files); `tier_step.TierStep` takes one frame at a time (live). Both run the same
graphs on one thread and give the same bits, which the contract test holds them to.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Collection
from pathlib import Path

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.inference import ort
from holostream.codec.tier import TIERS, TierFacts, facts_from_dict
from holostream.error import HolostreamError

MAX_GRAPH_BYTES = 256 << 20
DEFAULT_TIER = 64
CODE_OUTPUTS = ["gains", "amplitudes", "phases", "next_state"]
"""Of an encoder graph; one may have more."""
VERSION_DIGITS, FORMER = 16, "former"
"""Models that newer ones have replaced lie in a tier's folder in one of this name, each in one named by its version."""
HOP_NUMBERS = 1 << 16
"""After so many a vocoder that wants to know a frame's hop is told the first again."""


class ModelError(HolostreamError):
    """A models folder or a tier in it cannot be used; the message says why and what to do."""


def default_models_folder() -> Path:
    """$HOLOSTREAM_MODELS, else the models installed with the package, else those of the checkout."""
    if chosen := os.environ.get("HOLOSTREAM_MODELS"):
        return Path(chosen)
    package = Path(__file__).resolve().parents[1]
    return package / "models" if (package / "models").is_dir() else package.parent / "models"


def tier_folder(models: Path, harmonics: int) -> Path:
    """Where a tier lives: `tier_004` ... `tier_256`."""
    return models / f"tier_{harmonics:03d}"


def graph_checksum(encoder: bytes, vocoder: bytes) -> str:
    """SHA-256 over both graphs, hex."""
    return hashlib.sha256(encoder + vocoder).hexdigest()


def version_name(facts: TierFacts) -> str:
    """How recordings name a tier's models."""
    return facts.checksum[:VERSION_DIGITS]


def _session(graph: bytes, what: str, folder: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # One thread and many small graphs: an arena per graph would only hold memory, and counting who still needs a result, to reuse
    # its memory within a run, takes a tenth of the time of one frame.
    options.enable_cpu_mem_arena = options.enable_mem_reuse = False
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen classes of its own for one cause
        raise ModelError(
            f"{folder}: the {what} graph cannot be loaded ({str(error).splitlines()[0][:120]}); "
            "restore the folder or export the tier again"
        ) from error


class TierModel:
    """One tier, loaded. Any number of frames per call; give consecutive calls the state of the one before."""

    def __init__(self, facts: TierFacts, encoder: bytes, vocoder: bytes, folder: Path = Path("(memory)")) -> None:
        self.facts, self.folder = facts, folder
        self.encoder = _session(encoder, "encoder", folder)
        self.vocoder = _session(vocoder, "vocoder", folder)
        self._check_interface(folder)

    def _check_interface(self, folder: Path) -> None:
        facts = self.facts
        self.wants_hops = any(entry.name == "hops" for entry in self.vocoder.get_inputs())
        """Whether the vocoder's sound depends on the frame's hop: the noise it makes does."""
        for session, names, sizes in (
            (self.encoder, ("chunks", "state"), (facts.chunk, facts.encoder_state)),
            (
                self.vocoder,
                ("gains", "amplitudes", "phases", "state", *(["hops"] if self.wants_hops else [])),
                (None, facts.harmonics, facts.harmonics, facts.vocoder_state, *([None] if self.wants_hops else [])),
            ),
        ):
            found = {entry.name: entry.shape for entry in session.get_inputs()}
            if tuple(found) != names or any(
                size is not None and found[name][-1] != size for name, size in zip(names, sizes, strict=True)
            ):
                raise ModelError(f"{folder}: the graphs do not fit tier.json (inputs {found}); export the tier again")

    def initial_encoder_state(self, lanes: int) -> np.ndarray:
        return np.zeros((lanes, self.facts.encoder_state), np.float32)

    def initial_vocoder_state(self, lanes: int) -> np.ndarray:
        return np.zeros((lanes, self.facts.vocoder_state), np.float32)

    def encode(self, chunks: np.ndarray, state: np.ndarray) -> tuple[Dna, np.ndarray]:
        """(lanes, frames, chunk) float32 chunks -> codes and the next state. At least one frame. What a run
        computes on its way is kept until its end: a thousand frames of two lanes have taken up to 100 MB, encoded or vocoded."""
        gains, amplitudes, phases, state = self.encoder.run(CODE_OUTPUTS, {"chunks": chunks, "state": state})
        return Dna(gains, amplitudes, phases), state

    def vocode(self, dna: Dna, state: np.ndarray, first_hop: int) -> tuple[np.ndarray, np.ndarray]:
        """Codes of frames that are heard from `first_hop` on -> (lanes, frames, synthesis) float32 chunks and the next state."""
        inputs = {"gains": dna.gains, "amplitudes": dna.amplitudes, "phases": dna.phases, "state": state}
        if self.wants_hops:
            inputs["hops"] = ((np.arange(dna.frames) + first_hop % HOP_NUMBERS) % HOP_NUMBERS).astype(np.int32)
        chunks, state = self.vocoder.run(None, inputs)
        return chunks, state


def read_facts(models: Path, harmonics: int, version: str | None = None) -> TierFacts:
    """The facts of one tier of a models folder, its graphs left alone. `version` and errors as for `load_tier`."""
    return _facts_in(_folder_of(models, harmonics, version), models, harmonics)


def _folder_of(models: Path, harmonics: int, version: str | None) -> Path:
    folder = tier_folder(models, harmonics)
    if version is None or not re.fullmatch(f"[0-9a-f]{{{VERSION_DIGITS}}}", version):
        return folder
    former = folder / FORMER / version
    return former if former.is_dir() and version_name(_facts_in(folder, models, harmonics)) != version else folder


def _facts_in(folder: Path, models: Path, harmonics: int) -> TierFacts:
    if harmonics not in TIERS:
        raise ModelError(f"there is no tier {harmonics}; the tiers are {', '.join(map(str, TIERS))}")
    if not folder.is_dir():
        raise ModelError(
            f"no tier {harmonics} in {models.absolute()}: {folder.name} is missing; "
            "point --models or HOLOSTREAM_MODELS at a models folder"
        )
    try:
        facts = facts_from_dict(json.loads((folder / "tier.json").read_text(encoding="utf-8"))["facts"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unusable(folder, error) from error
    if facts.harmonics != harmonics:
        raise ModelError(f"{folder}: holds tier {facts.harmonics}, not {harmonics}; rename the folder or export again")
    return facts


def _unusable(folder: Path, error: Exception) -> ModelError:
    return ModelError(f"{folder}: not a usable tier ({error}); restore the folder or export the tier again")


def load_tier(models: Path, harmonics: int, version: str | None = None) -> TierModel:
    """Load one tier of a models folder: in this version (`version_name`), if the folder has it, else as it is now.

    Raises ModelError if the tier is unknown, the folder is missing, or its files are damaged or do not fit together.
    """
    folder = _folder_of(models, harmonics, version)
    facts = _facts_in(folder, models, harmonics)
    encoder, vocoder = _read_graph(folder, "encoder.onnx"), _read_graph(folder, "vocoder.onnx")
    if graph_checksum(encoder, vocoder) != facts.checksum:
        raise ModelError(
            f"{folder}: the graphs are damaged (their checksum is not the one in tier.json); "
            "restore the folder or export the tier again"
        )
    return TierModel(facts, encoder, vocoder, folder)


def _read_graph(folder: Path, name: str) -> bytes:
    try:
        if (folder / name).stat().st_size > MAX_GRAPH_BYTES:
            raise ValueError(f"{name} is larger than {MAX_GRAPH_BYTES >> 20} MB")
        return (folder / name).read_bytes()
    except (OSError, ValueError) as error:
        raise _unusable(folder, error) from error


def present_tiers(models: Path) -> tuple[int, ...]:
    """Harmonics of the tiers that a models folder has, in ascending order. Raises ModelError if it has none."""
    there = tuple(harmonics for harmonics in TIERS if tier_folder(models, harmonics).is_dir())
    if not there:
        folders = f"{tier_folder(models, TIERS[0]).name} ... {tier_folder(models, TIERS[-1]).name}"
        raise ModelError(
            f"no tier in {models.absolute()}: every one of {folders} is missing; "
            "point --models or HOLOSTREAM_MODELS at a models folder"
        )
    return there


def starting_tier(there: Collection[int], wanted: int | None) -> int:
    """The tier asked for, or the nearest to DEFAULT_TIER (the lower of two) if none was.

    Raises ModelError listing the tiers if it is none of them, or not among those that are `there`.
    """
    if wanted is None:
        return min(sorted(there), key=lambda harmonics: abs(math.log2(harmonics / DEFAULT_TIER)))
    if wanted not in TIERS:
        raise ModelError(f"there is no tier {wanted}; the tiers are {', '.join(map(str, TIERS))}")
    if wanted not in there:
        listing = ", ".join(map(str, sorted(there)))
        raise ModelError(f"the models folder has no tier {wanted}; it has {listing}: choose one of them with --tier")
    return wanted


def load_all_tiers(models: Path) -> dict[int, TierModel]:
    """The tiers that are there, by harmonics. Raises ModelError as `load_tier`, or if they are not one family."""
    tiers = {harmonics: load_tier(models, harmonics) for harmonics in present_tiers(models)}
    families = {(tier.facts.family, tier.facts.rate, tier.facts.hop, tier.facts.chunk) for tier in tiers.values()}
    if len(families) > 1:
        raise ModelError(
            f"{models}: the tiers differ in family, rate, hop or chunk {sorted(families)}; "
            "a models folder holds one family"
        )
    return tiers
