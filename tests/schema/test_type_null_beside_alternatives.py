"""`type: 'null'` beside alternatives that all have another type: null is one more alternative."""

from __future__ import annotations

import pytest
from support.documents import answer, content, single
from support.sandboxes import unexplained

import dynclient

TEXT_OR_NUMBER = [{"type": "string"}, {"type": "number"}]


def load_schema(schema, version="3.1.0"):
    made = single(body=content(schema), responses=answer(schema), version=version)
    return dynclient.load(made)


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize("null", ["null", ["null"]])
def test_null_is_one_more_alternative(keyword, null, version):
    loaded = load_schema({"type": null, keyword: TEXT_OR_NUMBER}, version)
    sandbox = dynclient.Sandbox(loaded, second_opinion=True)
    client = dynclient.Client(loaded, transport=sandbox)
    for value in ("a", 1, None):
        client["run"](body=value)
    assert unexplained(sandbox) == []
    assert client["run"].validate(body=True) != []
    assert client["run"](client["run"].example()) is not True
    problem = next(each for each in loaded.problems if each.code == "unsatisfiable-schema")
    assert problem.message == (
        "no value fits this schema: no alternative has its `type`, 'null'; null is read as one "
        "more alternative"
    )


@pytest.mark.parametrize(
    "alternatives",
    [
        [{"type": "string"}, {"type": "null"}],
        [{"type": ["string", "null"]}],
        [{"type": "string"}, {"maxLength": 3}],
        [{"type": "string"}, {}],
    ],
)
def test_an_alternative_that_null_fits_leaves_the_type_as_it_is(alternatives):
    loaded = load_schema({"type": "null", "anyOf": alternatives})
    run = dynclient.Client(loaded)["run"]
    assert run.validate(body=None) == []
    assert run.validate(body="a") != []
