"""What stands behind the declared resources; none of these packages knows another."""
