"""`python -m localcloud`: run the stack on this machine until it is told to stop."""

import sys


def main() -> int:
    try:
        from localcloud.cli import run  # noqa: PLC0415 - half a second in which Ctrl-C may come

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
