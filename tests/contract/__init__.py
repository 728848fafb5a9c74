"""The contract: one table of requests and expected responses, checked on both backends."""
