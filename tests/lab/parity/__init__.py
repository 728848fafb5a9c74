"""The parity check, without a backend."""
