"""The direction of imports: codec <- format <- engine <- control <- ui, and who may know which library.

Walks the syntax trees of all modules, so that an import inside a function counts as much as one at the top.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "holostream"

ALLOWED = {
    "__main__": set(),
    "error": set(),
    "codec": set(),
    "format": {"codec"},
    "network": {"codec", "format"},
    "training": {"codec", "format", "network"},
    "engine": {"codec", "format"},
    "control": {"codec", "format", "engine"},
    "ui": {"codec", "format", "engine", "control"},
    "bench": {"codec", "format", "engine", "control", "ui"},
    "cli": {
        "codec", "format", "engine", "control", "ui", "bench", "cli_control", "cli_live", "cli_midi", "cli_models", "cli_options",
        "cli_play", "cli_progress", "cli_recordings", "cli_render", "cli_session",
    },
    "cli_control": {"control", "format", "cli_options"},
    "cli_live": {"engine", "control", "format", "cli_options", "cli_session"},
    "cli_midi": {"engine", "control", "cli_options"},
    "cli_models": {"codec", "format", "engine", "cli_options"},
    "cli_options": set(),
    "cli_play": {"codec", "format", "engine", "control", "cli_options", "cli_session"},
    "cli_progress": set(),
    "cli_recordings": {"format", "cli_progress"},
    "cli_render": {"codec", "engine", "format", "cli_options", "cli_progress"},
    "cli_session": {"engine", "control", "format", "ui"},
}
"""What each layer may import besides itself."""

LAZILY = {"__main__": {"cli"}, "cli": {"network", "training"}, "cli_models": {"network", "training"}, "bench": {"network"}}
"""What it may import besides, inside a function."""

LIBRARIES = {
    "sounddevice": ("engine/device_list.py",),
    "soundfile": ("format/audio_reader.py", "format/audio_writer.py"),
    "textual": ("ui/",),
    "torch": ("network/", "training/"),
    "pythonosc": ("control/osc_message.py",),
    "rtmidi": ("control/midi_library.py",),
}
"""The only places where a library is known."""


@dataclass(frozen=True)
class Import:
    """`name` imported in line `line` of `module` (a path below the package); `lazy`: inside a function."""

    module: str
    line: int
    name: str
    lazy: bool

    @property
    def layer(self) -> str:
        return self.module.split("/")[0].removesuffix(".py")

    @property
    def imported_layer(self) -> str | None:
        """The layer of ours that is imported, if it is ours and not what all may know: the version, the error of all."""
        parts = self.name.split(".")
        return parts[1] if parts[0] == "holostream" and len(parts) > 1 and parts[1] not in ("__version__", "error") else None

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.name}"


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports_in(tree: ast.AST, module: str, lazy: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(module, node.lineno, alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield Import(module, node.lineno, "." * node.level + (node.module or ""), lazy)
            else:
                yield from (
                    Import(module, node.lineno, f"{node.module}.{alias.name}", lazy) for alias in node.names
                )
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_type_checking(node)
        yield from imports_in(node, module, inside)


def imports_of(source: str, module: str) -> list[Import]:
    return list(imports_in(ast.parse(source), module))


def all_imports() -> list[Import]:
    found: list[Import] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        found += imports_of(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix())
    return found


def wrong_arrows(imports: list[Import]) -> list[str]:
    wrong = []
    for one in imports:
        target = one.imported_layer
        if one.module == "__init__.py" or target is None or target == one.layer:
            continue
        allowed = ALLOWED.get(one.layer, set()) | (LAZILY.get(one.layer, set()) if one.lazy else set())
        if target not in allowed:
            wrong.append(str(one))
    return wrong


def misplaced_libraries(imports: list[Import]) -> list[str]:
    return [
        str(one) for one in imports
        if (places := LIBRARIES.get(one.name.split(".")[0])) and not one.module.startswith(places)
    ]


def test_every_module_belongs_to_a_layer() -> None:
    layers = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")}
    assert layers - {"__init__"} <= set(ALLOWED)


def test_imports_point_in_the_right_direction() -> None:
    imports = all_imports()
    assert len([one for one in imports if one.imported_layer]) > 100
    assert wrong_arrows(imports) == []


def test_libraries_are_known_in_their_places_only() -> None:
    imports = all_imports()
    assert {one.name.split(".")[0] for one in imports} >= {"sounddevice", "soundfile", "textual", "torch"}
    assert misplaced_libraries(imports) == []


def test_the_top_of_the_package_imports_nothing() -> None:
    assert [str(one) for one in all_imports() if one.module == "__init__.py"] == []


def test_imports_are_absolute() -> None:
    assert [str(one) for one in all_imports() if one.name.startswith(".")] == []


def test_imports_go_by_name_not_by_string() -> None:
    """`importlib.import_module` would hide an arrow from this test."""
    assert [
        str(one)
        for one in all_imports()
        if one.name.split(".")[0] == "importlib" and "import_module" in one.name
    ] == []


@pytest.mark.parametrize(("module", "source"), [
    ("codec/a.py", "from holostream.format.holo_file import HoloReader"),
    ("codec/a.py", "def f():\n    import holostream.network.export"),
    ("format/a.py", "import holostream.engine.status"),
    ("engine/a.py", "class A:\n    def f(self):\n        from holostream.ui import app"),
    ("engine/a.py", "try:\n    from holostream import network\nexcept ImportError:\n    pass"),
    ("network/a.py", "from holostream.engine import status"),
    ("ui/a.py", "def f():\n    from holostream.bench import verbs"),
    ("cli.py", "from holostream.network.export import export_all"),
    ("cli.py", "import holostream.training.recipe"),
    ("bench/a.py", "from holostream.network.export import export_all"),
    ("bench/a.py", "def f():\n    from holostream.training import recipe"),
])
def test_a_wrong_arrow_is_seen(module: str, source: str) -> None:
    assert len(wrong_arrows(imports_of(source, module))) == 1


@pytest.mark.parametrize(("module", "source"), [
    ("format/a.py", "from holostream.codec.dna import Dna\nfrom holostream import __version__"),
    ("cli.py", "def f():\n    from holostream.network.export import export_all"),
    ("bench/a.py", "async def f():\n    from holostream.network.export import export_all"),
    ("ui/a.py", "from holostream.ui.app import run_ui"),
])
def test_a_right_arrow_passes(module: str, source: str) -> None:
    assert wrong_arrows(imports_of(source, module)) == []


@pytest.mark.parametrize(
    ("module", "source", "count"),
    [
        ("engine/a.py", "def f():\n    import sounddevice", 1),
        ("engine/a.py", "import torch.nn as nn", 1),
        ("cli.py", "from textual.app import App", 1),
        ("format/a.py", "import soundfile as sf", 1),
        ("control/a.py", "import rtmidi", 1),
        ("control/midi_library.py", "import rtmidi", 0),
        ("ui/a.py", "import textual", 0),
    ],
)
def test_a_misplaced_library_is_seen(module: str, source: str, count: int) -> None:
    assert len(misplaced_libraries(imports_of(source, module))) == count


@pytest.mark.parametrize(("module", "unwanted"), [
    ("holostream.codec.tier_model", ("sounddevice", "textual", "torch", "soundfile", "rich", "typer")),
    ("holostream.engine.engine_process", ("torch", "textual", "typer")),
    ("holostream.format.transcode", ("sounddevice", "textual", "torch")),
    ("holostream.cli", ("sounddevice", "textual", "torch", "soundfile", "onnxruntime", "numpy")),
])
def test_importing_loads_no_more_than_needed(module: str, unwanted: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert "holostream" in loaded
    assert [name for name in unwanted if name in loaded] == []


def test_help_waits_for_no_library_of_sound_or_inference() -> None:
    program = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
        "from holostream.__main__ import main; sys.argv = ['holostream', 'live', '--help']; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "--tier" in done.stdout
    loaded = done.stderr.split()
    assert "holostream.cli_live" in loaded
    assert [name for name in ("numpy", "onnxruntime", "sounddevice", "soxr", "textual", "rtmidi") if name in loaded] == []
