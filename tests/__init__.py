"""One folder per room, and contract/: the same questions asked of both backends."""
