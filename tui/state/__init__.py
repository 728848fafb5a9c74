"""What a run of the app knows: session, loaded list, drafts, pending deletions, request log."""
