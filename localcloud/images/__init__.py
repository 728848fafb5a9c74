"""Builds the project's container image with the tool that this machine has, and runs it."""
