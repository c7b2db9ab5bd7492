"""`dynclient.diff`: what its options do, what a change is as data, and what is told of code that uses the API."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest
from support.documents import answer, content, document, operation, parameter, single

import dynclient
from dynclient.errors import DocumentError, UsageError

TEXT = {"type": "string"}


def thing(*required, **properties):
    return {
        "type": "object",
        "properties": properties,
        **({"required": list(required)} if required else {}),
    }


def told(diff):
    return [(change.rule, change.level) for change in diff.changes]


def only(diff):
    (change,) = diff.changes
    return change


# --- what counts


@pytest.mark.parametrize(
    ("view", "level"), [("wire", "warning"), ("code", "breaking"), ("both", "breaking")]
)
def test_a_view_says_who_counts(view, level):
    old, new = (
        single(body=content(thing(**names))) for names in ({"a": TEXT, "b": TEXT}, {"a": TEXT})
    )
    change = only(dynclient.diff(old, new, view=view))

    assert change.level == level
    assert dict(change.views) == {"wire": "warning", "code": "breaking"}


def test_a_view_that_nobody_has_is_refused():
    with pytest.raises(UsageError, match="there is no view 'codd'"):
        dynclient.diff(single(), single(), view="codd")


def test_a_document_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(DocumentError):
        dynclient.diff(single(), tmp_path / "nowhere.yaml")


def test_sources_may_be_documents_paths_or_mappings(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(json.dumps(single()))

    assert dynclient.diff(path, dynclient.load(single(summary="other"))).changes == ()


# --- options


@pytest.mark.parametrize(("tolerant", "expected"), [(False, "breaking"), (True, "info")])
def test_tolerant_readers_pass_over_what_a_closed_result_refuses(tolerant, expected):
    old, new = (
        single(responses=answer({**thing(**names), "additionalProperties": False}))
        for names in ({"a": TEXT}, {"a": TEXT, "b": TEXT})
    )

    assert told(dynclient.diff(old, new, tolerant_results=tolerant)) == [
        ("property-added", expected)
    ]


@pytest.mark.parametrize(("is_open", "expected"), [(False, "breaking"), (True, "info")])
def test_a_new_value_of_an_enum_that_is_called_open_breaks_nobody_who_asks(is_open, expected):
    old, new = (
        single(responses=answer({"type": "string", "enum": values, "x-extensible-enum": True}))
        for values in (["a"], ["a", "b"])
    )

    assert told(dynclient.diff(old, new, open_enums=is_open)) == [("values-changed", expected)]
    assert dynclient.diff(single(responses=answer({"enum": ["a"]})), single(responses=answer({"enum": ["a", "b"]})),
                          open_enums=True).breaking  # fmt: skip


def test_words_count_where_they_are_asked_for():
    old, new = (
        single(parameter("q", schema={"type": "string", "description": text}), summary=text)
        for text in ("one", "two")
    )

    assert dynclient.diff(old, new).changes == ()
    assert told(dynclient.diff(old, new, docs=True)) == [("words-changed", "info")] * 2


@pytest.mark.parametrize(
    ("policy", "rule"),
    [("deprecation", "policy-removed-without-deprecation"), ("sunset", "policy-removed-before-sunset"),
     ("version", "policy-version")],
)  # fmt: skip
def test_policies_are_kept_apart_and_opt_in(policy, rule):
    old = single(**{"x-sunset": "2999-01-01"})
    new = document({})

    plain, asked = dynclient.diff(old, new), dynclient.diff(old, new, policies=[policy])
    assert told(plain) == [("operation-removed", "breaking")]
    assert [change.rule for change in asked.changes if change.policy] == [rule]
    with pytest.raises(UsageError, match="did you mean sunset"):
        dynclient.diff(old, new, policies=["sunst"])


def test_a_sunset_is_told_and_breaks_nobody():
    old, new = (
        single(deprecated=True, **{"x-sunset": day}) for day in ("2030-01-01", "2029-01-01")
    )
    change = only(dynclient.diff(old, new))

    assert (change.rule, change.level) == ("operation-deprecated", "info")
    assert (change.old["x-sunset"], change.new["x-sunset"]) == ("2030-01-01", "2029-01-01")


# --- the roles turned round


def webhook(schema, *, required=()):
    hook = {
        "post": {
            "requestBody": content(thing(*required, **schema)),
            "responses": {"200": {"description": "ok"}},
        }
    }
    return document({}, webhooks={"sold": hook})


def test_in_a_webhook_the_api_sends_and_we_read():
    more, less = webhook({"a": TEXT, "b": TEXT}, required=["a"]), webhook({"b": TEXT})

    assert told(dynclient.diff(more, less)) == [("property-removed", "breaking")]
    assert told(dynclient.diff(less, more)) == [("property-added", "info")]
    assert told(dynclient.diff(more, document({}))) == [("webhook-removed", "warning")]


def test_a_callback_is_told_with_its_operation():
    def subscribed(schema):
        back = {
            "post": {"requestBody": content(schema), "responses": {"200": {"description": "ok"}}}
        }
        return single(callbacks={"onSale": {"{$request.body#/url}": back}})

    change = only(
        dynclient.diff(subscribed({"type": "integer"}), subscribed({"type": ["integer", "null"]}))
    )
    assert (change.level, change.operation, change.witness) == ("breaking", "run", None)
    assert change.where.startswith("callback run onSale")


# --- data


def test_a_change_is_frozen_data_that_travels():
    old, new = single(body=content(thing(a=TEXT))), single(body=content(thing("a", a=TEXT)))
    change = only(dynclient.diff(old, new))

    assert (change.rule, change.side, change.where, change.operation) == (
        "property-required",
        "call",
        "body.a",
        "run",
    )
    assert (change.old, change.new, change.proof) == ("optional", "required", "witness")
    assert change.witness == {"body": {}}
    assert change.python == "client.run(body={})"
    assert change.pointer.endswith("/schema/properties/a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        change.rule = "x"
    assert copy.copy(change) == change
    assert pickle.loads(pickle.dumps(change)).fingerprint == change.fingerprint


def test_a_fingerprint_outlives_lines_order_and_other_operations():
    def shop(schema, extra):
        paths = {
            "/b": {
                "get": operation(
                    operationId="b", responses=answer({"$ref": "#/components/schemas/T"})
                )
            }
        }
        paths |= {
            "/a": {
                "get": operation(
                    operationId="a", responses=answer({"$ref": "#/components/schemas/T"})
                )
            }
        }
        return document(dict(list(paths.items())[:extra]), components={"schemas": {"T": schema}})

    changes = [
        only(dynclient.diff(shop(thing(x=TEXT), n), shop(thing(x={"type": "integer"}), n)))
        for n in (1, 2)
    ]
    assert [change.operations for change in changes] == [("b",), ("b", "a")]
    assert len({change.fingerprint for change in changes}) == 1


def test_the_same_cause_on_both_sides_is_told_once_with_both_verdicts():
    def shop(schema):
        return single(body=content({"$ref": "#/components/schemas/T"}), responses=answer({"$ref": "#/components/schemas/T"}),
                      components={"schemas": {"T": schema}})  # fmt: skip

    change = only(
        dynclient.diff(shop(thing(x={"enum": ["a"]})), shop(thing(x={"enum": ["a", "b"]})))
    )
    assert change.side == "call and result"
    assert {side: levels["wire"] for side, levels in change.sides.items()} == {
        "call": "info",
        "result": "breaking",
    }


def test_what_broke_is_listed_by_level():
    old = document(
        {
            "/a": {"get": operation(operationId="a")},
            "/b": {"get": operation(parameter("q"), operationId="b")},
        }
    )
    new = document(
        {"/b": {"get": operation(operationId="b")}, "/c": {"get": operation(operationId="c")}}
    )
    diff = dynclient.diff(old, new)

    assert [c.rule for c in diff.breaking] == ["operation-removed", "parameter-removed"]
    assert [c.rule for c in diff.infos] == ["operation-added"]
    assert (diff.warnings, diff.unknown, diff.is_compatible) == ([], [], False)


def test_what_cannot_be_read_is_undecided_and_the_rest_is_compared():
    broken = single(
        body=content({"$ref": "#/components/schemas/Nowhere"}), parameters=[{"$ref": "#/nowhere"}]
    )
    diff = dynclient.diff(single(parameter("q")), broken)

    assert [c.rule for c in diff.unknown] == ["undecided"]


# --- code


CODE = """
import dynclient
client = dynclient.Client("api.yaml")
r = client.run(a="x")
print(r["kept"]["inner"])
"""


def used(tmp_path, *, body=None, responses=None):
    path = tmp_path / "app.py"
    path.write_text(CODE)
    usual = {
        "body": content(thing(a=TEXT, b=TEXT)),
        "responses": answer(thing(kept=thing(inner=TEXT), other=TEXT)),
    }
    old = single(**usual)
    new = single(
        **{
            **usual,
            **({"body": body} if body else {}),
            **({"responses": responses} if responses else {}),
        }
    )
    return dynclient.diff(old, new, used=tmp_path)


def test_what_code_does_not_touch_is_left_out(tmp_path):
    assert told(used(tmp_path, body=content(thing(a=TEXT, b={"type": "integer"})))) == []
    assert (
        told(
            used(
                tmp_path, responses=answer(thing(kept=thing(inner=TEXT), other={"type": "integer"}))
            )
        )
        == []
    )


def test_what_code_touches_is_told_with_its_line(tmp_path):
    change = only(used(tmp_path, body=content(thing(a={"type": "integer"}, b=TEXT))))
    assert change.used == (f"{tmp_path / 'app.py'}:4",)
    change = only(
        used(tmp_path, responses=answer(thing(kept=thing(inner={"type": "integer"}), other=TEXT)))
    )
    assert (change.where, change.level) == ("200 application/json: kept.inner", "breaking")


def test_what_is_asked_for_anew_concerns_all_who_call(tmp_path):
    assert told(used(tmp_path, body=content(thing("c", a=TEXT, b=TEXT, c=TEXT)))) == [
        ("property-added", "breaking")
    ]


def test_operations_that_code_does_not_call_are_left_out(tmp_path):
    (tmp_path / "app.py").write_text("import dynclient\ndynclient.Client('x').other()\n")
    diff = dynclient.diff(single(), document({}), used=tmp_path)

    assert (diff.changes, diff.statistics["used"]) == ((), 0)


# --- what nobody can decide


def test_what_can_neither_be_proved_nor_shown_is_a_warning_and_never_passes():
    patterns = ("^(a+)b\\1$", "^((a+)b\\2)$")
    old, new = (
        single(body=content({"type": "string", "pattern": pattern})) for pattern in patterns
    )
    diff = dynclient.diff(old, new)

    change = only(diff)
    assert (change.rule, change.level, change.proof) == ("pattern-changed", "warning", "unknown")
    assert change.because.startswith("it could not be decided")
    assert diff.unknown == diff.warnings == [change]
    assert not diff.is_compatible
