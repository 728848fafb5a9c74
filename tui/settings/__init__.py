"""Settings: options, environment variables, configuration file, local clouds, Pulumi stacks."""
