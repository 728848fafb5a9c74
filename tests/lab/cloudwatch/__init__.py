"""Metrics from CloudWatch."""
