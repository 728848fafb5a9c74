"""`docs/replacements.md`, generated from the table that the local provider uses."""

from localcloud.provider.replacements import ASSUMED, REPLACE_ON_CHANGES
from tests.running import ROOT

DOCUMENT = ROOT / "docs" / "replacements.md"
_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-"
_HEAD = """\
# What an edit replaces

Most edits change a resource in place.
A new value of one of these inputs creates a new resource and deletes the previous one.
No routine setting (memory, timeouts, counts, retention, environment) changes them, except those of
a task definition: every change creates a new revision, and the service replaces its tasks.

The source is AWS's schema of the CloudFormation type, where the property is create-only, always or
under a condition. *assumed* marks inputs for which only the provider's behavior suggests it.
The local cloud and the tests use this table; the real provider uses its own.
`make golden` generates this page from `localcloud/provider/replacements.py`.

| type | input | source |
|---|---|---|
"""


def document():
    """Return the page."""
    rows = [
        f"| `{type_}` | `{name}` | {_cited(source)} |"
        for type_, inputs in sorted(REPLACE_ON_CHANGES.items())
        for name, source in sorted(inputs.items())
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _cited(source):
    if source == ASSUMED:
        return "*assumed*"
    type_, _, word = source.partition(" ")
    page = "-".join(type_.removeprefix("AWS::").lower().split("::"))
    return f"[`{type_}` {word}]({_REFERENCE}{page}.html)"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
