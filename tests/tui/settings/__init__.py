"""Where the backends are, and the settings of the user."""
