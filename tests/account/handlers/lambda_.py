"""Lambda."""

import functools
import io
import zipfile

from tests.account.account import REGION, Result
from tests.account.handlers.base import (
    LocalHandler,
    ResourceHandler,
    chosen,
    found,
    ignoring,
    pascal,
)

_GONE = "ResourceNotFoundException"


class Function(ResourceHandler):
    def create(self, account, name, given):
        name = given.get("name", name)
        made = account.client("lambda").create_function(
            FunctionName=name,
            Code={"ZipFile": zipped(given["code"])},
            Architectures=given["architectures"],
            Publish=given["publish"],
            Tags=account.tags,
            **_configuration(given),
        )
        return Result(name, _outputs(name, made))

    def update(self, account, identity, given, outputs):
        assert given["name"] == identity
        functions = account.client("lambda")
        made = functions.update_function_configuration(
            FunctionName=identity, **_configuration(given)
        )
        code, before = given["code"], outputs["code"]
        if (code.digest, given["architectures"]) != (before.digest, outputs["architectures"]):
            made = functions.update_function_code(
                FunctionName=identity,
                ZipFile=zipped(code),
                Architectures=given["architectures"],
            )
        if given["publish"]:
            made = functions.publish_version(FunctionName=identity)
        return _outputs(identity, made)

    def delete(self, account, identity, outputs):
        account.client("lambda").delete_function(FunctionName=identity)

    def exists(self, account, identity, outputs):
        functions = account.client("lambda")
        return found(lambda: functions.get_function(FunctionName=identity), _GONE)


def _configuration(given):
    snapshot = given.plain("snapStart")
    return {
        **chosen(
            given,
            Role="role",
            Runtime="runtime",
            Handler="handler",
            Timeout="timeout",
            MemorySize="memorySize",
        ),
        "Environment": {"Variables": given["environment"].plain("variables")},
        "TracingConfig": {"Mode": given["tracingConfig"]["mode"]},
        **({"SnapStart": pascal(snapshot)} if snapshot else {}),
    }


def _outputs(name, made):
    arn = made["FunctionArn"].removesuffix(f":{made['Version']}")
    return {
        "name": name,
        "arn": arn,
        "invokeArn": invoke_arn(arn),
        "qualifiedArn": f"{arn}:{made['Version']}",
        "version": made["Version"],
    }


def invoke_arn(arn):
    """Return the URI by which API Gateway invokes a function or alias."""
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def zipped(archive):
    """Return the folder as a zip file as the engine uploads it, without times."""
    return _zipped(archive.path, archive.digest)


@functools.lru_cache(maxsize=4)
def _zipped(folder, _digest):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = str(path.relative_to(folder))
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


class Permission(ResourceHandler):
    def create(self, account, name, given):
        account.client("lambda").add_permission(
            FunctionName=given["function"],
            StatementId=name,
            Action=given["action"],
            Principal=given["principal"],
            SourceArn=given["sourceArn"],
            **chosen(given, Qualifier="qualifier"),
        )
        return Result(name, {"statementId": name})

    def delete(self, account, identity, outputs):
        with ignoring(_GONE):
            account.client("lambda").remove_permission(
                FunctionName=outputs["function"], StatementId=identity, **_qualifier(outputs)
            )

    def exists(self, account, identity, outputs):
        functions = account.client("lambda")
        return found(
            lambda: (
                identity
                in functions.get_policy(FunctionName=outputs["function"], **_qualifier(outputs))[
                    "Policy"
                ]
            ),
            _GONE,
        )


def _qualifier(outputs):
    return {"Qualifier": outputs["qualifier"]} if "qualifier" in outputs else {}


class Alias(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("lambda").create_alias(
            FunctionName=given["functionName"],
            Name=given["name"],
            FunctionVersion=given["functionVersion"],
        )
        return Result(made["AliasArn"], _alias_outputs(made))

    def update(self, account, identity, given, outputs):
        made = account.client("lambda").update_alias(
            FunctionName=given["functionName"],
            Name=given["name"],
            FunctionVersion=given["functionVersion"],
        )
        return _alias_outputs(made)

    def delete(self, account, identity, outputs):
        account.client("lambda").delete_alias(
            FunctionName=outputs["functionName"], Name=outputs["name"]
        )

    def exists(self, account, identity, outputs):
        functions = account.client("lambda")
        named = {"FunctionName": outputs["functionName"], "Name": outputs["name"]}
        return found(lambda: functions.get_alias(**named), _GONE)


def _alias_outputs(made):
    arn = made["AliasArn"]
    return {"arn": arn, "name": made["Name"], "invokeArn": invoke_arn(arn)}


class ProvisionedConcurrency(LocalHandler):
    """Validates the request only: the emulator does not have this operation."""

    def create(self, account, name, given):
        self._check(account, given)
        return Result(f"{given['functionName']},{given['qualifier']}", {})

    def update(self, account, identity, given, outputs):
        self._check(account, given)
        return {}

    def _check(self, account, given):
        account.validate(
            "lambda",
            "PutProvisionedConcurrencyConfig",
            FunctionName=given["functionName"],
            Qualifier=given["qualifier"],
            ProvisionedConcurrentExecutions=given["provisionedConcurrentExecutions"],
        )


HANDLERS = {
    "aws:lambda/alias:Alias": Alias(),
    "aws:lambda/function:Function": Function(),
    "aws:lambda/permission:Permission": Permission(),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": (
        ProvisionedConcurrency()
    ),
}
