"""The client of one backend, without a screen."""
