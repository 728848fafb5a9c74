"""Deploy a stack to AWS, check it, destroy it, and write a report.

The steps: preview; deploy; deploy again, which must change nothing; send the
cases of the contract to both URLs; deploy an image that does not exist, which
must fail and leave the running tasks alone; deploy the declared image again;
refresh, which must find no drift; destroy; list what is left.

The stack must not exist yet, unless you add OPTIONS=--existing: it is destroyed
at the end, also if a step fails. Put settings into Pulumi.STACK.yaml first.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import boto3
import left_behind
from botocore.exceptions import BotoCoreError, ClientError
from check_steps import EMULATED, NotProven, Step, StepFailed, is_emulated, perform, report
from deployed_stack import ROOT, Finished, Run, Stack, StackError, run

_IMAGE: Final = "dockerImage"
NO_IMAGE: Final = "public.ecr.aws/docker/library/busybox:does-not-exist"
_SHOWN: Final = 100  # characters of a value
_SIDES: Final = ("functions", "containers")
_COST: Final = (
    "about 0.06 USD per hour with the default settings (eu-west-1, 2026: load balancer 0.025, three"
    " public IPv4 addresses 0.015, one task 0.010), plus requests, and 0.10 USD per alarm metric"
    " and month (prorated by the hour)"
)


def main() -> int:
    given = parse()
    stack = Stack(given.pulumi, given.stack)
    try:
        create(stack, exists=given.existing)  # empty: pulumi reads the settings of no other stack
    except StackError as error:
        print(f"aws-check: {error}", file=sys.stderr)
        return 1
    try:
        check, place = prepare(stack, given)
    except (StackError, BotoCoreError, ClientError, KeyboardInterrupt) as error:
        if not given.existing:
            stack.remove()
        reason = str(error) or "interrupted"
        print(f"aws-check: nothing was deployed: {reason}", file=sys.stderr)
        return 1
    results = perform(check.steps(), check.clean_up(removes=not given.existing))
    given.report.write_text(report(stack.name, place, results), encoding="utf-8")
    failed = [one.title for one in results if one.outcome in ("failed", "interrupted", "not run")]
    print(
        f"aws-check: {'failed: ' + ', '.join(failed) if failed else 'passed'}. See {given.report}"
    )
    return 1 if failed else 0


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make aws-check",
        description=__doc__,
        epilog="example: make aws-check STACK=check",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", type=stack_name, metavar="STACK")
    parser.add_argument("--yes", action="store_true", help="do not ask (for CI)")
    parser.add_argument(
        "--existing", action="store_true", help="use, change and destroy a stack that exists"
    )
    parser.add_argument(
        "--report",
        type=Path,
        default=ROOT / "aws-check.md",
        metavar="FILE",
        help="the report to write (default: aws-check.md)",
    )
    parser.add_argument(
        "--pulumi", default="pulumi", metavar="PATH", help="the Pulumi CLI (default: pulumi)"
    )
    return parser.parse_args(words)


def stack_name(text: str) -> str:
    if not re.fullmatch(r"(\w[\w.-]*/){0,2}\w[\w.-]*", text, re.ASCII):
        raise argparse.ArgumentTypeError("name the stack: make aws-check STACK=NAME")
    return text


def prepare(stack: Stack, given: argparse.Namespace) -> tuple[Check, str]:
    """Print the plan, and ask; return the check, and the account and region of the stack."""
    session = stack.session()
    if not session.region_name:
        raise StackError(
            "no region. Set aws:region in the file of the stack, or the variable AWS_REGION"
        )
    if not session.get_credentials():
        raise StackError("no AWS credentials. Log in, for example with aws sso login")
    check = Check(stack, session)
    account = session.client("sts").get_caller_identity()["Account"]
    place = f"account {account}, region {session.region_name}"
    print(
        f"stack {given.stack} in {place}\n"
        f"{'note: ' + EMULATED if is_emulated() else 'cost: ' + _COST}\n"
        "time: about an hour; a failed deployment alone takes about 20 minutes\n"
        f"steps: {'; '.join(one.title for one in check.steps())}\n"
        "at the end, also after a failure: destroy the stack with all its data\n"
        f"report: {given.report}",
        flush=True,
    )
    if not (given.yes or confirmed(stack.name)):
        raise StackError("you did not type the name of the stack")
    return check, place


def confirmed(name: str, ask: Callable[[str], str] = input) -> bool:
    try:
        return ask(f"To continue, type the name of the stack ({name}): ").strip() == name
    except EOFError:
        return False


def parity_detail(finished: Finished) -> str:
    """Return what `blogs parity --json` has found; raise StepFailed if that is a fault."""
    if not finished.output.startswith("{"):
        raise StepFailed(f"blogs parity ended with status {finished.status}. Run it to see why")
    found = json.loads(finished.output)
    differences = [_difference(one) for one in found["differences"]]
    differences += [
        f"{one['request']}: {one['part']}: both {one['found']}, but documented is {one['expected']}"
        for one in found["undocumented"]
    ]
    left = found["not_deleted"]
    summary = f"{found['sent']} requests to each backend, {found['left_out']} left out"
    detail = "\n".join([summary, *differences, *(f"not deleted: {one}" for one in left)])
    if not found["same"] or found["left_out"] or found["undocumented"] or left:
        raise StepFailed(detail)
    return detail


def _difference(one: dict[str, Any]) -> str:
    explanation = one["explanation"]
    why = f"docs/parity.md: {explanation['name']}" if explanation else "not explained"
    values = (f"{side} {' '.join(one[side].split())[:_SHOWN]}" for side in _SIDES)
    return f"{one['request']}: {one['part']}: {', '.join(values)} ({why})"


def create(stack: Stack, *, exists: bool) -> None:
    """Create the stack, so that no other is ever changed."""
    if exists:
        if stack.pulumi("stack", shown=False).status:
            raise StackError(f"stack {stack.name} does not exist. Leave out OPTIONS=--existing")
    elif stack.pulumi("stack", "init").status:
        raise StackError(
            f"stack {stack.name} was not created. Use a name that no stack has. To change and"
            " destroy the stack of that name, add OPTIONS=--existing"
        )


class Check:
    """The steps for one stack."""

    def __init__(self, stack: Stack, session: boto3.Session, run: Run = run) -> None:
        self._stack, self._session, self._run = stack, session, run
        self._made: list[dict[str, Any]] = []

    def steps(self) -> list[Step]:
        return [
            Step("Preview", self._preview, is_required=True),
            Step("Deploy", self._deploy, is_required=True),
            Step("Deploy again without changes", self._deploy_again),
            Step("Contract at both URLs", self._contract),
            Step("Failing deployment", self._failing_deployment),
            # After a failed deployment, only a refresh shows what runs.
            Step("Deploy the declared image again", lambda: self._deploy("--refresh")),
            Step("Refresh without drift", self._refresh),
        ]

    def clean_up(self, *, removes: bool) -> list[Step]:
        destroy = Step("Destroy", lambda: self._destroy(removes=removes))
        return [destroy, Step("Nothing left", self._leftovers)]

    def _pulumi(self, *words: str) -> None:
        finished = self._stack.pulumi(*words)
        if finished.status:
            end = " ".join(finished.output.split()[-40:])
            raise StepFailed(f"pulumi {words[0]} ended with status {finished.status}: {end}")

    def _preview(self) -> str:
        self._pulumi("preview")
        return ""

    def _deploy(self, *options: str) -> str:
        try:
            self._pulumi("up", "--yes", "--skip-preview", *options)
        finally:
            self._made = self._stack.resources()  # also after a failure, for the list at the end
        return f"{len(self._made)} resources"

    def _deploy_again(self) -> str:
        self._pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        return ""

    def _contract(self) -> str:
        if is_emulated():
            raise NotProven(EMULATED)
        outputs = self._stack.outputs()
        # The token is sent without TLS if the stack has no certificate.
        options = [
            "--plain-http-token",
            f"--functions-url={outputs['FunctionsURL']}",
            f"--containers-url={outputs['ContainersURL']}",
        ]
        finished = self._run(
            [sys.executable, "-m", "tui", "parity", "--json", *options],
            shown=False,
            variables={"BLOGS_WRITE_TOKEN": outputs.get("WriteToken", "")},
        )
        return parity_detail(finished)

    def _failing_deployment(self) -> str:
        before, configured = self._running(), self._stack.config(_IMAGE)
        self._pulumi("config", "set", _IMAGE, NO_IMAGE)
        try:
            finished = self._stack.pulumi("up", "--yes", "--skip-preview")
        finally:
            restored = ("set", _IMAGE, configured) if configured else ("rm", _IMAGE)
            self._pulumi("config", *restored)
        if not finished.status:
            raise StepFailed("pulumi up reported success, but the image does not exist")
        if self._newest_image() != NO_IMAGE:
            raise StepFailed("pulumi up failed before it deployed the image")
        if (after := self._running()) != before:
            raise StepFailed(f"the service runs {after}, not {before} as before")
        if is_emulated():
            raise NotProven(f"pulumi up failed and {before} still runs, but {EMULATED}")
        return f"pulumi up failed, and {before} still runs"

    def _running(self) -> str:
        """Return the task definition that the service runs, if it is registered."""
        ecs, outputs = self._session.client("ecs"), self._stack.outputs()
        (service,) = ecs.describe_services(
            cluster=outputs["ClusterName"], services=[outputs["ServiceName"]]
        )["services"]
        running: str = service["taskDefinition"]
        described = ecs.describe_task_definition(taskDefinition=running)["taskDefinition"]
        return running if described["status"] == "ACTIVE" else f"{running} (deregistered)"

    def _newest_image(self) -> str:
        """Return the image of the newest task definition in the family of the service."""
        family = self._running().rpartition("/")[2].partition(":")[0]
        ecs = self._session.client("ecs")
        newest = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
        image: str = newest["containerDefinitions"][0]["image"]
        return image

    def _refresh(self) -> str:
        self._pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
        return ""

    def _destroy(self, *, removes: bool) -> str:
        self._pulumi("destroy", "--yes", "--skip-preview")
        if removes:
            self._stack.remove()
        return ""

    def _leftovers(self) -> str:
        names = left_behind.names(self._made)
        tags = left_behind.tags(self._made)
        by_name = left_behind.find_names(self._session, names)
        tagged = left_behind.find_tagged(self._session, tags)
        note = f"still tagged, which AWS can list for hours: {', '.join(tagged)}" if tagged else ""
        if by_name:
            raise StepFailed("; ".join(filter(None, [f"left: {', '.join(by_name)}", note])))
        return note


if __name__ == "__main__":
    sys.exit(main())
