"""List old versions of the functions of a stack, or delete them.

With snapStart or provisionedConcurrency, every change of a function publishes
a version. Pulumi deletes versions only together with their function, and AWS
charges for the snapshot of each Python version with SnapStart as long as the
version exists. This program keeps the newest versions and every version that an
alias uses, and deletes the others only with --delete.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Any, Final

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from deployed_stack import Stack, StackError

from tui import text

_UNPUBLISHED: Final = "$LATEST"


def main() -> int:
    given = parse()
    try:
        return tidy(Stack(given.pulumi, given.stack), given.keep, delete=given.delete)
    except (StackError, BotoCoreError, ClientError) as error:
        print(f"versions: {error}", file=sys.stderr)
        return 1


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/function_versions.py",
        description=__doc__,
        epilog="example: .venv/bin/python scripts/function_versions.py prod --keep 2",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", metavar="STACK")
    parser.add_argument(
        "--keep",
        type=at_least_one,
        default=2,
        metavar="N",
        help="number of newest versions to keep (default: 2)",
    )
    parser.add_argument("--delete", action="store_true", help="delete; otherwise only list")
    parser.add_argument(
        "--pulumi", default="pulumi", metavar="PATH", help="the Pulumi CLI (default: pulumi)"
    )
    return parser.parse_args()


def at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number of at least 1")
    return int(text)


def tidy(stack: Stack, keep: int, *, delete: bool) -> int:
    """List or delete the obsolete versions of every function of the stack."""
    names = stack.outputs().get("FunctionNames", {})
    functions = stack.session().client("lambda")
    found = 0
    for name in names.values():
        for version in obsolete(*_known(functions, name), keep):
            found += 1
            print(f"{'deleting' if delete else 'would delete'} {name}:{version}")
            if delete:
                functions.delete_function(FunctionName=name, Qualifier=version)
    if not found:
        print(f"no old versions: {len(names)} functions keep at most {keep}")
    elif not delete:
        print(f"{text.count(found, 'old version')} found. To delete, add --delete")
    return 0


def _known(functions: BaseClient, name: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the versions and the aliases of a function."""
    versions = [
        one["Version"]
        for page in functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        for one in page["Versions"]
    ]
    aliases = [
        one
        for page in functions.get_paginator("list_aliases").paginate(FunctionName=name)
        for one in page["Aliases"]
    ]
    return versions, aliases


def obsolete(versions: Iterable[str], aliases: Iterable[dict[str, Any]], keep: int) -> list[str]:
    """Return the versions to delete, oldest first: neither among the newest, nor in use."""
    published = sorted((one for one in versions if one != _UNPUBLISHED), key=int)
    used = set()
    for alias in aliases:
        used |= {alias["FunctionVersion"]}
        used |= (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {}).keys()
    return [one for one in published[:-keep] if one not in used]


if __name__ == "__main__":
    sys.exit(main())
