"""Run the command line: ``gridblock``, or ``python -m gridblock``."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still loaded ends it without a trace."""
    try:
        from gridblock.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
    finally:
        # A Ctrl-C that came within the exec of a text, as in the making of a dataclass, kills
        # CPython at its very end though it was caught; the next exec makes it forget.
        exec("")


if __name__ == "__main__":
    main()
