"""The load generator, the comparison and the CloudWatch metrics."""
