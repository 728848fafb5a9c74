"""Tests of the containers backend."""
