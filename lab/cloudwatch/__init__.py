"""The metrics of one stack, read from CloudWatch.

* `metrics`: what a metric, a query, a period and a reading are; combines series into readings
* `definitions`: the metrics of a stack, with their CloudWatch names and dimensions
* `client`: GetMetricData; the only module that imports boto3
* `stack_metrics`: all of it together, from the stack outputs to a report
"""
