"""What is declared in AWS: one component per file, its arguments beside it."""
