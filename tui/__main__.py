"""`python -m tui` is `blogs`."""

import sys

from tui.cli import main

sys.exit(main())
