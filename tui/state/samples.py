"""The sample blogs, for a first look at an empty list and for `make demo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The text of one sample blog."""

    title: str
    contents: str


AUTHOR: Final = "sample"

SAMPLES: Final = (
    Sample(
        title="What runs here",
        contents="""\
One Pulumi program declares the same API twice. Both backends read and write the same table, so
every blog is the same on both.

| | FUNCTIONS | CONTAINERS |
|---|---|---|
| receives requests | API Gateway | load balancer |
| runs the code | Lambda | ECS on Fargate |
| when it is idle | costs nothing, starts cold | costs the same, stays warm |
""",
    ),
    Sample(
        title="Read this from the other backend",
        contents="""\
1. Press `t` to switch the backend. The color of the top line changes.
2. Press `enter` to read this blog again, through that backend.
3. Press `l` to open the request log. It shows the time of each request, and whether a function
   had to start first (*cold*).

`B` sends one request to both backends, and compares the responses.
""",
    ),
    Sample(
        title="Write a blog",
        contents="""\
- `n` writes a blog, `e` edits the selected one
- `ctrl+s` saves it, `F3` shows a preview
- `d` deletes a blog after five seconds; `u` undoes that

> Unsaved text is kept as a draft, also if the connection is lost.
""",
    ),
    Sample(
        title="What Markdown looks like",
        contents="""\
## Text

A blog can contain *emphasis*, **strong text**, `code` and
[links](https://commonmark.org/help/). Press `o` to list the links of a blog, and `v` to see its
plain text.

## Code

```python
def handler(event, context):
    return {"statusCode": 200}
```
""",
    ),
    Sample(
        title="Use the command line",
        contents="""\
Everything here also works in a script:

```sh
blogs ls --json
blogs post --title "From a script" --file notes.md
blogs diff
```

`blogs diff` sends one request to both backends, and `blogs metrics` shows what CloudWatch has
measured. `blogs --help` lists all commands.
""",
    ),
)
"""Newest first: post them in reverse order."""
