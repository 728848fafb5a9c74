"""Tests of the terminal client, with fake backends."""
