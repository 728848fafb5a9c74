"""The terminal that the app runs in: its mode, its size, its signals, and what it sends."""
