"""What sound devices there are, asked in a process of its own: audio libraries print, never look twice, and wait for ever for a
sound server that hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

from holostream.engine.device_list import DeviceError, list_devices

LIST_TIMEOUT_SECONDS = 20.0


def ask_devices() -> list[dict]:
    """As `list_devices`, but as they are now and in LIST_TIMEOUT_SECONDS. Raises DeviceError."""
    try:
        command = [sys.executable, "-m", "holostream.engine.ask_devices"]
        asked = subprocess.run(command, capture_output=True, text=True, timeout=LIST_TIMEOUT_SECONDS, check=False)
        answer = json.loads(asked.stdout.rstrip().rpartition("\n")[2])
    except (ValueError, OSError, subprocess.TimeoutExpired) as error:
        raise DeviceError("the sound system does not answer: no devices can be listed; check the sound server") from error
    if isinstance(answer, str):
        raise DeviceError(answer)
    return answer


def main() -> None:
    """Print the devices, or why there are none, as a line of JSON."""
    # Whoever asked may have left, and nobody else would end it.
    limit = threading.Timer(LIST_TIMEOUT_SECONDS, os._exit, (1,))
    limit.daemon = True
    limit.start()
    try:
        print(json.dumps(list_devices()))
    except DeviceError as error:
        print(json.dumps(str(error)))


if __name__ == "__main__":
    main()
