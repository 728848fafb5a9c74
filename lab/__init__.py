"""Measurement of the two backends. It knows HTTP and CloudWatch, not how blogs are stored.

* `load`: send HTTP requests and time them
* `compare`: run one comparison, from its settings to its figures
* `comparison`: compare the responses of both backends to one request
* `report`: the HTML report of a comparison
* `parity`: send the requests of the contract to both backends, and compare the responses
* `cloudwatch`: read a stack's metrics from CloudWatch
"""
