"""Inputs that remember which of them were read: what a translation ignores would be untested."""

from collections.abc import Mapping


class Inputs(Mapping):
    """One resource's inputs, or a mapping below them."""

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
        """Give the value and all below it, as read."""
        if key not in self._values:
            return default
        value = self._values[key]
        self._read.update(_leaves(value, (*self._path, key)))
        return value

    def everything(self):
        """Give a plain copy of all, as read."""
        return {key: self.plain(key) for key in self._values}

    def unread(self):
        """Give the paths of what nobody has read, such as `healthCheck.matcher`."""
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
