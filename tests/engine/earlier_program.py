"""A Pulumi program that declares the contents of `earlier.json`.

The recording has made-up texts in place of outputs (ids, ARNs, addresses). They are replaced by the
real outputs.
"""

import json
import re
from pathlib import Path

import pulumi

FOLDER = Path(__file__).parent
known = {}  # resources by their recorded URN
made = {}  # outputs by their made-up text


def main():
    for one in json.loads((FOLDER / "earlier.json").read_text()):
        resource = register(one)
        known[one["urn"]] = resource
        for text, key in one["made"].items():
            # Of two with one name the second depends on the first; only that is referenced.
            made.setdefault(text, getattr(resource, key))


def register(one):
    options = pulumi.ResourceOptions(
        parent=known.get(one["parent"]),
        provider=known.get(one["provider"]),
        depends_on=[known[urn] for urn in one["dependencies"]],
    )
    if not one["custom"]:
        return pulumi.ComponentResource(one["type"], one["name"], {}, options)
    if one["type"].startswith("pulumi:providers:"):
        package = one["type"].rpartition(":")[2]
        return pulumi.ProviderResource(package, one["name"], one["inputs"], options)
    wanted = dict.fromkeys(key for key in one["made"].values() if key != "id")
    return pulumi.CustomResource(
        one["type"], one["name"], {**wanted, **resolved(one["inputs"])}, options
    )


def resolved(value):
    if isinstance(value, dict):
        if "archive" in value:
            return pulumi.FileArchive(str(FOLDER / value["archive"]))
        return {key: resolved(member) for key, member in value.items()}
    if isinstance(value, list):
        return [resolved(member) for member in value]
    named = [text for text in made if isinstance(value, str) and text in value]
    if not named:
        return value
    pattern = "|".join(re.escape(text) for text in sorted(named, key=len, reverse=True))
    return pulumi.Output.all(**{text: made[text] for text in named}).apply(
        lambda found: re.sub(pattern, lambda match: found[match[0]], value)
    )


main()
