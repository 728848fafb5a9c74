"""Where the backends are and how the client behaves: flags, environment, file, clouds, stacks."""
