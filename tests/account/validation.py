"""Validation of request values by the botocore models, beyond the checks of botocore."""

import re

from localcloud.engine.provider import ProviderError


def check(model, params, path):
    """Raise for a value outside its enum, range, length or pattern."""
    for shape, value, where in _below(model, params, path):
        check(shape, value, where)
    if model.type_name == "list":
        _check_size(model, len(params), path)
    elif model.type_name not in ("structure", "map"):
        _check_scalar(model, params, path)


def _below(model, params, path):
    """Yield the members with their models; botocore rejects members without a model."""
    if model.type_name == "structure":
        for name in params.keys() & model.members.keys():
            yield model.members[name], params[name], f"{path}.{name}"
    elif model.type_name == "list":
        for number, value in enumerate(params):
            yield model.member, value, f"{path}[{number}]"
    elif model.type_name == "map":
        for name, value in params.items():
            yield model.key, name, f"{path}[{name}]"
            yield model.value, value, f"{path}[{name}]"


def _check_scalar(model, value, path):
    allowed = getattr(model, "enum", None)
    if allowed and value not in allowed:
        raise ProviderError(f"{path} is {value!r}: one of {', '.join(allowed)}")
    _check_size(model, len(value) if isinstance(value, (str, bytes)) else value, path)
    pattern = model.metadata.get("pattern")
    if isinstance(value, str) and pattern and not _fits(pattern, value):
        raise ProviderError(f"{path} is {value!r}: it must match {pattern}")


def _check_size(model, size, path):
    least, most = model.metadata.get("min"), model.metadata.get("max")
    too_small = least is not None and size < least
    too_large = most is not None and size > most
    if too_small or too_large:
        raise ProviderError(f"{path} has size {size}: from {least} to {most}")


def _fits(pattern, value):
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # patterns are written for Java; some are not valid in Python
        return True
