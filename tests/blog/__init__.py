"""Tests of the shared data module."""
