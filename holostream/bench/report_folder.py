"""Where the page of the quality bench goes: into a folder of its own, which another run may write again."""

from __future__ import annotations

from pathlib import Path

PAGE, TITLE = "index.html", "HoloStream: quality"


def place_for_report(out: Path | None) -> Path | None:
    """Refused before anything is measured for an hour. Raises ValueError, OSError."""
    if out is None or not out.exists():
        return out
    if not out.is_dir():
        raise ValueError(f"--out is {out}, which is a file; name a folder, which need not be there yet")
    page = out / PAGE
    if any(out.iterdir()) and not (page.is_file() and TITLE.encode() in page.read_bytes()[:4096]):
        raise ValueError(f"--out is {out}, a folder with other things in it; name one that is new, empty, or an earlier report's")
    return out
