"""The local cloud supports each documented setting, or rejects it with one line."""

import httpx
import pytest
import yaml

from localcloud.provider.registry import LocalProvider
from localcloud.provider.unsupported import UNSUPPORTED
from tests.infra.variants import CERTIFICATE, EVERYTHING, IMAGE
from tests.running import ROOT, RunningCloud

HTTPS = {"certificateArn": CERTIFICATE, "domainName": "blog.example.com"}
ZONE = {"hostedZoneId": "Z0123456789"}
LOGS = {"balancerLogs": "true"}
RUN = {
    name: value for name, value in EVERYTHING.items() if name not in {**HTTPS, **ZONE, **LOGS}
} | {
    "autoscalingCpuTarget": "70",
    "awsEndpoint": "http://127.0.0.1:4999",
    "openWrites": "true",
    "prefix": "demo",
    "stageName": "dev",
    "throttlingBurst": "400",
    "throttlingRate": "800",
}
RESERVED = {"provisionedConcurrency": "2"}  # which no snapshot goes with
REFUSED = [
    (
        HTTPS | ZONE,
        "HTTPS is not supported by the local cloud. Leave out certificateArn, domainName",
    ),
    (LOGS, "balancerLogs is not supported by the local cloud, which has no S3. Leave it out"),
    ({"dockerImage": ""}, "dockerImage must be local for the local cloud"),
    ({"dockerImage": IMAGE}, "Set dockerImage to local"),
]


def options(settings):
    return [f"--config={name}={value}" for name, value in settings.items()]


@pytest.mark.parametrize("settings", [RUN, RESERVED], ids=["all that go together", "reserved"])
def test_these_settings_run(tmp_path, settings):
    with RunningCloud(tmp_path / "state", *options(settings)) as cloud:
        cloud.ready()

        for url in (cloud.functions, cloud.containers):
            assert httpx.get(f"{url}/blog").status_code == 200


@pytest.mark.parametrize(("settings", "sentence"), REFUSED)
def test_unsupported_settings_are_errors_that_name_them(
    refused, monkeypatch, tmp_path, settings, sentence
):
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text("#!/bin/sh\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:/usr/bin:/bin")

    status, errors = refused(*options(settings))

    assert status == 1
    (line,) = (line for line in errors.splitlines() if line.startswith("localcloud: "))
    assert sentence in line
    assert errors.endswith(f"{line}\n")


def test_no_documented_setting_is_left_out():
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    refused = {name for settings, _ in REFUSED for name in settings}

    assert set(declared) == set(RUN) | set(RESERVED) | refused


def test_unsupported_types_are_not_listed_as_supported():
    assert not LocalProvider(None).types & set(UNSUPPORTED)
