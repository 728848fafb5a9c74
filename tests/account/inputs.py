"""Inputs that record which of them were read: an input that a handler ignores is untested."""

from collections.abc import Mapping


class Inputs(Mapping):
    """The inputs of one resource, or a mapping inside them."""

    def __init__(self, values, path=(), read=None):
        self._values = values
        self._path = path
        self._read = set() if read is None else read

    def __getitem__(self, key):
        value = self._values[key]
        path = (*self._path, key)
        if not isinstance(value, (dict, list)) or not value:
            self._read.add(path)
        return self._wrapped(value, path)

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def __contains__(self, key):
        return key in self._values

    def plain(self, key, default=None):
        """Return a value as plain data, and mark all of it as read."""
        if key not in self._values:
            return default
        value = self._values[key]
        self._read.update(_leaves(value, (*self._path, key)))
        return value

    def everything(self):
        """Return everything as plain data, and mark it as read."""
        return {key: self.plain(key) for key in self._values}

    def unread(self):
        """Return the paths of inputs that were not read, such as `healthCheck.matcher`."""
        left = [path for path in _leaves(self._values, self._path) if path not in self._read | {()}]
        return [".".join(str(part) for part in path) for path in left]

    def _wrapped(self, value, path):
        if isinstance(value, dict):
            return Inputs(value, path, self._read)
        if isinstance(value, list):
            if not all(isinstance(item, dict) for item in value):
                self._read.update(_leaves(value, path))
            return [self._wrapped(item, (*path, number)) for number, item in enumerate(value)]
        return value


def _leaves(value, path):
    if isinstance(value, dict) and value:
        return [leaf for key, below in value.items() for leaf in _leaves(below, (*path, key))]
    if isinstance(value, list) and value:
        return [
            leaf for number, below in enumerate(value) for leaf in _leaves(below, (*path, number))
        ]
    return [path]
