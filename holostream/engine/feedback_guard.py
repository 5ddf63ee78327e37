"""Turns the output down when a loudspeaker feeds its own microphone.

A howl is loud at the input, close to a sine (its peak little above sqrt(2) times its RMS), and held by the limiter at
the output, all without a pause. After HOWL_SECONDS of that the output drops by 20 dB; it comes back once the input has
been quiet for REST_SECONDS. A voice or a drum, however loud, is no sine for so long.
"""

from __future__ import annotations

HOWL_SECONDS = 0.4
REST_SECONDS = 2.0
INPUT_RMS = 0.25
SINE_CREST = 1.7
DUCKED = 0.1


class FeedbackGuard:
    """Counts hops; gives the factor the output gain should glide to."""

    def __init__(self, hops_per_second: float) -> None:
        self._howl_hops, self._rest_hops = round(HOWL_SECONDS * hops_per_second), round(REST_SECONDS * hops_per_second)
        self._howling, self._resting = 0, 0
        self.active = False

    def advance(self, input_rms: float, input_peak: float, limiting: bool) -> float:
        """One hop heard: its input's linear RMS and peak, and whether the limiter worked -> factor for the output."""
        loud = input_rms > INPUT_RMS
        if not self.active:
            howls = loud and limiting and input_peak < SINE_CREST * input_rms
            self._howling = self._howling + 1 if howls else max(0, self._howling - 2)
            self.active, self._resting = self._howling >= self._howl_hops, 0
        else:
            self._resting = 0 if loud else self._resting + 1
            if self._resting >= self._rest_hops:
                self.active, self._howling = False, 0
        return DUCKED if self.active else 1.0

    def release(self) -> None:
        """The performer says it is no howl."""
        self.active, self._howling = False, 0
