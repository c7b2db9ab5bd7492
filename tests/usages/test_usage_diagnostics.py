from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import answer, content, document, operation

import dynclient
from dynclient import strategies
from dynclient.usages import diagnose_usages, find_usages, resolve_usages


@pytest.fixture
def told(found, shop):
    """Return what does not fit, each as kind, place in the call, and text."""

    def look(text, **more):
        return [
            (m.kind, m.where, m.text) for m in diagnose_usages(found(text, **more).usages, shop)
        ]

    return look


WRONG = {
    "client.creat_order(lines=[{'sku': 'a'}])": [("operation-not-found", "", "did you mean create_order or get_order or latest_order?")],
    "client['zeppelin']()": [("operation-not-found", "", "Shop has no such operation")],
    "client.call('getOrdr', 1)": [("operation-not-found", "", "did you mean getOrder or latestOrder?")],
    "x = client.get_ordr": [("operation-not-found", "", "did you mean get_order or latest_order?")],
    "client.get_order(1, x_trac='a')": [("unknown", "x_trac", "did you mean X-Trace?")],
    "client.get_order(1, 2)": [("unknown", "2", "too many positional arguments; positional are the path's: orderId")],
    "client.get_order()": [("missing", "path.orderId", "integer, required")],
    "client.get_order(x_trace='a')": [("missing", "path.orderId", "integer, required")],
    "client.get_order('one')": [("type", "path.orderId", "got 'one', want integer")],
    "client.create_order()": [("missing", "body.lines", "array, at least 1 item, required")],
    "client.create_order(lines=[])": [("minItems", "body.lines", "got an array of 0, want at least 1 item")],
    "client.create_order(lines={'sku': 'a'})": [("type", "body.lines", "got an object of 1 property, want array, at least 1 item")],
    "client.create_order(lines=[{'skuu': x}])": [("missing", "body.lines[0].sku", "string, required"), ("unknown", "body.lines[0].skuu", "did you mean sku?")],
    "client.create_order(body={'lines': [{'sku': x, 'quantity': 0}]})": [("minimum", "body.lines[0].quantity", "got 0, want integer ≥ 1")],
    "client.create_order(lines=[{'sku': x} for x in y], state='opn')": [("enum", "body.state", "got 'opn', want one of 'open', 'closed'; did you mean 'open'?")],
    "client.create_order(lines=x, dry_run='yes')": [("type", "query.dryRun", "got 'yes', want boolean")],
    "client.create_order(lines=x, query={'dryRun': 1})": [("type", "query.dryRun", "got 1, want boolean")],
    "client.create_order(lines=x, query={'dryRunn': True})": [("unknown", "query.dryRunn", "did you mean dryRun?")],
    "client.create_order(dynclient.Call(body={'lines': x, 'stat': y}))": [("unknown", "body.stat", "did you mean state?")],
    "client.create_order(dynclient.Call(bdy={}))": [("missing", "body.lines", "array, at least 1 item, required"), ("unknown", "bdy", "did you mean body?")],
    "client.create_order(*x, linez=1)": [("unknown", "linez", "did you mean lines?")],
    "client.create_order(**{'lines': [5]})": [("type", "body.lines[0]", "got 5, want object")],
    "lines = [{'sku': 5}]\nclient.create_order(lines=lines)": [("type", "body.lines[0].sku", "got 5, want string")],
    "client.create_order(lines=x, payment={'kind': 'card', 'number': 5})": [("type", "body.payment.number", "got 5, want string")],
    "client.create_order(lines=x, payment={'kind': y, 'coinz': 5})": [("unknown", "body.payment.coinz", "did you mean coins?")],
    "import functools\nfunctools.partial(client.get_order, 'a')(x_trace=x)": [("type", "path.orderId", "got 'a', want integer")],
    "r = client.create_order(lines=x)\nr['idd']": [("unknown", "result.idd", "did you mean id?")],
    "r = client.create_order.send(lines=x)\nr.data['lines'][0]['skuu']": [("unknown", "result.lines[].skuu", "did you mean sku?")],
    "for line in client.latest_order()['lines']:\n    line['zzz']": [("unknown", "result.lines[].zzz", "is not declared; declared: sku, quantity, free")],
    "client.list_orders()['id']": [("type", "result.id", "got a key, the result has array there")],
    "client.latest_order()['id']['x']": [("type", "result.id.x", "got a key, the result has integer there")],
    "client.create_order(lines=x)['why']": [("unknown", "result.why", "is not declared; declared: id, lines")],
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), WRONG.items(), ids=WRONG)
def test_what_does_not_fit_is_told(told, text, wanted):
    assert sorted(told(text)) == sorted(wanted)


FITTING = [
    "client.get_order(x)",
    "client.get_order(*x)",
    "client.get_order(**x)",
    "client.get_order(order_id=x)",
    "client.get_order(path=x)",
    "client.get_order(path={'orderId': x})",
    "client.get_order(path={**x})",
    "client.create_order(x)",  # perhaps a Call
    "client.create_order.send(x)",  # perhaps a Request
    "client.create_order(dynclient.Call(**x))",
    "client.create_order(body=x)",
    "client.create_order(lines=x)",
    "client.create_order(lines=[*x])",
    "client.create_order(lines=[x])",
    "client.create_order(lines=[{'sku': f'{x}'}])",
    "client.create_order(lines=[{**x}])",
    "client.create_order(lines=[{'quantity': 0, **x}], state=x)",
    "client.create_order(lines=[{x: 1}])",
    "client.create_order(lines=[{'sku': 'a', 'free': {'any': 1}}])",
    "client.create_order(lines=x, payment={'kind': y})",
    "client.create_order(lines=x, payment={'kind': y, 'number': '1'})",
    "client.create_order(lines=x, payment={'kind': y, 'number': 1, 'coins': 2})",
    "client.create_order(lines=x, payment={**y, 'kind': 'card'})",
    "client.create_order(lines=[{'sku': 'a'}], **x)",
    "lines = [{'sku': 'a'}]\nlines.append(5)\nclient.create_order(lines=lines)",
    "lines = [5]\nlines[0] = {'sku': 'a'}\nclient.create_order(lines=lines)",
    "state = 'opn'\nfor state in x:\n    client.create_order(lines=x, state=state)",
    "state = 'opn'\nif x:\n    state = 'open'\nclient.create_order(lines=x, state=state)",
    "def go(state='opn'):\n    client.create_order(lines=x, state=state)",
    "state = 'opn'\nfor y in x:\n    client.create_order(lines=x, state=state)\n    state = 'open'",
    "BODY = {'lines': y, 'state': STATE}\ndef go():\n    STATE = 'opn'\n    client.create_order(body=BODY)",
    "sku = 5\nclient.create_order(lines=[{'sku': sku} for sku in x])",
    "call = dynclient.Call(bdy={})\ncall.pop('bdy')\nclient.create_order(call)",
    "client.create_order.validate(lines=5)",
    "client.create_order.map([5])",
    "run(client.create_order)",
    "client.with_options(unknown_properties='allow').create_order(lines=x, more=1)",
    "client.with_options(validate_requests=False).create_order()",
    "client.with_options(**x).create_order()",
    "client.post_note(body={'any': 1})",
    "r = client.post_note(body={})\nr['any']['thing']",
    "r = client.delete_order(1)\nr['any']",
    "r = client.create_order(lines=x)\nr['new'] = 1\nr['new']",
    "r = client.create_order(lines=x)\nr.get('lines', [])[0]['free']['any']",
    "r = client.create_order(lines=x)\nr['id']\nif 'idd' in r: pass",
    "r = client.create_order(lines=x)\nr[key]['idd']",
    "if x:\n    r = client.create_order(lines=x)\nelse:\n    r = {'idd': 1}\nr['idd']",
    "r = client.create_order(lines=x)\nr = other(r)\nr['idd']",
    "for line in client.latest_order()['lines'].items():\n    line['zzz']",
    "client.close(); client._private(); client.find('x')",
    "def go(api):\n    api.anything(1)",
    "client.get_file('a', 'b')['any']",
]


@pytest.mark.parametrize("text", FITTING)
def test_what_only_running_would_tell_is_no_misfit(told, text):
    assert told(text) == []


def test_a_misfit_is_placed_where_it_is_written(found, shop):
    text = """\
        r = client.create_order(
            lines=[
                {
                    "sku": "a",
                    "quantityy": 2,
                },
                {},
            ],
        )
        print(r["idd"])
    """
    assert list(map(str, diagnose_usages(found(text).usages, shop))) == [
        "code.py:7:13: error: createOrder: body.lines[0].quantityy: did you mean quantity? [unknown]",
        "code.py:9:9: error: createOrder: body.lines[1].sku: string, required [missing]",
        "code.py:12:9: error: createOrder: result.idd: did you mean id? [unknown]",
    ]


def test_a_literal_written_elsewhere_is_placed_there(found, shop):
    (misfit,) = diagnose_usages(
        found("STATE = 'opn'\n\nclient.create_order(lines=x, state=STATE)\n").usages, shop
    )
    assert (misfit.line, misfit.column) == (3, 9)


def test_a_misfit_of_what_need_not_be_a_client_is_a_warning(found, shop):
    (misfit,) = diagnose_usages(found("def go(api):\n    api.get_order('one')\n").usages, shop)
    assert not misfit.is_certain
    assert str(misfit).startswith("code.py:4:19: warning: getOrder: path.orderId: got 'one'")


def test_a_broken_corner_of_the_document_makes_no_misfit(found):
    paths = {"/a": {"get": operation({"$ref": "#/components/parameters/none"}, operationId="run", responses=answer({"$ref": "#/nowhere"}))}}  # fmt: skip
    assert (
        diagnose_usages(found("client.run(1, 2, a=5)['x']").usages, dynclient.load(document(paths)))
        == []
    )


@pytest.mark.parametrize("name", ["create_order", "createOrder", "CreateOrder"])
def test_uses_are_resolved_as_a_client_finds_operations(found, shop, name):
    resolved = resolve_usages(
        found(f"client.{name}(lines=[{{'sku': 1}}], dry_run=x)\nclient.nothing()\n").usages, shop
    )
    (used,) = resolved.usages
    assert used.operation.key == "createOrder"
    assert used.argument_paths == (("body", "lines", "[]", "sku"), ("query", "dryRun"))
    assert list(resolved.usages_by_operation) == ["createOrder"]
    assert [use.operation for use, _ in resolved.unresolved] == ["nothing"]


def test_what_need_not_be_a_client_is_left_out_where_the_document_has_no_such_operation(
    found, shop
):
    resolved = resolve_usages(found("x.get('a')\nx.get_order(1)\n").usages, shop)
    assert [(used.operation.key, used.usage.is_certain) for used in resolved.usages] == [
        ("getOrder", False)
    ]
    assert resolved.unresolved == ()


@pytest.mark.parametrize(
    ("text", "has_star"),
    [("1", False), ("*x", True), ("x", True), ("path=x", True), ("order_id=x", False)],
)
def test_whether_there_may_be_other_arguments_is_told(found, shop, text, has_star):
    (used,) = resolve_usages(found(f"client.get_order({text})").usages, shop).usages
    assert used.has_other_arguments == has_star


# --- what the document accepts fits, whatever of it is hidden from us

TALON = dynclient.load("spec/talon-one/integration.yaml")
CLIENT = dynclient.Client(TALON)


@given(data=st.data())
def test_a_call_that_the_document_accepts_fits_whatever_part_of_it_is_hidden(
    tmp_path_factory, data
):
    operation = CLIENT[data.draw(st.sampled_from(list(TALON.operations)))]
    call = dict(data.draw(strategies.calls(operation)))
    hidden = data.draw(st.sets(st.sampled_from(["value", "keys", "items", "rest"])))
    chance = data.draw(st.randoms(use_true_random=False))
    text = ", ".join(f"{key}={_source(value, hidden, chance)}" for key, value in call.items())
    file = tmp_path_factory.getbasetemp() / "call.py"
    head = "import dynclient\nclient = dynclient.Client('a')\n"
    file.write_text(
        f"{head}client[{operation.id!r}](dynclient.Call({text}))\n",
        encoding="utf-8",
        errors="replace",
    )
    found = find_usages([file])
    assert diagnose_usages(found.usages, TALON) == []


def _source(value, hidden, chance):
    """Return a value as Python text, some of it as what only running it would tell."""
    if "value" in hidden and chance.random() < 0.2:
        return "x"
    if isinstance(value, dict):
        rest = ["**x"] if "rest" in hidden and chance.random() < 0.4 else []
        kept = [k for k in value if not (rest and chance.random() < 0.4)]
        members = [
            f"{'x' if _hides_key(hidden, chance) else repr(k)}: {_source(value[k], hidden, chance)}"
            for k in kept
        ]
        return "{" + ", ".join([*members, *rest]) + "}"
    if isinstance(value, list):
        rest = ["*x"] if "items" in hidden and chance.random() < 0.4 else []
        return "[" + ", ".join([_source(item, hidden, chance) for item in value] + rest) + "]"
    return repr(value)


def _hides_key(hidden, chance):
    return "keys" in hidden and chance.random() < 0.2


def test_a_choice_that_a_hidden_tag_decides_is_left_alone_and_what_no_branch_knows_is_told(found):
    paths = {"/p": {"post": operation(body=content({"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}], "discriminator": {"propertyName": "kind"}}))}}  # fmt: skip
    schemas = {
        name: {"type": "object", "required": ["kind", need], "properties": {"kind": {"type": "string"}, need: {"type": "integer"}}}
        for name, need in (("A", "left"), ("B", "right"))
    }  # fmt: skip
    source = dynclient.load(document(paths, components={"schemas": schemas}))
    text = textwrap.dedent("""\
        client.run(body={"kind": x, "left": 1})
        client.run(body={"kind": x, "left": "1"})
        client.run(body={"kind": x, "lefft": 1})
        client.run(body={"kind": "A", "left": "1"})
    """)
    told = [(m.line, m.kind) for m in diagnose_usages(found(text).usages, source)]
    assert told == [(5, "unknown"), (6, "type")]


def test_a_hidden_value_does_not_make_its_neighbours_unknown(found):
    line = {
        "type": "object",
        "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}},
    }
    whole = {
        "allOf": [
            {"$ref": "#/components/schemas/Line"},
            {"properties": {"note": {"type": "string"}}},
        ]
    }
    either = {
        "anyOf": [
            {"$ref": "#/components/schemas/Line"},
            {"properties": {"note": {"type": "string"}}},
        ]
    }
    for schema in (whole, either):
        paths = {"/p": {"post": operation(body=content(schema))}}
        source = dynclient.load(document(paths, components={"schemas": {"Line": line}}))
        text = "client.run(body={'sku': 'a', 'quantity': x})\nclient.run(body={'skuu': 'a', 'quantity': x})\n"
        told = [(m.line, m.kind, m.text) for m in diagnose_usages(found(text).usages, source)]
        assert told == [(4, "unknown", "did you mean sku?")]


def test_a_body_property_named_body_is_read_as_a_call_reads_it(found):
    schema = {"type": "object", "properties": {"title": {}, "body": {"type": "string"}}}
    post = operation(operationId="comment", body=content(schema))
    source = dynclient.load(document({"/comments": {"post": post}}))

    def find_misfits(text):
        return [(m.kind, m.where) for m in diagnose_usages(found(text).usages, source)]

    assert find_misfits("client.comment(body='text')") == []
    assert find_misfits("client.comment(title=x, body='text')") == []
    assert find_misfits("client.comment(body={'body': 'text'})") == []
    assert find_misfits("client.comment(body=5)") == [("type", "body.body")]
    assert find_misfits("client.comment(body={'body': 5})") == [("type", "body.body")]
