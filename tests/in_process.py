"""The command line within the test's own process: where libraries that take seconds to load are loaded already."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from unittest import mock

from holostream.cli import main


def holostream_here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """As a process of its own would end."""
    command, out, err, code = ["holostream", *map(str, arguments)], io.StringIO(), io.StringIO(), 0
    with mock.patch.object(sys, "argv", command), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())
