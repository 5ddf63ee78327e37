"""Where the program begins: Ctrl-C ends it in silence, also while its parts are still being imported."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from holostream.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
