"""The local cloud: runs on this machine what the Pulumi program declares."""
