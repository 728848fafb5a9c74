"""The local cloud's provider: a module per service, with a handler for each resource type."""
