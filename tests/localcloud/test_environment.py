"""The environment of every process: nothing in it leads to other machines."""

from localcloud.environment import clean_environment

ENDPOINT = "http://127.0.0.1:1"


def test_declared_variables_cannot_lead_to_aws():
    declared = {
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ENDPOINT_URL": "https://aws.example",
        "AWS_ENDPOINT_URL_STS": "https://aws.example",
        "AWS_XRAY_DAEMON_ADDRESS": "192.0.2.1:2000",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://traces.example",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://traces.example/v1/traces",
        "AWS_PROFILE": "production",
        "AWS_DEFAULT_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ACCESS_KEY_ID": "real",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "all_proxy": "http://127.0.0.1:9",
        "TABLE_NAME": "blogs",
    }

    made = clean_environment(ENDPOINT, declared)

    assert made["TABLE_NAME"] == "blogs"
    assert made["AWS_ENDPOINT_URL"] == made["AWS_ENDPOINT_URL_DYNAMODB"] == ENDPOINT
    assert made["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "false"
    assert made["AWS_ACCESS_KEY_ID"] == "local"
    assert not {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"} & set(made)
    assert not {"HTTPS_PROXY", "all_proxy", "AWS_ENDPOINT_URL_STS"} & set(made)
    assert not [name for name in made if name.startswith(("OTEL_", "AWS_XRAY"))]


def test_only_language_and_temporary_folder_are_inherited(monkeypatch):
    names = {"AWS_PROFILE", "SOME_SECRET", "PYTHONPATH", "LD_PRELOAD", "SSL_CERT_FILE"}
    names |= {"REQUESTS_CA_BUNDLE", "PIP_INDEX_URL", "UV_INDEX_URL", "https_proxy", "HTTP_PROXY"}
    for name in names:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LANG", "C.UTF-8")

    made = clean_environment(ENDPOINT)

    assert made["LANG"] == "C.UTF-8"
    assert not names & set(made)
