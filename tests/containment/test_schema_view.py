"""The schemas of one document, and what their references name."""

import pytest

from dynclient.containment import ContainmentChecker, SchemaView

CYCLES = {
    "A": {"$ref": "#/$defs/A"},
    "B": {"$ref": "#/$defs/C"},
    "C": {"$ref": "#/$defs/B", "description": "back again"},
    "D": {"$ref": "#/$defs/A"},
}


@pytest.mark.parametrize("reading", ["producer", "consumer"])
@pytest.mark.parametrize("name", CYCLES)
def test_references_that_lead_back_to_themselves_describe_nothing(name, reading):
    view = SchemaView(CYCLES, reading, "request")
    schema = {"$ref": f"#/$defs/{name}"}

    assert view.resolve(schema) is True
    found = ContainmentChecker(view, view).find_incompatibilities({"type": "string"}, schema)
    assert found == ()


def test_a_chain_of_references_is_followed():
    defs = {"A": {"$ref": "#/$defs/B"}, "B": {"type": "string"}}

    assert SchemaView(defs, "consumer", "request").resolve({"$ref": "#/$defs/A"}) is defs["B"]
