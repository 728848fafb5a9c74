"""The built-in engine: runs the unmodified Pulumi program against a provider."""
