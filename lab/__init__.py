"""Measures the two backends; knows nothing of what they store."""
