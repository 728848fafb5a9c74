"""Measurement of the two backends. It knows HTTP and CloudWatch, not how blogs are stored.

* `load`: send HTTP requests and time them
* `cloudwatch`: read a stack's metrics from CloudWatch
"""
