"""The translations of the declared types into requests, a module per service."""
