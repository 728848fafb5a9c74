"""The HTTP client of one backend: requests, responses, times and errors, without user interface."""
