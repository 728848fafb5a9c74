"""Tests of the functions backend."""
