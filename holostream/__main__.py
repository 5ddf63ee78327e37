"""Where the program begins: until a verb has begun, and after it, Ctrl-C ends the process at once and in silence."""

import _signal  # type: ignore[import-not-found]  # to import `signal` takes milliseconds in which Ctrl-C is a traceback


def main() -> None:
    if _signal.getsignal(_signal.SIGINT) == _signal.default_int_handler:  # not where it is ignored, as nohup has it
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    from holostream.cli import main as run

    run()


if __name__ == "__main__":
    main()
