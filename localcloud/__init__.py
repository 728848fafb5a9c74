"""Runs on this machine what the Pulumi program declares."""
