"""Where the program begins: until a verb has begun, and after it, Ctrl-C ends the process at once and in silence."""

import signal


def main() -> None:
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:  # not where it is ignored, as nohup has it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from holostream.cli import main as run

    run()


if __name__ == "__main__":
    main()
