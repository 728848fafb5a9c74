"""`python -m localcloud`: run the stack on this machine until stopped."""

import sys


def main() -> int:
    try:
        from localcloud.cli import run  # noqa: PLC0415 - it takes half a second, in which Ctrl-C must work

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
