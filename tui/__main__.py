"""`python -m tui` is `blogs`."""

import sys

from tui.command.cli import main

sys.exit(main())
