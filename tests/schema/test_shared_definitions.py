"""What is found out once about definitions that many roots share."""

from dynclient.generate.definition_heights import DefinitionHeights
from dynclient.schema import readings
from dynclient.schema.dialect import Schema, SharedDefinitions, get_definition_references


def build_reference(name):
    return Schema({"$ref": f"#/$defs/{name}"})


def share(**definitions):
    shared = SharedDefinitions()
    shared.update({name: Schema(schema) for name, schema in definitions.items()})
    return shared


def test_references_are_read_once_and_again_where_a_definition_was_replaced():
    shared = share(A={"items": build_reference("B")}, B={}, C={})
    references = get_definition_references(shared)
    assert references is get_definition_references(shared)
    assert references.list_reached(["A"]) == ["A", "B"]
    shared["B"] = Schema({"allOf": [build_reference("C"), build_reference("A")]})
    assert sorted(references.list_reached(["A"])) == ["A", "B", "C"]


def test_values_of_the_other_direction_are_found_behind_references_and_cycles():
    shared = share(
        Node={"properties": {"next": build_reference("Node"), "secret": build_reference("Secret")}},
        Secret={"writeOnly": True, "type": "string"},
        Plain={"properties": {"self": build_reference("Plain")}},
    )
    refusing = readings.refuse_other_direction(build_reference("Node"), shared, "response")
    assert refusing["$defs"]["Node"]["properties"]["secret"] == {"not": {}, "writeOnly": True}
    assert readings.refuse_other_direction(build_reference("Node"), shared, "request") is None
    assert readings.refuse_other_direction(build_reference("Plain"), shared, "response") is None


def test_heights_are_the_same_whichever_root_asks_first():
    definitions = {
        "Leaf": {"type": "string"},
        "Tree": {
            "required": ["left"],
            "properties": {"left": {"anyOf": [build_reference("Leaf"), build_reference("Tree")]}},
        },
        "Endless": {"required": ["next"], "properties": {"next": build_reference("Endless")}},
    }
    roots = [("Leaf",), ("Leaf", "Tree"), ("Endless",)]
    for order in (roots, roots[::-1]):
        heights = DefinitionHeights(definitions)
        found = {
            names[-1]: heights.compute(
                build_reference(names[-1]), {name: definitions[name] for name in names}
            )
            for names in order
        }
        assert found == {"Leaf": 0, "Tree": 1, "Endless": float("inf")}
