"""The command `blogs`, in this process where possible."""
