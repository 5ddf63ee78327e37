"""Every command of the README is run, as a newcomer would, in a folder with a voice.wav of theirs."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import soundfile

from holostream.bench.jack_server import jack_server
from tests.holo_audio_models import written_pth
from tests.speech import speech

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
ACTIVATE = ". .venv/bin/activate"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder from which the README's paths work, filled by the commands in their order."""
    place = tmp_path_factory.mktemp("newcomer")
    for name in ("scripts", ".venv"):
        (place / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "models", place / "models")
    soundfile.write(place / "voice.wav", speech(1.0, 44100, 2), 44100)
    written_pth(place, 64)
    (place / "my_voice").mkdir()
    for number in range(4):
        soundfile.write(place / "my_voice" / f"{number}.wav", speech(6.0, 24000, number), 24000)
    return place


def test_the_readme_has_commands():
    assert COMMANDS[:2] == ["scripts/live", "scripts/test"]
    assert len(COMMANDS) > 8
    assert "scripts/live" in "".join(README.splitlines(keepends=True)[:20])
    assert "scripts/test" in (ROOT / ".ci" / "run").read_text()


def test_its_own_numbers_are_the_models(tiers):
    """Those in sentences; the tables' are written by scripts/measure."""
    facts = tiers[8].facts
    assert f"**{facts.latency_samples} samples ({1000 * facts.latency_samples / facts.rate:.1f} ms)** later" in README
    assert f"{min(tiers)} to {max(tiers)}, while you play" in README
    trained = ", ".join(str(harmonics) for harmonics, tier in tiers.items() if tier.facts.trained)
    prose = README.replace("\n", " ")
    assert f"Tiers {trained} are trained" in prose
    cards = [json.loads((tier.folder / "tier.json").read_text())["card"] for tier in tiers.values() if tier.facts.trained]
    minutes = [round(card["training_seconds"] / 60) for card in cards]
    assert f"the last training of each took {min(minutes)} to {max(minutes)} minutes on a processor core" in prose


def play_until_q(command: str, place: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command in a terminal of its own, press q once the screen is there."""
    control, terminal = pty.openpty()
    program = subprocess.Popen(
        ["sh", "-c", f"stty rows 24 cols 80; {command}"], cwd=place, stdin=terminal, stdout=terminal,
        stderr=terminal, env={**os.environ, "TERM": "xterm-256color", **environment}, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    shown, pressed, deadline = b"", 0.0, time.monotonic() + 90
    while program.poll() is None:
        assert time.monotonic() < deadline, shown[-2000:]
        if select.select([control], [], [], 0.1)[0]:
            try:
                shown += os.read(control, 65536)
            except OSError:
                break
        if b"latency" in shown and time.monotonic() - pressed > 1.0:
            pressed = time.monotonic()
            os.write(control, b"q")
    os.close(control)
    return program.wait(10), shown.decode(errors="replace")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in (ACTIVATE, "scripts/test")])
def test_the_command_works(command: str, folder: Path):
    command = command.replace("--minutes 25", "--steps 2")  # that it works, not that it learns
    plays = command.startswith(("scripts/live", "holostream play")) and not re.search("--headless|--virtual-time", command)
    quiet = {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}
    if "--device-api jack" in command:
        with jack_server(256) as server:
            code, shown = play_until_q(f"exec {command}", folder, server.environment)
    elif plays:
        ours = f"{ACTIVATE}; exec {command}" if command.startswith("holostream") else f"exec {command}"
        code, shown = play_until_q(ours, folder, quiet)
    else:
        finished = subprocess.run(
            ["sh", "-c", f"{ACTIVATE}; {command}"], cwd=folder, capture_output=True, text=True, check=False,
            timeout=200, env={**os.environ, **quiet},
        )  # fmt: skip
        code, shown = finished.returncode, finished.stdout + finished.stderr
    assert "Traceback" not in shown
    if "USB Audio" in command:  # a device that only its owner has: told, not found
        assert code == 1
        assert "no sound card or sound server" in shown
        return
    assert code == 0, shown[-2000:]
    if "--out my_models" in command:
        assert {file.name for file in (folder / "my_models" / "tier_016").iterdir()} >= {"tier.json", "curves.png"}
    for name in re.findall(r"[\w.-]+\.(?:holo|wav|flac)", command):
        assert (folder / name).stat().st_size > 1000


def test_a_second_start_is_quick_to_set_up(folder: Path):
    finished = subprocess.run(["scripts/install", "live"], cwd=folder, capture_output=True, text=True, check=True)
    assert finished.stderr == finished.stdout == ""
