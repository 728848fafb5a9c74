"""What a run of the client keeps."""
