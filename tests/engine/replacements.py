"""`docs/replacements.md`, made from the table that the stand-in provider decides by."""

from localcloud.provider.replacements import ASSUMED, REPLACE_ON_CHANGES
from tests.running import ROOT

DOCUMENT = ROOT / "docs" / "replacements.md"
_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-"
_HEAD = """\
# What an edit replaces

Most edits change a resource in place.
Of these inputs another value makes another resource, and the former one goes.
None of them follows from a routine setting (memory, time-outs, counts, retention, environment),
except a task definition's: every change makes another revision, to which the service rolls over.

The source is AWS's own schema of the CloudFormation type, where the property is create-only, always
or under a condition; *assumed* marks what only the provider's behaviour suggests.
The local cloud and the tests decide by this table; the real provider decides by its own.
Made by `make golden` from `localcloud/provider/replacements.py`.

| type | input | source |
|---|---|---|
"""


def document():
    """Write the table for people."""
    rows = [
        f"| `{type_}` | `{name}` | {_cited(source)} |"
        for type_, inputs in sorted(REPLACE_ON_CHANGES.items())
        for name, source in sorted(inputs.items())
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _cited(source):
    if source == ASSUMED:
        return "*assumed*"
    kind, _, word = source.partition(" ")
    page = "-".join(kind.removeprefix("AWS::").lower().split("::"))
    return f"[`{kind}` {word}]({_REFERENCE}{page}.html)"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
