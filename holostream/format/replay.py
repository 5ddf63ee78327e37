"""Blocks of DNA back to the sound that was heard: the same graphs, overlap-add and fades as live, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier_fade import fade_weights, level_weights, mix_tiers
from holostream.codec.tier_model import ModelError, TierModel, version_name
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_header import HoloHeader
from holostream.format.printable import printable


class Replay:
    """Decodes blocks in the order in which `HoloReader` gives them. `load` gives a tier by its harmonics; only tiers that sound
    are loaded."""

    def __init__(self, header: HoloHeader, load: Callable[[int], TierModel]) -> None:
        self.header, self._load = header, load
        self._models: dict[int, TierModel] = {}
        self._running: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}
        """State and what still rings, of a tier and of a second voice of the same tier that fades in."""
        self._next_hop: int | None = None

    def _model(self, harmonics: int) -> TierModel:
        if harmonics not in self._models:
            model, header = self._load(harmonics), self.header
            facts = model.facts
            same_sizes = (facts.family, facts.rate, facts.hop, facts.chunk) == (
                header.family,
                header.rate,
                header.hop,
                header.chunk,
            )
            if not same_sizes or header.models.get(str(harmonics)) != version_name(facts):
                raise ModelError(
                    f"the recording needs tier {harmonics} of family {printable(header.family)} with checksum "
                    f"{printable(header.models.get(str(harmonics), 'unknown'))}, the models folder has {facts.family} "
                    f"{version_name(facts)}; point --models at the folder it was made with"
                )
            self._models[harmonics] = model
        return self._models[harmonics]

    def _voice(self, voice: VoiceRun, first_hop: int, again: bool = False) -> np.ndarray:
        """(lanes, hops, hop) heard samples of one voice of the block that begins there; `again`: the block's first voice is of
        the same tier."""
        model = self._model(voice.dna.harmonics)
        facts, lanes = model.facts, voice.dna.lanes
        key = (facts.harmonics, int(again))
        running = self._running.get(key)
        if voice.starts or running is None:
            running = (model.initial_vocoder_state(lanes), initial_partial(facts, lanes))
        state, partial = running
        chunks, state = model.vocode(voice.dna, state, first_hop - voice.preroll)
        samples, partial = overlap_add(chunks, partial, facts)
        self._running[key] = (state, partial)
        return samples.reshape(lanes, -1, facts.hop)[:, voice.preroll :]

    def decode(self, block: DnaBlock) -> Iterator[np.ndarray]:
        """(lanes, samples) pieces: silence for hops missing before the block, then the block."""
        hop, lanes = self.header.hop, self.header.lanes
        if self._next_hop is not None and block.first_hop != self._next_hop:
            missing = block.first_hop - self._next_hop
            self._running.clear()
            for start in range(0, missing, 1024):
                yield np.zeros((lanes, min(1024, missing - start) * hop), np.float32)
        self._next_hop = block.first_hop + block.hops
        samples = self._voice(block.voices[0], block.first_hop)
        if len(block.voices) == 2:
            if block.levels:
                weights = level_weights(hop, block.levels)
            else:
                weights = fade_weights(hop, block.fade_hops)[block.fade_first : block.fade_first + block.hops]
            first, second = (voice.dna.harmonics for voice in block.voices)
            samples = mix_tiers(samples, self._voice(block.voices[1], block.first_hop, first == second), weights)
            if first == second and block.fade_first + block.hops == block.fade_hops:
                self._running[second, 0] = self._running.pop((second, 1))
        yield np.ascontiguousarray(samples.reshape(lanes, -1))
