"""The state of the app: session, loaded list, drafts, pending deletions, request log."""
