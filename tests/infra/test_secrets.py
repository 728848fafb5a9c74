"""Secrets stay secret on the way to the engine, and every run sends the same values."""

import contextlib
import hashlib
import json

from localcloud.engine.property_values import UNKNOWN
from tests.infra.recording import Programs
from tests.infra.variants import EVERYTHING, IMAGE, STACK

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
TOKEN = "result:write-token"  # the value of the random token from the recorder


def texts(value, path=""):
    """Yield the path and text of every plain text in a wire value, without secrets."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return
        for key, member in value.items():
            yield from texts(member, f"{path}.{key}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from texts(member, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def in_clear(program, secret):
    """Return every input that contains *secret* in plain text."""
    return [
        f"{one.name}{path}"
        for one in program.all
        for path, text in texts(one.wire)
        if secret in text
    ]


def test_token_is_in_no_input_and_a_secret_output(variant):
    assert in_clear(variant, TOKEN) == []
    assert [path for path, text in texts(variant.wire_outputs) if TOKEN in text] == []


def test_both_backends_get_the_digest_of_the_token(deployed):
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()

    assert len(in_clear(deployed, digest)) == 6
    assert deployed.outputs["WriteToken"] == TOKEN


def test_registry_password_is_secret(deployed):
    assert in_clear(deployed, "a registry's password") == []


def test_email_address_set_as_a_secret_stays_secret(declare_deployed):
    secret = ["aws-blog-demo:alarmEmail"]
    program = declare_deployed(secret, **{**EVERYTHING, "dockerImage": IMAGE})

    assert program.called("monitoring-mail").inputs["endpoint"] == "team@example.com"
    assert in_clear(program, "team@example.com") == []
    assert [text for _, text in texts(program.wire_outputs) if "team@" in text] == []


def test_no_declared_value_names_a_local_folder(pytestconfig, variant):
    found = in_clear(variant, str(pytestconfig.rootpath))

    # The engine compares the contents of a package.
    assert {name for name in found if not name.endswith("-function.code.path")} == set()


def test_declarations_do_not_depend_on_the_hash_seed(pytestconfig, tmp_path, variants):
    other = Programs(pytestconfig.rootpath, STACK, tmp_path, PYTHONHASHSEED="2")
    with contextlib.closing(other):
        sent = [
            [(one.urn, dict(texts(one.wire))) for one in program.all]
            for program in (variants("everything"), other.run(**EVERYTHING))
        ]

    assert sent[0] == sent[1]
    assert UNKNOWN not in json.dumps(sent)
