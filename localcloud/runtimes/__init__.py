"""What the declared resources run as; none of these packages imports another."""
