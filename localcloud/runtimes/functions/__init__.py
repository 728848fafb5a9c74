"""Runs a declared Lambda function in processes of the official runtime client.

Each execution environment is one ``python -m awslambdaric`` process that takes one invocation at a
time; environments start when a call needs one and end when idle, as Lambda's do.
"""

from localcloud.runtimes.functions.function import Function
from localcloud.runtimes.functions.spec import FunctionSpec

__all__ = ["Function", "FunctionSpec"]
