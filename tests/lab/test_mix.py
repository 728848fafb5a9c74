"""The mix of operations of a comparison."""

from __future__ import annotations

import pytest

from lab import mix
from lab.plan import Operation


def test_write_stands_for_posts_edits_and_deletes():
    assert mix.parse("read=70,list=20,write=10") == {
        Operation.READ: 70,
        Operation.LIST: 20,
        Operation.POST: 5,
        Operation.EDIT: 2.5,
        Operation.DELETE: 2.5,
    }


def test_a_mix_names_the_five_operations_and_leaves_out_those_of_weight_0():
    assert mix.parse(" post=2, delete = 1,read=0,edit=.5") == {
        Operation.POST: 2,
        Operation.DELETE: 1,
        Operation.EDIT: 0.5,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reads=70", "no operation “reads”: use read, list, post, edit, delete, write"),
        ("read", "“read” is not an operation with a weight"),
        ("read=-1", "“read=-1” is not"),
        ("read=nan", "“read=nan” is not"),
        ("read=inf", "“read=inf” is not"),
        ("", "no operation “”|is not an operation"),
        ("read=0", "all weights of the mix are 0"),
        ("write=1,post=1", "post occurs twice"),
    ],
)
def test_an_invalid_mix_is_refused_with_the_reason(text, message):
    with pytest.raises(mix.InvalidMix, match=message):
        mix.parse(text)


def test_a_mix_is_shown_in_percent():
    assert mix.words({Operation.READ: 3.0, Operation.LIST: 1.0}) == "read 75 %, list 25 %"
