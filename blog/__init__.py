"""The shared data module; nothing is imported here, so that the schema alone loads no client."""
