"""Which values of one schema fit another: each rule proves what holds and shows what does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.containment import ANY_ITEM, ANY_PROPERTY, ContainmentChecker, SchemaView
from dynclient.errors import UsageError
from dynclient.schema.dialect import Schema, bundle_schema
from dynclient.schema.engines.engine import Checker
from dynclient.schema.readings import close_schema
from dynclient.strategies import from_schema
from dynclient.violations import Place

TEXT, NUMBER, INTEGER = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def schema(value):
    """A schema as the translation makes it: dicts that know their place."""
    if isinstance(value, dict):
        return Schema({key: schema(inner) for key, inner in value.items()})
    return [schema(inner) for inner in value] if isinstance(value, list) else value


def gaps(
    subschema,
    superschema,
    subschema_defs=None,
    superschema_defs=None,
    reading="producer",
    taking="consumer",
):
    mine = SchemaView({k: schema(v) for k, v in (subschema_defs or {}).items()}, reading, "request")
    theirs = SchemaView(
        {k: schema(v) for k, v in (superschema_defs or {}).items()}, taking, "request"
    )
    return ContainmentChecker(mine, theirs).find_incompatibilities(
        schema(subschema), schema(superschema)
    )


def thing(**keywords):
    return {"type": "object", **keywords}


PROVED = [
    (INTEGER, NUMBER),
    (TEXT, {}),
    (False, TEXT),
    ({"enum": ["a", 1]}, {"type": ["string", "integer"]}),
    ({"type": "integer", "minimum": 3}, {"type": "number", "exclusiveMinimum": 2}),
    ({"type": "string", "pattern": "^[ab]{2}$"}, {"type": "string", "maxLength": 2, "pattern": "^[a-c]*$"}),
    ({"type": "string", "maximum": 5}, TEXT),
    (TEXT, {"type": "string", "maximum": 5, "required": ["a"], "minItems": 2}),
    ({"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}),
    (INTEGER, {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1}),
    (thing(properties={"a": TEXT}), thing(properties={"a": TEXT, "b": TEXT})),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(properties={"a": TEXT})),
    (thing(properties={"a": TEXT}, required=["a"]), thing(properties={"a": TEXT})),
    (thing(properties={"a": TEXT, "b": {"type": "string", "readOnly": True}}),
     thing(properties={"a": TEXT}, additionalProperties=False)),
    (thing(additionalProperties=INTEGER), thing(additionalProperties=NUMBER)),
    (thing(patternProperties={"^x": INTEGER}), thing(patternProperties={"^x": NUMBER})),
    (thing(properties={"a": {"not": {}}}, required=["a"]), TEXT),
    ({"allOf": [thing(properties={"a": TEXT}), thing(required=["a"])]}, thing(required=["a"])),
    ({"anyOf": [TEXT, INTEGER]}, {"anyOf": [NUMBER, TEXT, {"type": "null"}]}),
    ({"anyOf": [TEXT, INTEGER]}, {"oneOf": [NUMBER, TEXT]}),
    (INTEGER, {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "integer", "maximum": 0}]}),
    ({"oneOf": [{"minLength": 2}, {"maxLength": 5}]}, {"oneOf": [{"minLength": 2}, {"maxLength": 5}]}),
    (thing(properties={"k": {"enum": ["a"]}}, required=["k"]),
     {"oneOf": [thing(properties={"k": {"const": "a"}}, required=["k"]),
                thing(properties={"k": {"const": "b"}}, required=["k"])]}),
    ({"type": "array", "items": INTEGER, "maxItems": 2}, {"type": "array", "items": NUMBER, "maxItems": 3}),
    ({"type": "array", "prefixItems": [TEXT], "items": False}, {"type": "array", "maxItems": 1}),
    ({"if": TEXT, "then": {"minLength": 3}, "else": INTEGER}, {"type": ["string", "integer"]}),
    ({"not": TEXT}, {"not": TEXT}),
    ({"type": ["boolean", "null"]}, {"enum": [True, False, None]}),
]  # fmt: skip

REFUTED = [
    (NUMBER, INTEGER, "type", ()),
    (TEXT, INTEGER, "type", ()),
    ({"type": ["string", "null"]}, TEXT, "enum", ()),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, "enum", ()),
    (TEXT, {"enum": ["a"]}, "enum", ()),
    ({"type": "integer", "maximum": 9}, {"type": "integer", "maximum": 8}, "maximum", ()),
    ({"type": "integer"}, {"type": "integer", "multipleOf": 2}, "multipleOf", ()),
    ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 8}, "maxLength", ()),
    ({"type": "string", "pattern": "^[a-z]+$"}, {"type": "string", "pattern": "^[a-y]+$"}, "pattern", ()),
    (thing(properties={"a": TEXT}), thing(properties={"a": TEXT}, required=["a"]), "required", ("a",)),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(properties={"a": TEXT}, additionalProperties=False),
     "additionalProperties", ("b",)),
    (thing(additionalProperties=TEXT), thing(additionalProperties=False), "additionalProperties", (ANY_PROPERTY,)),
    (thing(additionalProperties=NUMBER), thing(additionalProperties=INTEGER), "type", (ANY_PROPERTY,)),
    (thing(properties={"a": thing(properties={"b": NUMBER})}), thing(properties={"a": thing(properties={"b": INTEGER})}),
     "type", ("a", "b")),
    ({"type": "array", "items": NUMBER, "minItems": 2}, {"type": "array", "items": INTEGER}, "type", (ANY_ITEM,)),
    ({"type": "array", "items": TEXT}, {"type": "array", "minItems": 1}, "minItems", ()),
    ({"type": "array", "items": TEXT}, {"type": "array", "maxItems": 3}, "maxItems", ()),
    ({"type": "array", "items": TEXT}, {"type": "array", "uniqueItems": True}, "uniqueItems", ()),
    (thing(), thing(minProperties=1), "minProperties", ()),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(maxProperties=1), "maxProperties", ()),
    (thing(properties={"a": TEXT, "b": TEXT}), thing(dependentRequired={"a": ["b"]}), "dependentRequired", ()),
    (TEXT, {"not": TEXT}, "not", ()),
    (INTEGER, {"oneOf": [INTEGER, NUMBER]}, "oneOf", ()),
    ({"anyOf": [TEXT, INTEGER]}, {"anyOf": [TEXT, {"type": "null"}]}, "type", ()),
    (INTEGER, {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}, "maximum", ()),
]  # fmt: skip


@pytest.mark.parametrize(("subschema", "superschema"), PROVED)
def test_what_fits_is_proved(subschema, superschema):
    assert gaps(subschema, superschema) == ()


@pytest.mark.parametrize(("subschema", "superschema", "rule", "path"), REFUTED)
def test_what_does_not_fit_is_shown_by_a_witness(subschema, superschema, rule, path):
    found = [gap for gap in gaps(subschema, superschema) if (gap.rule, gap.path) == (rule, path)]

    assert [gap.verdict for gap in found] == ["refuted"]


def test_every_cause_is_told_each_with_a_witness_of_its_own():
    subschema = thing(properties={"a": NUMBER, "b": TEXT, "c": TEXT})
    superschema = thing(
        properties={"a": INTEGER, "b": {"type": "string", "maxLength": 3}, "c": TEXT},
        required=["c"],
    )

    found = gaps(subschema, superschema)

    assert {gap.path: gap.rule for gap in found} == {
        ("a",): "type",
        ("b",): "maxLength",
        ("c",): "required",
    }
    assert all(gap.verdict == "refuted" for gap in found)


def tree(value):
    return {"Node": thing(properties={"value": value, "next": {"$ref": "#/$defs/Node"}})}


def test_a_schema_that_holds_itself_is_proved_by_assuming_what_is_under_way():
    reference = {"$ref": "#/$defs/Node"}

    assert gaps(reference, reference, tree(INTEGER), tree(NUMBER)) == ()
    (found,) = gaps(reference, reference, tree(NUMBER), tree(INTEGER))
    assert (found.rule, found.path, found.verdict) == ("type", ("value",), "refuted")


def test_a_failed_alternative_leaves_no_assumption_behind():
    reference = {"$ref": "#/$defs/Node"}
    either = {"anyOf": [{"$ref": "#/$defs/Narrow"}, {"$ref": "#/$defs/Node"}]}
    superschema = {
        **tree(NUMBER),
        "Narrow": thing(properties={"value": INTEGER, "next": reference}, required=["next"]),
    }

    assert gaps(reference, either, tree(NUMBER), superschema) == ()
    assert gaps(reference, either, tree({"type": ["number", "string"]}), superschema)


def test_what_rested_on_an_assumption_that_failed_is_asked_again():
    def circle(value):
        holder = thing(properties={"node": {"$ref": "#/$defs/Node"}})
        node = thing(properties={"holder": {"$ref": "#/$defs/Holder"}, "value": value})
        return {name: schema(made) for name, made in (("Node", node), ("Holder", holder))}

    subschema, superschema = circle(NUMBER), circle(INTEGER)
    checker = ContainmentChecker(
        SchemaView(subschema, "producer", "request"), SchemaView(superschema, "consumer", "request")
    )

    assert [
        gap.path for gap in checker.find_incompatibilities(subschema["Node"], superschema["Node"])
    ] == [("value",)]
    assert [
        gap.path
        for gap in checker.find_incompatibilities(subschema["Holder"], superschema["Holder"])
    ] == [("node", "value")]


def test_what_cannot_be_shown_is_unknown_never_passed():
    (found,) = gaps(
        {"type": "string", "pattern": "^(a+)b\\1$"}, {"type": "string", "pattern": "^((a+)b\\2)$"}
    )

    assert (found.verdict, found.rule) == ("unknown", "pattern")


def test_hostile_unions_and_depths_come_to_an_end():
    superschema = {
        "allOf": [{"anyOf": [{"required": [f"a{i}{j}"]} for j in range(9)]} for i in range(9)]
    }
    deep_subschema, deep_superschema = NUMBER, INTEGER
    for _ in range(100):
        deep_subschema, deep_superschema = (
            thing(properties={"a": deep_subschema}),
            thing(properties={"a": deep_superschema}),
        )

    assert [gap.verdict for gap in gaps(thing(), superschema)] == ["refuted"]
    assert [gap.verdict for gap in gaps(deep_subschema, deep_superschema)] == ["refuted"]


def test_one_cause_may_stand_for_others_that_are_real():
    both = thing(properties={name: {"$ref": "#/$defs/Same"} for name in ("a", "bb")})

    (found,) = gaps(
        {**both, "propertyNames": {"minLength": 2}}, both, {"Same": NUMBER}, {"Same": INTEGER}
    )

    assert (found.verdict, found.witness) == ("refuted", {"bb": 0.5})


def test_several_lists_leave_what_is_in_all():
    lists = {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c", "d"]}]}

    assert gaps(lists, {"const": "b"}) == ()
    assert [gap.witness for gap in gaps({"const": "a"}, lists)] == ["a"]
    assert [gap.witness for gap in gaps({"type": "string", "pattern": "^[ab]$"}, lists)] == ["a"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5])
def test_who_gives_up_has_shown_nothing(monkeypatch, steps):
    monkeypatch.setattr(
        "dynclient.containment.witnesses.witness_generator.SEARCH_ROUNDS", ((40, steps),)
    )
    subschema, superschema = next(
        (a, b) for a, b in SOLVED if "anyOf" in b and "enum" in json.dumps(a)
    )

    assert [gap.verdict for gap in gaps(subschema, superschema)] == ["unknown"]


def placed(value, *steps):
    """A schema that knows its place, as the translation makes it."""
    if isinstance(value, dict):
        inner = {key: placed(inner, *steps, key) for key, inner in value.items()}
        return Schema(inner, Place("api.yaml", "/".join(("", *steps))))
    return (
        [placed(v, *steps, str(i)) for i, v in enumerate(value)]
        if isinstance(value, list)
        else value
    )


PLACES = [
    (thing(properties={"a": {"type": "integer"}}), thing(properties={"a": {"type": "integer", "maximum": 5}}),
     "maximum", "", "/properties/a", "/properties/a"),
    (thing(properties={"a": {"maximum": 9}}), thing(properties={"a": {"allOf": [{"minimum": 0}, {"maximum": 5}]}}),
     "maximum", "", "/properties/a", "/properties/a/allOf/1"),
    (thing(properties={"a": TEXT}), {"allOf": [{"required": ["b"]}, {"required": ["a"]}]}, "required", "a", "", "/allOf/1"),
    (thing(properties={"a": TEXT}), {"allOf": [thing(), {"additionalProperties": False}]},
     "additionalProperties", "a", "", "/allOf/1"),
    (thing(), {"dependentRequired": {"a": ["b"]}, "properties": {"c": True}}, "dependentRequired", "a", "", ""),
    (thing(properties={"a": TEXT}), thing(properties={"a": INTEGER}), "type", "", "/properties/a", "/properties/a"),
    (thing(properties={"a": TEXT}), thing(properties={"a": {"oneOf": [TEXT, TEXT]}}),
     "oneOf", "", "/properties/a", "/properties/a"),
    ({"type": "array", "items": {"enum": ["a", "b"]}}, {"type": "array", "items": {"enum": ["a"]}},
     "enum", "", "/items", "/items"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("subschema", "superschema", "rule", "name", "subschema_pointer", "superschema_pointer"), PLACES
)
def test_a_gap_knows_the_two_places_that_disagree(
    subschema, superschema, rule, name, subschema_pointer, superschema_pointer
):
    sides = (SchemaView({}, "producer", "request"), SchemaView({}, "consumer", "request"))

    found = [
        gap
        for gap in ContainmentChecker(*sides).find_incompatibilities(
            placed(subschema), placed(superschema)
        )
        if (gap.rule, gap.property_name) == (rule, name)
    ]

    assert [(gap.subschema_place.pointer, gap.superschema_place.pointer) for gap in found] == [
        (subschema_pointer, superschema_pointer)
    ]


def test_what_both_sides_say_is_plain_data():
    found = gaps(thing(properties={"a": TEXT, "b": TEXT}), thing(properties={"a": {"items": {}, "type": ["null", "array"]}},
                                                                  additionalProperties=False))  # fmt: skip

    assert len(found) > 1
    for gap in found:
        assert json.loads(json.dumps([gap.subschema_assertion, gap.superschema_assertion])) == [
            gap.subschema_assertion,
            gap.superschema_assertion,
        ]
        assert {type(gap.subschema_assertion), type(gap.superschema_assertion)} <= {
            type(None),
            list,
            dict,
            bool,
            int,
            str,
        }


# --- a side that takes, and closes

CLOSED = [
    (thing(properties={"a": TEXT}), thing(properties={"b": TEXT}), "additionalProperties", ("a",)),
    (thing(properties={"a": TEXT}), thing(properties={"a": {"type": "string", "readOnly": True}}), None, ("a",)),
    (thing(properties={"a": thing(properties={"b": TEXT})}), thing(properties={"a": thing(properties={"c": TEXT})}),
     "additionalProperties", ("a", "b")),
    (thing(patternProperties={"^x": TEXT}), thing(properties={"b": TEXT}), "additionalProperties", (ANY_PROPERTY,)),
    (thing(additionalProperties=TEXT), thing(properties={"b": TEXT}), "additionalProperties", (ANY_PROPERTY,)),
    ({"oneOf": [thing(properties={"a": TEXT}, required=["a"]), thing(properties={"b": TEXT}, required=["b"])]},
     {"oneOf": [thing(properties={"a": TEXT}, required=["a"]), thing(properties={"c": TEXT}, required=["c"])]}, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("subschema", "superschema", "rule", "path"), CLOSED)
def test_what_a_closed_side_no_longer_declares_is_refused(subschema, superschema, rule, path):
    found = gaps(subschema, superschema, taking="producer")

    assert found
    assert all(gap.verdict == "refuted" for gap in found)
    assert [gap for gap in found if (rule or gap.rule, path or gap.path) == (gap.rule, gap.path)]
    assert gaps(subschema, superschema) == () or rule is None


@pytest.mark.parametrize(
    ("subschema", "superschema"),
    [
        (thing(properties={"a": TEXT}), thing(properties={"a": TEXT, "b": TEXT})),
        (thing(properties={"a": TEXT}), thing()),
        (thing(properties={"a": TEXT}), thing(properties={"b": TEXT}, additionalProperties=True)),
        (
            thing(properties={"a": TEXT}),
            {"allOf": [thing(properties={"b": TEXT}), thing(properties={"a": {}})]},
        ),
        (
            thing(properties={"a": {"type": "string", "readOnly": True}}),
            thing(properties={"b": TEXT}),
        ),
    ],
)
def test_what_a_closed_side_declares_fits(subschema, superschema):
    assert gaps(subschema, superschema, taking="producer") == ()


def test_what_closes_together_is_not_what_closes_alone():
    inner, other = thing(properties={"x": TEXT}), thing(properties={"y": TEXT})
    subschema = {"allOf": [thing(properties={"p": inner}), thing(properties={"p": other})]}

    found = gaps(subschema, thing(properties={"p": inner}), taking="producer")

    assert [(gap.verdict, gap.witness) for gap in found] == [("refuted", {"p": {"y": "a"}})]
    assert gaps(subschema, subschema, taking="producer") == ()


def test_a_closed_side_that_sends_may_fit_several_alternatives_at_once():
    either = {
        "type": "object",
        "anyOf": [{"properties": {"a": INTEGER}}, {"properties": {"b": TEXT}}],
    }
    freed = {"type": "object", "anyOf": [{"properties": {"a": INTEGER}}, {"type": "object"}]}
    dependent = thing(properties={"a": TEXT}, dependentSchemas={"a": {"properties": {"b": TEXT}}})

    assert [gap.witness for gap in gaps(either, {"maxProperties": 1})] == [{"a": 0, "b": "a"}]
    assert gaps(freed, {"propertyNames": {"const": "a"}})[0].verdict == "refuted"
    assert gaps(dependent, {"maxProperties": 1})[0].verdict == "refuted"
    assert gaps(either, {"maxProperties": 2}) == ()


# --- formats


@pytest.mark.parametrize(
    ("subschema", "superschema"),
    [
        ({"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}),
        (TEXT, {"type": "string", "format": "date"}),
        (
            INTEGER,
            {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
        ),
        (
            {"not": {"type": "string", "format": "date", "maxLength": 3}},
            {"not": {"type": "string", "maxLength": 3}},
        ),
    ],
)
def test_a_format_alone_refuses_nothing(subschema, superschema):
    assert gaps(subschema, superschema) == ()


@pytest.mark.parametrize(
    ("subschema", "superschema"),
    [
        ({"type": "string", "format": "date-time"}, {"type": "string", "maxLength": 5}),
        ({"type": "string", "format": "uuid"}, INTEGER),
        (thing(properties={"a": {"type": "string", "format": "date"}, "b": TEXT}, required=["a"]),
         thing(properties={"b": {"maxLength": 3}})),
        ({"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1}, {"maximum": 2**31 - 1}),
    ],
)  # fmt: skip
def test_a_witness_has_the_formats_that_are_declared_where_it_can(subschema, superschema):
    found = gaps(subschema, superschema)

    assert [gap.verdict for gap in found] == ["refuted"]
    assert Checker(bundle_schema(schema(subschema), {})).accepts(found[0].witness)


def test_where_no_witness_has_the_format_one_without_it_does():
    (found,) = gaps({"type": "string", "format": "date"}, {"type": "string", "minLength": 5})

    assert (found.verdict, found.rule) == ("refuted", "minLength")


# --- everything else that schemas say

CONTAINS = {"type": "array", "contains": {"const": "a"}}

SOLVED = [
    # contains
    ({**CONTAINS, "items": TEXT}, {"contains": {"maxLength": 1, "minLength": 1}}),
    ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1}, {"contains": {"maxLength": 1}}),
    ({**CONTAINS, "minContains": 3}, {"contains": TEXT, "minContains": 2}),
    ({**CONTAINS, "minContains": 3}, {"minItems": 3}),
    ({"type": "array", "maxItems": 2}, {"contains": TEXT, "minContains": 0, "maxContains": 2}),
    ({"type": "array", "contains": TEXT, "maxContains": 1}, {"contains": {}, "minContains": 1}),
    ({"type": "array", "items": INTEGER}, {"contains": TEXT, "minContains": 0, "maxContains": 0}),
    # uniqueItems
    ({"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True}, {"maxItems": 2}),
    ({"type": "array", "prefixItems": [TEXT, INTEGER], "items": False}, {"uniqueItems": True}),
    # not
    (TEXT, {"not": INTEGER}),
    ({"not": {"type": ["string", "null"]}}, {"not": {"type": "null"}}),
    ({"type": "integer", "minimum": 5}, {"not": {"maximum": 4}}),
    (thing(properties={"a": {"const": 1}}, required=["a"]), {"not": thing(properties={"a": {"const": 2}})}),
    ({"type": "array", "items": TEXT}, {"not": {"contains": INTEGER}}),
    ({"not": {"anyOf": [INTEGER, TEXT]}}, {"not": TEXT}),
    # properties that depend on others, names of properties
    (thing(properties={"a": TEXT, "b": TEXT}, required=["b"]), {"dependentSchemas": {"a": {"required": ["b"]}}}),
    (thing(properties={"b": TEXT}), {"dependentSchemas": {"a": {"required": ["c"]}}}),
    (thing(properties={"a": TEXT, "ab": TEXT}), {"propertyNames": {"pattern": "^a"}}),
    (thing(additionalProperties=TEXT, propertyNames={"maxLength": 2}), {"propertyNames": {"maxLength": 3}}),
    (thing(additionalProperties=TEXT, propertyNames={"enum": ["a", "b"]}), {"maxProperties": 2}),
    # unevaluated
    (thing(properties={"a": TEXT}), {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}),
    ({"allOf": [thing(properties={"a": TEXT})], "unevaluatedProperties": False}, {"additionalProperties": TEXT}),
    ({"type": "array", "prefixItems": [TEXT], "items": False}, {"prefixItems": [{}], "unevaluatedItems": False}),
    ({"type": "array", "prefixItems": [TEXT], "unevaluatedItems": False}, {"maxItems": 1}),
    # unions that cover only together
    (thing(properties={"k": {"enum": ["a", "b"]}}, required=["k"]),
     {"anyOf": [thing(properties={"k": {"const": "a"}}), thing(properties={"k": {"const": "b"}})]}),
    (thing(properties={"k": {"type": "boolean"}, "v": TEXT}),
     {"anyOf": [thing(properties={"k": {"const": True}}), thing(properties={"k": {"const": False}, "v": TEXT})]}),
    (thing(properties={"a": TEXT}), {"anyOf": [thing(required=["a"]), thing(properties={"a": False})]}),
    ({"type": "array", "items": TEXT}, {"anyOf": [{"maxItems": 3}, {"type": "array", "minItems": 2, "items": TEXT}]}),
    (thing(), {"oneOf": [thing(required=["a"]), {"not": {"required": ["a"]}}]}),
    # names by pattern
    (thing(patternProperties={"^ab": INTEGER}, additionalProperties=False), {"patternProperties": {"^a": NUMBER}}),
    (thing(patternProperties={"^a": INTEGER}, additionalProperties=False),
     {"patternProperties": {"^b": TEXT}, "additionalProperties": NUMBER}),
    # conditions
    (thing(properties={"k": {"const": 1}, "v": TEXT}, required=["k"]),
     {"if": {"properties": {"k": {"const": 1}}}, "then": {"properties": {"v": TEXT}}, "else": False}),
    ({"if": TEXT, "then": {"maxLength": 2}}, {"anyOf": [{"maxLength": 2}, {"type": "null"}]}),
    ({"if": {"minimum": 5}, "then": INTEGER, "else": {"type": "number"}}, NUMBER),
    # how many properties
    (thing(properties={"a": TEXT, "b": TEXT}, required=["a"]), {"minProperties": 1}),
    (thing(properties={"a": TEXT}, minProperties=1), {"required": ["a"]}),
    # what nothing fits
    ({"$ref": "#/$defs/Endless"}, False),
    (thing(properties={"a": TEXT}, required=["a"], maxProperties=0), TEXT),
    ({"type": "array", "items": {"enum": [1]}, "uniqueItems": True, "minItems": 2}, TEXT),
]  # fmt: skip

ENDLESS = {"Endless": thing(properties={"next": {"$ref": "#/$defs/Endless"}}, required=["next"])}


@pytest.mark.parametrize(("subschema", "superschema"), SOLVED)
def test_what_no_single_rule_shows_is_proved_by_leaving_no_value(subschema, superschema):
    assert gaps(subschema, superschema, subschema_defs=ENDLESS) == ()


SHOWN = [
    ({"type": "array", "items": TEXT}, {"contains": {"const": "b"}}, []),
    ({"type": "array", "items": TEXT, "minItems": 1}, {"contains": {"const": "b"}}, ["a"]),
    ({**CONTAINS, "minContains": 2}, {"contains": TEXT, "minContains": 3}, ["a", "a"]),
    (CONTAINS, {"contains": TEXT, "maxContains": 1}, ["a", "a"]),
    ({"type": "array", "contains": INTEGER, "maxContains": 1, "minItems": 2}, TEXT, [0, "a"]),
    ({"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True}, {"maxItems": 1}, [1, 2]),
    ({"type": "array", "items": TEXT}, {"not": {"contains": {"const": "x"}}}, ["x"]),
    (thing(properties={"a": TEXT}), {"not": {"required": ["a"]}}, {"a": "a"}),
    (thing(properties={"a": TEXT, "b": TEXT}), {"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": "a"}),
    (thing(properties={"ab": TEXT, "b": TEXT}), {"propertyNames": {"pattern": "^a"}}, {"b": "a"}),
    (thing(additionalProperties=TEXT), {"propertyNames": {"maxLength": 2}}, {"other": "a"}),
    (thing(properties={"a": TEXT}), {"unevaluatedProperties": False}, {"a": "a"}),
    ({"type": "array", "items": TEXT}, {"prefixItems": [{}], "unevaluatedItems": False}, ["a", "a"]),
    (thing(properties={"k": {"enum": ["a", "b", "c"]}}, required=["k"]),
     {"anyOf": [thing(properties={"k": {"const": "a"}}), thing(properties={"k": {"const": "b"}})]}, {"k": "c"}),
    (thing(properties={"k": {"type": "boolean"}, "v": {}}),
     {"anyOf": [thing(properties={"k": {"const": True}}), thing(properties={"k": {"const": False}, "v": TEXT})]},
     {"k": False, "v": False}),
    (thing(patternProperties={"^a": TEXT}, additionalProperties=False), {"patternProperties": {"^ab": INTEGER}}, {"ab": "a"}),
    (thing(properties={"k": {"const": 1}, "v": {}}),
     {"if": {"required": ["k"]}, "then": {"properties": {"v": {"type": "null"}}}}, {"k": 1, "v": "a"}),
    (thing(properties={"a": TEXT, "b": TEXT}), {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}),
    ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}, {"required": ["a"]}, {"b": "a"}),
    (thing(minProperties=2, maxProperties=2), {"maxProperties": 1}, {"other": "a", "x": "a"}),
    ({"type": "array"}, {"enum": [[]]}, ["a"]),
]  # fmt: skip


@pytest.mark.parametrize(("subschema", "superschema", "witness"), SHOWN)
def test_a_witness_is_made_of_what_must_hold_and_what_must_not(subschema, superschema, witness):
    found = gaps(subschema, superschema)

    assert {gap.verdict for gap in found} == {"refuted"}
    assert found[0].witness == witness


LEAVES = st.sampled_from([
    TEXT, INTEGER, NUMBER, {"type": "boolean"}, {"type": ["string", "null"]}, {"enum": ["a", "b"]}, {"enum": ["a", 1, None]},
    {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 0, "maximum": 5}, {"type": "number", "multipleOf": 0.5},
    {"type": "string", "maxLength": 3}, {"type": "string", "minLength": 2}, {"type": "string", "pattern": "^a"}, {}, True,
])  # fmt: skip


NAMES = st.sampled_from(
    [{"maxLength": 1}, {"pattern": "^[ab]"}, {"enum": ["a", "b"]}, {"not": {"const": "a"}}]
)


def some(**keywords):
    """Some of several keywords."""
    return st.fixed_dictionaries({}, optional=keywords)


def objects(inner):
    members = st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    required = st.lists(st.sampled_from("ab"), unique=True)
    extra = some(
        additionalProperties=st.booleans() | inner,
        patternProperties=st.dictionaries(
            st.sampled_from(["^a", "^b", "c$"]), inner, min_size=1, max_size=1
        ),
        minProperties=st.integers(0, 3),
        maxProperties=st.integers(0, 3),
        propertyNames=NAMES,
        dependentRequired=st.sampled_from([{"a": ["b"]}, {"b": ["c"]}]),
        dependentSchemas=st.dictionaries(st.sampled_from("ab"), inner, min_size=1, max_size=1),
        unevaluatedProperties=st.just(False) | inner,
    )
    return st.builds(lambda p, r, e: thing(properties=p, required=r, **e), members, required, extra)


def arrays(inner):
    extra = some(
        items=inner,
        prefixItems=st.lists(inner, min_size=1, max_size=2),
        minItems=st.integers(0, 3),
        maxItems=st.integers(0, 3),
        uniqueItems=st.booleans(),
        contains=inner,
        minContains=st.integers(0, 2),
        maxContains=st.integers(0, 2),
        unevaluatedItems=st.just(False) | inner,
    )
    return st.builds(lambda e: {"type": "array", **e}, extra)


def unions(inner):
    listed = st.lists(inner, min_size=1, max_size=3)
    return st.builds(lambda k, s: {k: s}, st.sampled_from(["anyOf", "oneOf", "allOf"]), listed)


def conditions(inner):
    return st.builds(lambda s: {"not": s}, inner) | st.builds(lambda i, e: {"if": i, **e}, inner,
                                                              some(then=inner, **{"else": inner}))  # fmt: skip


def deeper(inner):
    return objects(inner) | arrays(inner) | unions(inner) | conditions(inner)


SCHEMAS = st.recursive(LEAVES, deeper, max_leaves=5)

FEW = [None, True, 0, 1, 2, 0.5, "", "a", "b", "abc"]
INNER = [*FEW, [], ["a"], [1, 1], {}, {"a": 1}, {"b": "b"}, {"other": None}]
#: Small values of every shape: what a proof overlooks is most often one of them.
VALUES = [
    *INNER,
    *([one] for one in INNER),
    *([one, other] for one in FEW for other in FEW),
    ["a", "a", "a"],
    [0, 1, 2],
    *({name: one} for name in ("a", "b", "c", "ab", "other") for one in INNER),
    *({one: value, other: inner} for one, other in ("ab", "bc") for value in FEW for inner in FEW),
    *({"a": 0, "b": one, "c": other} for one in FEW for other in FEW),
]


def variants(one):
    """A schema that is much like another: one keyword more or less."""
    if not isinstance(one, dict):
        return st.just(one)
    dropped = [{k: v for k, v in one.items() if k != name} for name in one]
    return st.sampled_from([one, *dropped]) | LEAVES.map(
        lambda leaf: {**one, **leaf} if isinstance(leaf, dict) else one
    )


PAIRS = st.tuples(SCHEMAS, SCHEMAS) | SCHEMAS.flatmap(
    lambda one: st.tuples(st.just(one), variants(one))
)


@given(
    PAIRS,
    st.sampled_from([("producer", "consumer"), ("producer", "producer"), ("consumer", "consumer")]),
    st.data(),
)
def test_a_proof_holds_for_what_is_drawn_and_a_witness_under_both_engines(pair, readings, data):
    subschema, superschema = pair
    found = gaps(subschema, superschema, reading=readings[0], taking=readings[1])
    sent, taken = (
        Checker(
            close_schema(schema(one), {}, "request")
            if reading == "producer"
            else bundle_schema(schema(one), {})
        )
        for one, reading in zip(pair, readings, strict=True)
    )

    for gap in found:
        if gap.verdict == "refuted":
            assert sent.accepts_by_reference(gap.witness)
            assert sent.accepts(gap.witness)
            assert not taken.accepts_by_reference(gap.witness)
            assert not taken.accepts_by_fast_engine(gap.witness)
    if not found:
        assert [
            value
            for value in VALUES
            if sent.accepts_by_fast_engine(value) and not taken.accepts(value)
        ] == []
        try:
            value = data.draw(from_schema(sent.schema))
        except UsageError:  # nothing satisfies it
            return
        assert taken.accepts_by_reference(value)


@given(SCHEMAS)
def test_a_schema_fits_itself(one):
    assert gaps(one, one) == ()
