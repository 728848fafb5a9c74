"""The shared data module. It imports nothing, so that importing the schema loads no AWS client."""
