"""Resource handlers that send declared resources to the emulated account, by service."""
