"""Property values: from Pulumi's protobuf form to plain Python, and back."""

import os

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from localcloud.engine.property_values import (
    Archive,
    Decoder,
    UnsupportedValue,
    encode,
    folder_digest,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
ASSET = "c44067f5952c0a294b673a41bacd8c17"

SAFE_INTEGERS = st.integers(-(2**53), 2**53)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE_INTEGERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def decode(struct):
    return Decoder().decode(struct)


def struct(value):
    return json_format.ParseDict(value, struct_pb2.Struct())


@given(st.dictionaries(st.text(), VALUES))
def test_decode_undoes_encode(values):
    assert decode(encode(values)) == values


def test_a_secret_is_unwrapped_and_marked_again():
    wire = {"environment": {"TOKEN": {SIGNATURE: SECRET, "value": "t"}}}

    assert decode(struct(wire)) == {"environment": {"TOKEN": "t"}}
    marked = json_format.MessageToDict(encode({"result": "t", "length": 1}, {"result"}))
    assert marked == {"result": {SIGNATURE: SECRET, "value": "t"}, "length": 1}


def test_whole_numbers_are_integers_and_others_are_not():
    assert decode(struct({"timeout": 10, "rate": 0.5})) == {"timeout": 10, "rate": 0.5}
    assert isinstance(decode(struct({"timeout": 10}))["timeout"], int)


def test_the_digest_of_a_folder_depends_on_names_and_bytes_only(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "a.py").write_text("a")
    os.utime(other / "sub" / "a.py", (0, 0))
    (other / "sub" / "a.py").chmod(0o600)

    assert folder_digest(one) == folder_digest(other)
    (other / "sub" / "a.py").write_text("b")
    assert folder_digest(one) != folder_digest(other)
    (other / "sub" / "a.py").write_text("a")
    (other / "sub" / "a.py").rename(other / "a.py")
    assert folder_digest(one) != folder_digest(other)


def test_a_folder_is_decoded_as_an_archive(tmp_path):
    (tmp_path / "a.py").write_text("a")
    wire = {"code": {SIGNATURE: ARCHIVE, "path": str(tmp_path)}}

    assert decode(struct(wire)) == {"code": Archive(tmp_path, folder_digest(tmp_path))}


@pytest.mark.parametrize("signature", [ASSET, ARCHIVE])
def test_an_unsupported_value_is_an_error_that_names_it(signature):
    with pytest.raises(UnsupportedValue, match="the local cloud does not support a"):
        decode(struct({"code": {SIGNATURE: signature, "text": "x"}}))
