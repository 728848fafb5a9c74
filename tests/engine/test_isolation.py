"""The stack `local` gives no `aws` plugin anything that leads to AWS."""

import json

from localcloud.engine.property_values import Decoder
from localcloud.engine.replacements import Replacements
from localcloud.engine.servicer import Servicer
from localcloud.provider.replacements import REPLACE_ON_CHANGES
from tests.engine.test_agreement import Account
from tests.engine.tool import REAL_LOOKING, Stack, provided
from tests.running import edit, project_copy

# Services whose endpoint has another name than their types.
RENAMED = {"appautoscaling": "applicationautoscaling", "lb": "elbv2", "vpc": "ec2"}


class Configured(Servicer):
    """Records its configuration."""

    def __init__(self):
        super().__init__(Account(), Replacements(REPLACE_ON_CHANGES))
        self.given = []

    async def Configure(self, request, context):  # noqa: N802  # the protocol's name
        self.given.append(Decoder().decode(request.args))
        return await super().Configure(request, context)


def test_plugin_gets_fake_keys_and_loopback_endpoints_only(tool, tmp_path):
    project = project_copy(tmp_path / "project")
    servicer = Configured()
    with provided(servicer, "aws", "random") as variables:
        port = variables["PULUMI_DEBUG_PROVIDERS"].rpartition(":")[2]
        edit(project / "Pulumi.local.yaml", "127.0.0.1:4566", f"127.0.0.1:{port}")
        stack = Stack(tool, project, "local", tmp_path / "backend", variables | REAL_LOOKING)
        stack.run("stack", "init")
        assert set(stack.preview().values()) == {"create"}

    used = {one["type"].split(":")[1].partition("/")[0] for one in previewed_resources(stack)}
    (given,) = [one for one in servicer.given if "endpoints" in one]
    (endpoints,) = json.loads(given["endpoints"])
    assert set(endpoints.values()) == {f"http://127.0.0.1:{port}"}
    assert {RENAMED.get(name, name) for name in used} <= set(endpoints)
    assert len(used) > 5
    assert (given["accessKey"], given["secretKey"]) == ("local", "local")
    text = json.dumps(servicer.given)
    assert not [word for word in REAL_LOOKING.values() if word and word in text]


def previewed_resources(stack):
    """Return the AWS resources of the last preview."""
    log = stack.folder.parent / f"{stack.name}.events"
    events = [json.loads(line) for line in log.read_text().splitlines()]
    looked = [one["resourcePreEvent"]["metadata"] for one in events if "resourcePreEvent" in one]
    return [one for one in looked if one["type"].startswith("aws:")]
