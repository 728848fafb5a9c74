"""The terminal client: a Textual app for people, the `blogs` command for scripts."""
