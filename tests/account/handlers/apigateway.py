"""API Gateway HTTP APIs."""

from tests.account.account import ACCOUNT_ID, REGION, Result
from tests.account.handlers.base import ResourceHandler, chosen, found, ignoring, pascal

_GONE = "NotFoundException"


class Api(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("apigatewayv2").create_api(
            ProtocolType=given["protocolType"],
            Tags=account.tags,
            **_named(given, name),
        )
        return Result(made["ApiId"], _api_outputs(made["ApiId"], made["Name"]))

    def update(self, account, identity, given, outputs):
        assert given["protocolType"] == outputs["protocolType"]
        made = account.client("apigatewayv2").update_api(
            ApiId=identity, **_named(given, outputs["name"])
        )
        return _api_outputs(identity, made["Name"])

    def delete(self, account, identity, outputs):
        account.client("apigatewayv2").delete_api(ApiId=identity)

    def exists(self, account, identity, outputs):
        return found(lambda: account.client("apigatewayv2").get_api(ApiId=identity), _GONE)


def _named(given, name):
    cors = given.plain("corsConfiguration")
    return {"Name": given.get("name", name), "CorsConfiguration": pascal(cors)}


def _api_outputs(identity, name):
    return {
        "name": name,
        "apiEndpoint": f"https://{identity}.execute-api.{REGION}.amazonaws.com",
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{identity}",
        "arn": f"arn:aws:apigateway:{REGION}::/apis/{identity}",
    }


class Integration(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("apigatewayv2").create_integration(
            ApiId=given["apiId"], **_integration(given)
        )
        return Result(made["IntegrationId"], {})

    def update(self, account, identity, given, outputs):
        account.client("apigatewayv2").update_integration(
            ApiId=given["apiId"], IntegrationId=identity, **_integration(given)
        )
        return {}

    def delete(self, account, identity, outputs):
        with ignoring(_GONE):
            account.client("apigatewayv2").delete_integration(
                ApiId=outputs["apiId"], IntegrationId=identity
            )

    def exists(self, account, identity, outputs):
        named = {"ApiId": outputs["apiId"], "IntegrationId": identity}
        return found(lambda: account.client("apigatewayv2").get_integration(**named), _GONE)


def _integration(given):
    return chosen(
        given,
        IntegrationType="integrationType",
        IntegrationUri="integrationUri",
        PayloadFormatVersion="payloadFormatVersion",
    )


class Route(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("apigatewayv2").create_route(
            ApiId=given["apiId"], RouteKey=given["routeKey"], Target=given["target"]
        )
        return Result(made["RouteId"], {})

    def update(self, account, identity, given, outputs):
        account.client("apigatewayv2").update_route(
            ApiId=given["apiId"],
            RouteId=identity,
            RouteKey=given["routeKey"],
            Target=given["target"],
        )
        return {}

    def delete(self, account, identity, outputs):
        with ignoring(_GONE):
            account.client("apigatewayv2").delete_route(ApiId=outputs["apiId"], RouteId=identity)

    def exists(self, account, identity, outputs):
        named = {"ApiId": outputs["apiId"], "RouteId": identity}
        return found(lambda: account.client("apigatewayv2").get_route(**named), _GONE)


class Stage(ResourceHandler):
    def create(self, account, name, given):
        account.client("apigatewayv2").create_stage(Tags=account.tags, **_stage(given))
        return Result(given["name"], _stage_outputs(given))

    def update(self, account, identity, given, outputs):
        """Create it again, and validate the update request: the emulator does not have it."""
        stage = _stage(given)
        account.validate("apigatewayv2", "UpdateStage", **stage)
        self.delete(account, identity, outputs)
        account.client("apigatewayv2").create_stage(Tags=account.tags, **stage)
        return _stage_outputs(given)

    def delete(self, account, identity, outputs):
        with ignoring(_GONE):
            account.client("apigatewayv2").delete_stage(ApiId=outputs["apiId"], StageName=identity)

    def exists(self, account, identity, outputs):
        named = {"ApiId": outputs["apiId"], "StageName": identity}
        return found(lambda: account.client("apigatewayv2").get_stage(**named), _GONE)


def _stage(given):
    return {
        "ApiId": given["apiId"],
        "StageName": given["name"],
        "AutoDeploy": given["autoDeploy"],
        "AccessLogSettings": pascal(given.plain("accessLogSettings")),
        "DefaultRouteSettings": pascal(given.plain("defaultRouteSettings")),
    }


def _stage_outputs(given):
    api, name = given["apiId"], given["name"]
    return {
        "invokeUrl": f"https://{api}.execute-api.{REGION}.amazonaws.com/{name}",
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api}/{name}",
        "arn": f"arn:aws:apigateway:{REGION}::/apis/{api}/stages/{name}",
    }


HANDLERS = {
    "aws:apigatewayv2/api:Api": Api(),
    "aws:apigatewayv2/integration:Integration": Integration(),
    "aws:apigatewayv2/route:Route": Route(),
    "aws:apigatewayv2/stage:Stage": Stage(),
}
