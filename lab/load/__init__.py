"""Send requests to the backends and log what happens to each."""
