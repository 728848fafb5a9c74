"""A value in a settings file means what Pulumi reads in it, or is an error.

Pulumi's parser is gopkg.in/yaml.v3: "YAML 1.2 with some 1.1 features", in which yes and on are
booleans only for typed fields, 0o17 is octal, and 1_000 is a number (its README and resolve.go).
"""

import pytest
import yaml

from localcloud.engine.strict_yaml import parse


@pytest.mark.parametrize(
    "value",
    [
        *("yes", "Yes", "no", "on", "OFF", "y", "n", "True", "TRUE", "False"),
        *("~", "null", "NULL", "8:32", "1:2:3", "0o17", "017", "08", "0x1F", "0b11", "1_000"),
        *("+5", "512.0", "1.", ".5", "1e3", "1.5e-3", "-.5", ".inf", "-.Inf", ".nan"),
        *("0o-2", "0b-1", "+_10", ".1e1_0", "0_x2", "0_b+1", "1234567890123456789"),
        *("2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "=", "<<"),
    ],
)
def test_value_that_parsers_read_differently_is_an_error_with_its_line(value):
    with pytest.raises(yaml.YAMLError, match=r"does not mean the same(?s:.*)line 2, column 6"):
        parse(f"config:\n  a: {value}")

    for quoted in (f"'{value}'", f'"{value}"'):
        assert parse(f"a: {quoted}") == {"a": value}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("true", True), ("false", False), ("0", 0), ("512", 512), ("-5", -5)),
        *(("eu-west-1", "eu-west-1"), ("10.0.0.0/8", "10.0.0.0/8"), ("blog:1.0", "blog:1.0")),
        *(("http://127.0.0.1:4566", "http://127.0.0.1:4566"), ("1.2.3", "1.2.3"), ("", None)),
        *(("[a, 1, true]", ["a", 1, True]), ("{b: c}", {"b": "c"}), ("yes please", "yes please")),
        *(("&x [a]", ["a"]), ("|\n  12", "12"), ("a@b.example", "a@b.example")),
    ],
)
def test_other_values_are_text_numbers_and_booleans(written, value):
    assert parse(f"a: {written}") == {"a": value}


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3", "{a: 1, a: 2}", "b:\n  a: 1\n  'a': 2"])
def test_key_that_is_set_twice_is_an_error(text):
    with pytest.raises(yaml.YAMLError, match=r"a is set twice(?s:.*)line"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!int 8", "tags such as !!int are not supported"),
        ("a: !!str 8", "tags such as !!int are not supported"),
        ("a: &b [*b]", "recursive"),
        ("a: " + "1" * 5000, "does not mean the same"),
    ],
)
def test_value_that_is_not_plain_data_is_an_error(text, message):
    with pytest.raises(yaml.YAMLError, match=rf"{message}(?s:.*)line 1, column 4"):
        parse(text)


def test_key_that_is_not_text_is_an_error():
    with pytest.raises(yaml.YAMLError, match="the key 1 must be text"):
        parse("1: a")
