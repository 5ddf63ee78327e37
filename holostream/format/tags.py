"""Free text about a recording, in its header: title, artist, comment."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from holostream.format.holo_header import pack_header, read_header
from holostream.format.new_file import new_file
from holostream.format.open_holo import open_holo
from holostream.format.printable import printable

LONGEST_SHOWN = 10_000
"""Characters of a tag that is asked for."""


def change_tags(path: Path, changes: dict[str, str]) -> dict[str, str]:
    """Set tags of a version-3 `.holo`; an empty text removes one. Returns all tags.

    The file is replaced as a whole or stays as it is. Raises HoloFormatError, ValueError (too long, no UTF-8), OSError.
    """
    for name, text in changes.items():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"the {name} {printable(text)!r} holds bytes that are no UTF-8, as tags must be: set the terminal to UTF-8 and "
                "type it again"
            ) from error
    with open_holo(path) as file:
        header = read_header(file, str(path))
        tags = {name: text for name, text in {**header.tags, **changes}.items() if text}
        if tags != header.tags:
            packed = pack_header(replace(header, tags=tags))
            with new_file(path) as out:
                out.write(packed)
                shutil.copyfileobj(file, out, 1 << 20)
    return tags
