from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.usages import find_usages

CLIENTS = {
    "the public name": "import dynclient\nclient = dynclient.Client('a')",
    "an alias of the module": "import dynclient as d\nclient = d.AsyncClient('a')",
    "an alias of the class": "from dynclient import Client as C\nclient = C('a')",
    "its own module": "from dynclient.client.client import Client\nclient = Client('a')",
    "the whole path": "import dynclient.client.client\nclient = dynclient.client.client.Client('a')",
    "another name": "import dynclient\nfirst = dynclient.Client('a')\nclient = first",
    "a view": "import dynclient\nclient = dynclient.Client('a').with_options(timeout=3).with_options(retries=2)",
    "a tuple": "import dynclient\nclient, other = dynclient.Client('a'), 5",
    "a walrus": "import dynclient\nif (client := dynclient.Client('a')): pass",
    "a choice": "import dynclient\nclient = dynclient.Client('a') if 1 else None",
    "a default": "import dynclient\nclient = None or dynclient.Client('a')",
    "a way of several": "import dynclient\nclient = None\nif 1:\n    client = dynclient.Client('a')",
    "a broken way": "import dynclient\ntry:\n    client = dynclient.Client('a')\nexcept OSError:\n    client = None",
    "an annotation": "import dynclient\nclient: dynclient.Client",
    "an annotation as text": "import dynclient\nclient: 'dynclient.Client | None' = None",
    "an optional": "import dynclient\nfrom typing import Optional\nclient: Optional[dynclient.Client] = None",
    "a function": "import dynclient\ndef make():\n    return dynclient.Client('a')\nclient = make()",
    "a promise": "import dynclient\ndef make() -> dynclient.Client: ...\nclient = make()",
    "a generator": "import dynclient\ndef make():\n    with dynclient.Client('a') as c:\n        yield c\nwith make() as client: pass",
    "a later function": "import dynclient\ndef go():\n    return make()\ndef make():\n    return dynclient.Client('a')\nclient = go()",
    "a subclass": "import dynclient\nclass Mine(dynclient.Client): pass\nclient = Mine('a')",
}


@pytest.mark.parametrize("start", CLIENTS.values(), ids=CLIENTS)
def test_a_client_is_known_however_it_came(found, start):
    (use,) = found("client.create_order(lines=[])\n", start=start + "\n").usages
    assert (use.operation, use.is_certain, use.method, use.naming_form) == (
        "create_order",
        True,
        "call",
        "attribute",
    )


USES = {
    "client.create_order(body={})": ("create_order", "attribute", "call", [("body",)]),
    "client['createOrder'](body={})": ("createOrder", "item", "call", [("body",)]),
    "client['POST /orders'](body={})": ("POST /orders", "item", "call", [("body",)]),
    "client.call('createOrder', body={})": ("createOrder", "call", "call", [("body",)]),
    "client.operations['createOrder'](1)": ("createOrder", "item", "call", [("0",)]),
    "client.operations.get('createOrder')(1)": ("createOrder", "item", "call", [("0",)]),
    "client.tags['Orders']['createOrder'](1)": ("createOrder", "item", "call", [("0",)]),
    "client.tags['Orders'].create_order(1)": ("create_order", "attribute", "call", [("0",)]),
    "client.create_order.send(a=1)": ("create_order", "attribute", "send", [("a",)]),
    "client.create_order.stream(a=1)": ("create_order", "attribute", "stream", [("a",)]),
    "client.create_order.wait_until(bool, a=1)": ("create_order", "attribute", "wait_until", [("a",)]),
    "client.create_order.request(a=1)": ("create_order", "attribute", "request", [("a",)]),
    "client.create_order.validate(a=1)": ("create_order", "attribute", "validate", [("a",)]),
    "client['createOrder'].send(a=1)": ("createOrder", "item", "send", [("a",)]),
    "op = client.create_order; op(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "op = client.create_order.send; op(a=1)": ("create_order", "attribute", "send", [("a",)]),
    "import functools; p = functools.partial(client.get_order, 1); p(a=2)": ("get_order", "attribute", "call", [("0",), ("a",)]),
    "from functools import partial; partial(partial(client.get_order, 1), 2)(3)": ("get_order", "attribute", "call", [("0",), ("1",), ("2",)]),
    "import functools; functools.partial(client.call, 'getOrder', 1)(2)": ("getOrder", "call", "call", [("0",), ("1",)]),
    "name = 'createOrder'; client[name](1)": ("createOrder", "item", "call", [("0",)]),
    "client.create_order(**{'a': 1})": ("create_order", "attribute", "call", [("a",)]),
    "async def go():\n    return await client.create_order(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "lambda: client.create_order(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "[client.create_order(a=i) for i in range(3)]": ("create_order", "attribute", "call", [("a",)]),
    "def go():\n    def inner():\n        client.create_order(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "def go(c):\n    c.create_order(a=1)\ngo(client)": ("create_order", "attribute", "call", [("a",)]),
    "class A:\n    def __init__(self):\n        self.c = client\n    def go(self):\n        self.c.create_order(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "class A:\n    def go(self):\n        self.c.create_order(a=1)\nclass B(A):\n    def __init__(self):\n        self.c = client\nclass C(B):\n    def go(self):\n        self.c.list_orders(a=1)": ("list_orders", "attribute", "call", [("a",)]),
    "class A:\n    @property\n    def c(self):\n        return client\n    def go(self):\n        self.c.create_order(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "import dataclasses\n@dataclasses.dataclass\nclass A:\n    c: dynclient.Client\ndef go(a: A):\n    a.c.create_order(a=1)": ("create_order", "attribute", "call", [("a",)]),
    "class A(dynclient.Client):\n    def go(self):\n        self.help()\n        self.create_order(a=1)\n    def help(self): pass": ("create_order", "attribute", "call", [("a",)]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), USES.items(), ids=USES)
def test_a_call_is_found_however_it_is_written(found, text, wanted):
    (use,) = [use for use in found(text).usages if use.is_certain]
    paths = [path for argument in use.arguments for path in argument.key_paths]
    assert (use.operation, use.naming_form, use.method, paths) == wanted
    assert not use.has_other_arguments


@pytest.mark.parametrize(
    "text",
    [
        "client.create_order(*x)",
        "client.create_order(**x)",
        "client.create_order(**{**x})",
        "client.create_order.map(x)",
        "run(client.create_order)",
        "client.create_order.call_schema",
        "op = client.create_order\nreturned = [op]",
    ],
)
def test_arguments_that_nobody_sees_are_told(found, text):
    (use,) = [use for use in found(text).usages if use.operation == "create_order"]
    assert use.has_other_arguments


@pytest.mark.parametrize("text", ["client.close()", "client.find('x')", "client.document.title", "client.__repr__()", "str(client)", "list(client.operations)"])  # fmt: skip
def test_what_a_client_has_beside_operations_is_no_use(found, text):
    assert not [use for use in found(text).usages if use.is_certain]


def test_a_name_known_only_at_run_time_is_told(found):
    looked = found("for name in names:\n    client[name](1)\n    client.call(name)\n")
    assert [(place.line, place.column) for place in looked.dynamic_names] == [(4, 5), (5, 5)]
    assert looked.usages == ()


def test_an_unknown_receiver_makes_a_use_that_is_not_certain(found):
    looked = found("def go(api):\n    api.create_order(a=1)\n    api.create_order.send(a=1)\n")
    assert [
        (u.operation, u.method, u.is_certain)
        for u in looked.usages
        if u.operation == "create_order"
    ] == [
        ("create_order", "call", False),
        ("create_order", "send", False),
    ]


def test_what_is_certainly_no_client_makes_no_use(found):
    assert (
        found(
            "import os\n'a'.create_order()\n[].create_order()\nos.create_order()\nprint.create_order()\n"
        ).usages
        == ()
    )


def test_a_client_of_another_file_is_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "src" / "app"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("from .api import client\n")
    (package / "api.py").write_text(
        "import dynclient\nclient = dynclient.Client('a')\ndef make():\n    return client\n"
    )
    (package / "one.py").write_text("from app.api import client\nclient.create_order()\n")
    (package / "two.py").write_text("import app.api\napp.api.client.create_order()\n")
    (package / "deep" / "three.py").write_text("from ..api import make\nmake().create_order()\n")
    (package / "four.py").write_text(
        "from . import api as a, client as c\na.client.create_order()\nc.create_order()\n"
    )
    found = find_usages(["src"])
    uses = [(use.file.rpartition("/")[2], use.line) for use in found.usages if use.is_certain]
    assert uses == [("three.py", 2), ("four.py", 2), ("four.py", 3), ("one.py", 2), ("two.py", 2)]
    assert found.file_count == 6


ARGUMENTS = {
    "x": [("a",)],
    "{}": [("a",)],
    "{'b': 1, 'c': [1, 2]}": [("a", "b"), ("a", "c", "[]")],
    "{'b': [{'c': x}, {'d': {'e': 1}}]}": [("a", "b", "[]", "c"), ("a", "b", "[]", "d", "e")],
    "dict(b=1)": [("a", "b")],
    "[{'b': i} for i in x]": [("a",), ("a", "[]", "b")],
    "{**x, 'b': 1}": [("a",), ("a", "b")],
    "BODY": [("a",), ("a", "b", "c")],
}


@pytest.mark.parametrize(("text", "paths"), ARGUMENTS.items(), ids=ARGUMENTS)
def test_literal_keys_of_an_argument_are_told(found, text, paths):
    (use,) = found(f"BODY = {{'b': {{'c': 1}}}}\nclient.create_order(a={text})\n").usages
    assert list(use.arguments[0].key_paths) == paths


RESULTS = {
    "r": [],
    "r['a']['b']": [("a", "b")],
    "r['a'][0]['b']": [("a", "[]", "b")],
    "r['a'][-1:]": [("a",)],
    "r.get('a')": [("a",)],
    "r.get('a', {})['b']": [("a", "b")],
    "print(r)": [()],
    "print(r['a'])\nr['b']": [("a",), ("b",)],
    "for x in r['a']:\n    x['b']": [("a", "[]", "b")],
    "for i, x in enumerate(r['a']):\n    x['b']": [("a", "[]", "b")],
    "for k, x in r['a'].items():\n    x['b']": [("a", "[]", "b")],
    "for x in r['a'].values():\n    x['b']": [("a", "[]", "b")],
    "for x in list(r['a']):\n    x['b']": [("a", "[]", "b")],
    "[x['b'] for x in r['a'] if x['c']]": [("a", "[]", "b"), ("a", "[]", "c")],
    "{x['b']: 1 for x in r}": [("[]", "b")],
    "x, y = r['a']\nx['b']": [("a", "[]", "b")],
    "s = r['a']\ns['b']": [("a", "b")],
    "if 'a' in r: pass": [("a",)],
    "if (s := r['a'])['b']: pass": [("a", "b")],
    "def go(s):\n    s['b']\ngo(r['a'])": [("a", "b")],
    "def go():\n    return r\ngo()['a']": [(), ("a",)],
    "f\"{r['a']}\"": [("a",)],
    "sorted(r['a'], key=lambda x: x['b'])": [("a",)],
    "r[name]['b']": [("[]", "b")],
    "f = lambda r: r\nr['a']": [("a",)],
    "[r for r in x]\nr['a']": [("a",)],
    "r['a'].upper()": [("a",)],
    "x, *y = r['a']\nfor z in y:\n    z['b']": [("a", "[]", "b")],
    "for x in list(r['a'].values()):\n    x['b']": [("a", "[]", "b")],
    "for x in r['a'].items():\n    x[1]['b']": [("a", "[]")],
    "for i, (k, x) in enumerate(r['a'].items()):\n    x['b']": [("a", "[]")],
    "def go(s):\n    for x in s:\n        x['b']\ngo(r['a'].values())": [("a", "[]")],
}


@pytest.mark.parametrize("call", ["client.create_order()", "client.create_order.send().data"])
@pytest.mark.parametrize(("text", "results"), RESULTS.items(), ids=RESULTS)
def test_the_parts_of_a_result_that_are_used_are_told(found, call, text, results):
    (use,) = [use for use in found(f"r = {call}\n{text}\n").usages if use.is_certain]
    assert list(use.result_paths) == sorted(results)


def test_a_name_that_gets_another_value_is_no_longer_the_result(found):
    first, second = found(
        "r = client.create_order()\nr['a']\nr = client.list_orders()\nr['b']\n"
    ).usages
    assert (first.result_paths, second.result_paths) == ((("a",),), (("b",),))


def test_a_result_is_followed_into_the_next_round_of_a_loop(found):
    (use,) = found("r = {}\nfor x in y:\n    r['a']\n    r = client.create_order()\n").usages
    assert use.result_paths == (("a",),)


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("r['a']", True),
        ("r.get('a')", True),
        ("'a' in r", False),
        ("r['a'] = 1\nr['a']", False),
        ("r.update(x)\nr['a']", False),
        ("r |= x\nr['a']", False),
        ("r = r if x else {'a': 1}\nr['a']", False),
        ("r = r or {}\nr['a']", True),
        ("if x:\n    r = other()\nr['a']", False),
    ],
)
def test_a_key_is_read_for_certain_only_where_the_result_is_as_it_came(found, text, certain):
    (use,) = [use for use in found(f"r = client.create_order()\n{text}\n").usages if use.is_certain]
    assert [read.is_certain for read in use.reads if read.path == ("a",)][-1:] == [certain]


def test_lines_and_columns_are_those_of_an_editor(found):
    (use,) = found("ä = 'ö', client.create_order(\n    név={'ű': 1})\n").usages
    assert (use.line, use.column) == (3, 17)
    assert (use.arguments[0].line, use.arguments[0].column) == (4, 5)
    assert use.arguments[0].partial_value.positions["ű",] == (4, 10)


def test_a_chain_over_several_lines_is_placed_at_the_operation(found):
    (use,) = found(
        "(\n    client\n    .with_options(timeout=1)\n    .create_order(\n        a=1\n    )\n)\n"
    ).usages
    assert (use.line, use.column) == (6, 6)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"def f(:\n", "no Python"),
        (b"a = '\xff'\n", "no Python"),
        (b"a = 1\x00\n", "no"),
        (b"# coding: klingon\n", "no Python"),
        (("x = " + "-" * 100_000 + "1\n").encode(), "cannot be read"),
        (("x = " + "(" * 150 + "1" + ")" * 150 + "\n").encode(), None),
        (("x = 1" + " + 1" * 5000 + "\n").encode(), "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path, data, why):
    (tmp_path / "bad.py").write_bytes(data)
    (tmp_path / "good.py").write_text("import dynclient\ndynclient.Client('a').run()\n")
    found = find_usages([tmp_path])
    assert [use.operation for use in found.usages if use.is_certain] == ["run"]
    if why is not None:
        (unread,) = found.unreadable_files
        assert unread.file.endswith("bad.py")
        assert why in unread.reason


def test_the_encoding_of_a_source_is_respected(tmp_path):
    text = "# -*- coding: latin-1 -*-\nimport dynclient\ndynclient.Client('a')['Käse']()\n"
    (tmp_path / "a.py").write_bytes(text.encode("latin-1"))
    (use,) = find_usages([tmp_path]).usages
    assert use.operation == "Käse"


def test_environments_caches_and_hidden_folders_are_not_looked_into(tmp_path):
    for folder in (".venv", ".git", "__pycache__", "node_modules", "env", "src"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("import dynclient\ndynclient.Client('a').run()\n")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "src" / "a.txt").write_text("no Python")
    assert [use.file for use in find_usages([tmp_path]).usages] == [str(tmp_path / "src" / "a.py")]


def test_a_file_is_read_once_and_a_missing_one_is_an_error(tmp_path):
    (tmp_path / "a.py").write_text("import dynclient\ndynclient.Client('a').run()\n")
    assert len(find_usages([tmp_path, tmp_path / "a.py"]).usages) == 1
    with pytest.raises(FileNotFoundError):
        find_usages([tmp_path / "b.py"])


def test_nothing_is_run(found):
    found("raise SystemExit('run')\n", start="import nowhere\n")


# --- any Python

NAMES = st.sampled_from(
    ["client", "r", "x", "self", "dynclient", "Client", "functools", "partial", "get", "call"]
)
EXPRESSIONS = st.recursive(
    NAMES
    | st.sampled_from(["1", "'a'", "None", "...", "1j", "b''", "f'{x}'", "dynclient.Client('a')"]),
    lambda inner: st.one_of(
        st.tuples(inner, NAMES).map(lambda p: f"({p[0]}).{p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})[{p[1]}]"),
        st.tuples(inner, inner, NAMES).map(lambda p: f"({p[0]})({p[1]}, {p[2]}=1)"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})(*{p[1]}, **{p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"{{'k': {p[0]}, **{p[1]}, {p[1]}: 2}}"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]}, *{p[1]}]"),
        st.tuples(inner, inner, NAMES).map(lambda p: f"[{p[0]} for {p[2]} in {p[1]} if {p[0]}]"),
        st.tuples(inner, NAMES).map(lambda p: f"(lambda {p[1]}={p[0]}: {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} in {p[1]})"),
        st.tuples(NAMES, inner).map(lambda p: f"({p[0]} := {p[1]})"),
        inner.map(lambda p: f"-({p})"),
    ),
    max_leaves=8,
)
STATEMENTS = st.recursive(
    st.one_of(
        EXPRESSIONS,
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]} = {p[1]}"),
        st.tuples(NAMES, NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}.{p[1]}, *{p[1]} = {p[2]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}[{p[1]}] = {p[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]}: {p[1]} = {p[1]}"),
        st.tuples(NAMES, EXPRESSIONS).map(lambda p: f"{p[0]} += {p[1]}"),
        NAMES.map(lambda name: f"from dynclient import {name}"),
        NAMES.map(lambda name: f"from . import {name}"),
        NAMES.map(lambda name: f"del {name}"),
    ),
    lambda inner: st.one_of(
        st.tuples(NAMES, NAMES, inner, EXPRESSIONS).map(
            lambda p: block(
                f"def {p[0]}({p[1]}: {p[3]}, *args, **kw)", p[2], "return args", f"yield {p[3]}"
            )
        ),
        st.tuples(NAMES, NAMES, inner).map(lambda p: block(f"class {p[0]}({p[1]})", p[2])),
        st.tuples(EXPRESSIONS, inner, inner).map(
            lambda p: block(f"if {p[0]}", p[1]) + "\n" + block("else", p[2])
        ),
        st.tuples(NAMES, EXPRESSIONS, inner).map(lambda p: block(f"for {p[0]}, x in {p[1]}", p[2])),
        st.tuples(EXPRESSIONS, NAMES, inner).map(lambda p: block(f"with {p[0]} as {p[1]}", p[2])),
        st.tuples(inner, NAMES, inner).map(
            lambda p: block("try", p[0]) + "\n" + block(f"except x as {p[1]}", p[2])
        ),
        st.tuples(EXPRESSIONS, NAMES, inner).map(
            lambda p: (
                f"match {p[0]}:\n    case [{p[1]}]:\n"
                + "\n".join(" " * 8 + line for line in p[2].splitlines())
            )
        ),
        st.tuples(inner, inner).map("\n".join),
    ),
    max_leaves=6,
)


def block(head, *body):
    return f"{head}:\n" + "\n".join("    " + line for part in body for line in part.splitlines())


def is_python(text):
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@given(text=STATEMENTS.filter(is_python))
def test_any_python_can_be_gone_through(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "any.py"
    file.write_text(f"import dynclient\nclient = dynclient.Client('a')\n{text}\n", encoding="utf-8")
    found = find_usages([file])
    lines = text.count("\n") + 4
    assert found.file_count + len(found.unreadable_files) == 1
    assert all(1 <= use.line <= lines and use.column >= 1 for use in found.usages)


@given(
    name=st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True).filter(
        lambda name: (
            not keyword.iskeyword(name)
            and name
            not in {
                "call",
                "tags",
                "operations",
                "close",
                "aclose",
                "find",
                "document",
                "with_options",
            }
        )
    ),
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_a_literal_is_read_as_python_reads_it(tmp_path_factory, name, value):
    file = tmp_path_factory.getbasetemp() / "literal.py"
    text = f"import dynclient\ndynclient.Client('a').{name}(body={value!r})\n"
    file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    (use,) = find_usages([file]).usages
    written = use.arguments[0].partial_value
    assert (use.operation, written.value, written.unknown_paths, written.open_paths) == (
        name,
        value,
        frozenset(),
        frozenset(),
    )
