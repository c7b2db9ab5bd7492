"""A small document can ask for endless work. Each operation ends within bounds all the same."""

import contextlib
import json
import resource
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import Phase, given, settings
from support.documents import answer, content, document, operation

import dynclient
from dynclient import strategies
from dynclient.errors import UsageError
from dynclient.schema.engines.step_limit import MAX_STEPS, limit_steps

#: What one use of an operation may add to the memory of the process.
MOST_MEGABYTES = 300

#: Uses one operation in every way, and prints the memory that this took in MB.
PROGRAM = """
import json, resource, sys
import dynclient
from dynclient.errors import DynclientError

def measure():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

document = dynclient.load(json.load(sys.stdin))
client = dynclient.Client(document, transport=dynclient.Sandbox(document, second_opinion=False))
before = measure()
for operation in client.operations.values():
    operation.validate(body={"x": {"x": {"leaf": "a"}}})
    for use in (lambda: operation(body={"x": {}}), lambda: operation(operation.example())):
        try:
            use()
        except DynclientError as error:
            print(type(error).__name__, file=sys.stderr)
print(measure() - before)
"""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no limit of memory there")


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def one(prop, schema):
    return {"type": "object", "properties": {prop: schema}}


def chain(length, build):
    """Return schemas in a row, each made of a reference to the next one."""
    schemas = {f"S{i}": build(ref(f"S{i + 1}")) for i in range(length)}
    return {**schemas, f"S{length}": one("leaf", {"type": "string"})}


def unions(count, keyword):
    """Return unions whose members all refer to the next union."""
    members = {
        f"O{i}": {**one("next", ref(f"S{(i + 1) % count}")), "required": ["next"]}
        for i in range(count)
    }
    union = {keyword: [ref(name) for name in members]}
    return members | {f"S{i}": union for i in range(count)}


def crowd(count):
    """Return schemas that all reach each other, each behind an `allOf`."""
    schemas = {"Base": one("id", {"type": "string"})}
    for i in range(count):
        targets = {f"p{k}": ref(f"S{(i * k + k) % count}") for k in (1, 2, 3)}
        schemas[f"S{i}"] = {"allOf": [ref("Base"), {"type": "object", "properties": targets}]}
    return schemas


def tree(depth, closing):
    """Return unions in unions, all in one place, in 3.1 closed at each level."""
    schema = one("leaf", {"type": "string"})
    for i in range(depth):
        schema = {"anyOf": [schema, one(f"p{i}", {"type": "string"})], **closing}
    return {"S0": schema}


SCHEMAS = {
    "unions that hold the next schema twice": chain(16, lambda n: {"oneOf": [n, one("x", n)]}),
    "the same, forty deep": chain(40, lambda n: {"anyOf": [n, {"allOf": [n]}, one("x", n)]}),
    "conditions": chain(30, lambda n: {"if": n, "then": one("x", n), "else": n}),
    "members of one name": chain(30, lambda n: {"anyOf": [one("x", n), one("x", {"not": n})]}),
    "eight unions of all": unions(8, "oneOf"),
    "thirty unions of all": unions(30, "anyOf"),
    "a hundred and fifty schemas that reach each other": crowd(150),
    "a row of four hundred": chain(400, lambda n: one("x", n)),
    "closed at every level": tree(40, {"unevaluatedProperties": False}),
    "closed items at every level": tree(40, {"unevaluatedItems": False}),
}


@pytest.mark.parametrize("schemas", SCHEMAS.values(), ids=SCHEMAS)
def test_a_small_document_takes_no_endless_memory_or_time(schemas):
    used = operation(body=content(ref("S0")), responses=answer(ref("S0")))
    text = json.dumps(document({"/things": {"post": used}}, components={"schemas": schemas}))
    limits = (2**31, 2**31)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limits),
    )
    assert done.returncode == 0, done.stderr[-800:]
    assert float(done.stdout) < MOST_MEGABYTES


@pytest.mark.parametrize("name", ["the same, forty deep", "conditions", "thirty unions of all"])
def test_a_draw_of_a_strategy_takes_no_endless_time(name):
    used = operation(body=content(ref("S0")), responses=answer(ref("S0")))
    loaded = dynclient.load(
        document({"/things": {"post": used}}, components={"schemas": SCHEMAS[name]})
    )
    bound = dynclient.Client(loaded).operations["run"]
    drawn = []

    @settings(max_examples=2, database=None, deadline=None, phases=[Phase.generate])
    @given(strategies.calls(bound))
    def draw(call):
        drawn.append(call)

    with limit_steps(sys.maxsize) as limit, contextlib.suppress(UsageError):
        draw()
    assert all(bound.validate(call) == [] for call in drawn)
    assert limit.given - limit.remaining < 5 * MAX_STEPS


@pytest.mark.parametrize(
    ("name", "codes"),
    [("the same, forty deep", ["complex-schema"]), ("a row of four hundred", [])],
)
def test_a_document_that_asks_for_too_much_has_one_problem(name, codes):
    used = operation(body=content(ref("S0")), responses=answer(ref("S0")))
    paths = {"/things": {"post": used}, "/others": {"post": {**used, "operationId": "other"}}}
    loaded = dynclient.load(document(paths, components={"schemas": SCHEMAS[name]}))
    assert [problem.code for problem in loaded.problems] == codes


def test_thirty_operations_of_schemas_that_reach_each_other_share_memory():
    """The compiled schemas of one document give memory back to the others."""
    paths = {
        f"/o{i}": {"post": operation(body=content(ref(f"S{i}")), operationId=f"op{i}")}
        for i in range(30)
    }
    loaded = dynclient.load(document(paths, components={"schemas": crowd(150)}))
    client = dynclient.Client(loaded)
    tracemalloc.start()
    for bound in client.operations.values():
        assert bound.validate(body={"id": "a", "p1": {"id": "b"}}) == []
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 20_000_000
