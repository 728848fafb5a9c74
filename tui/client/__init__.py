"""The client of one backend over HTTP: requests, responses, times, failures. No user interface."""
