"""Runs a declared Lambda function in processes of the official runtime client.

Each execution environment is one ``python -m awslambdaric`` process, which runs one invocation at a
time. As in Lambda, environments start when an invocation needs one and end after some idle time.
"""

from localcloud.runtimes.functions.function import Function
from localcloud.runtimes.functions.spec import FunctionSpec

__all__ = ["Function", "FunctionSpec"]
