"""The `blogs` command: sub-commands for scripts, and the app. It imports Textual only for that."""
