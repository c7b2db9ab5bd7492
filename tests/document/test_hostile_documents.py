"""Whatever a document holds, loading ends soon: in a document, or in one typed error that says what it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from support.processes import MAX_RUN_S

import dynclient
from dynclient.errors import DocumentSyntaxError, DocumentTooLarge, UnsupportedVersion

HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
API = HEAD + (
    "paths:\n  /a:\n    get:\n      operationId: a\n      responses:\n"
    "        '200': {description: ok, content: {application/json: {schema: {type: integer, maximum: %s}}}}\n"
)
LAUGHS = "a: &a [x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED = {
    "empty": (b"", UnsupportedVersion, "it is empty"),
    "a comment": (b"# nothing\n", UnsupportedVersion, "it is empty"),
    "null": (b"null", UnsupportedVersion, "it is empty"),
    "an HTML page": (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", UnsupportedVersion, "it is a page of HTML or XML"),
    "an HTML page without type": (b"\n<html lang='en'>\n<p>a\n</html>", UnsupportedVersion, "it is a page of HTML or XML"),
    "an HTML page that is no YAML": (b"<!doctype html>\n<style>a {b: c: d}</style>\n\t@x", UnsupportedVersion, "it is a page of HTML or XML"),
    "an XML document": (b"<?xml version='1.0'?><definitions/>", UnsupportedVersion, "it is a page of HTML or XML"),
    "a list": (b"- a\n", UnsupportedVersion, "its top is an array"),
    "text": (b"Not found", UnsupportedVersion, "its top is text"),
    "a number": (b"404", UnsupportedVersion, "its top is a number"),
    "billion laughs": (LAUGHS.encode(), DocumentTooLarge, "once its aliases are expanded"),
    "an alias of itself": (b"a: &a [*a]\n", DocumentSyntaxError, "stands inside of what it names"),
    "10,000 levels of a flow": (b"a: " + b"[" * 10_000 + b"]" * 10_000, DocumentTooLarge, "500 levels"),
    "10,000 levels of a block": (b"- " * 10_000 + b"x", DocumentTooLarge, "500 levels"),
    "10,000 levels of JSON": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, DocumentTooLarge, "500 levels"),
    "no UTF-8": (b"a: \xff\xe9", DocumentSyntaxError, "not valid UTF-8 in line 1, column 4"),
    "UTF-16 without a mark": ((API % 1).encode("utf-16-le"), DocumentSyntaxError, "U\\+0000"),
    "NUL": (b"a: \0", DocumentSyntaxError, "U\\+0000 is not allowed"),
    "only NUL": (b"\0" * 50_000, DocumentSyntaxError, "U\\+0000 is not allowed"),
    "tabs": ((API % 1).replace("  ", "\t").encode(), DocumentSyntaxError, "indent with spaces"),
    "bytes": (bytes(range(128, 256)) * 100, DocumentSyntaxError, "not valid UTF-8"),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\n", DocumentSyntaxError, "not valid UTF-8"),
    "gzip": (b"\x1f\x8b\x08\0", DocumentSyntaxError, "not valid UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_what_is_no_document_ends_in_one_error_that_says_what_it_is(tmp_path, name, suffix):
    data, kind, text = REFUSED[name]
    path = tmp_path / f"api.{suffix}"
    path.write_bytes(data)
    with pytest.raises(kind, match=text) as refused:
        dynclient.load(path)
    assert refused.value.hint or getattr(refused.value, "line", 0) or kind is DocumentTooLarge


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_how_to_read(tmp_path, encoding):
    path = tmp_path / "api.yaml"
    path.write_bytes((API % 1).encode(encoding))
    assert list(dynclient.load(path).operations) == ["a"]


NUMBERS = [".nan", ".inf", "-.inf", "NaN", "1e400", "-1e400", "9" * 400, "-" + "9" * 400, "9" * 5000, "0x" + "f" * 5000, "1e-400", "0." + "9" * 5000]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:8])
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_number_that_no_machine_holds_is_a_problem_at_most(tmp_path, number, suffix):
    text = API % number
    if suffix == "json":
        word = number.replace(".nan", "NaN").replace(".inf", "Infinity")
        schema = f'{{"type": "integer", "maximum": {word}}}'
        text = (
            '{"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": '
            f'{{"description": "", "content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}}}}}'
        )
    path = tmp_path / f"api.{suffix}"
    path.write_text(text)
    document = dynclient.load(path)
    assert list(document.operations) == ["a"]
    assert all(isinstance(problem.message, str) for problem in document.problems)
    client = dynclient.Client(document, server="https://api.example.com")
    assert client.a.request().url == "https://api.example.com/a"


NAMES = [
    "__class__",
    "__proto__",
    "__init__",
    "__dict__",
    "constructor",
    "a\r\nHost: evil",
    "a\0",
    "\u202e",
    "",
    " ",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_hostile_name_is_a_name_like_any_other(name):
    schema = {"type": "object", "properties": {name: {"$ref": "#/components/schemas/__proto__"}}}
    operation = {
        "operationId": name,
        "parameters": [{"name": name or "x", "in": "query", "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": ""}},
    }
    document = {
        "openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"post": operation}},
        "components": {"schemas": {"__proto__": {"type": "integer"}, "__class__": {"type": "string"}}},
    }  # fmt: skip
    client = dynclient.Client(document, server="https://api.example.com")
    found = client["POST /a"]
    assert [one.kind for one in found.validate(body={name: "x"})] == ["type"]
    request = found.request(query={name or "x": "v"}, body={name: 1})
    assert "\r" not in request.url
    assert "\n" not in request.url
    assert json.loads(request.body) == {name: 1}
    assert type(client).__class__ is type


def test_the_user_of_a_server_is_in_no_message(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text((API % 1) + "servers: [{url: 'https://admin:s3cr3t@api.example.com/'}]\n")
    document = dynclient.load(path)
    assert "s3cr3t" not in " ".join(map(str, document.problems))
    assert "s3cr3t" not in repr(document) + repr(dynclient.Client(document).a)


LIMITED = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2])))
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
import dynclient
try:
    print(len(dynclient.load(sys.argv[1]).operations))
except dynclient.errors.DocumentError as error:
    print(type(error).__name__)
# What getrusage tells includes the process that started this one.
[line] = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]
print(int(line.split()[1]) // 1024)
"""


def load_within_limits(path, cpu_s: int) -> tuple[str, int]:
    """Return what loading in a process of its own ends in, and its memory in MB; it is killed beyond a limit."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(cpu_s)],
        capture_output=True, text=True, check=True, timeout=MAX_RUN_S, env={**os.environ, "DYNCLIENT_CACHE": str(path.parent / "cache")},
    )  # fmt: skip
    outcome, memory = done.stdout.split()
    return outcome, int(memory)


@pytest.mark.skipif(sys.platform != "linux", reason="limits and memory are those of Linux")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "x: &x {a: 1}\ny: [" + ", ".join(["*x"] * 100_000) + "]\npaths: {}\n", "0"),
        (HEAD + "paths: {}\nx:\n" + "".join(" " * i + "a:\n" for i in range(1, 3000)), "DocumentTooLarge"),
        (HEAD + "paths: {}\n" + "k: 1\n" * 50_000, "0"),
        (HEAD + "paths: {}\n" + "---\na: 1\n" * 50_000, "0"),
        (HEAD + "paths: {}\nx: " + "a" * 5_000_000 + "\n", "0"),
        (HEAD + "paths: {}\nx: !" + "a" * 1_000_000 + " 1\n", "0"),
    ],
    ids=["aliases", "levels", "duplicate keys", "documents", "a long line", "a long tag"],
)  # fmt: skip
def test_a_hostile_text_takes_little_time_and_memory(tmp_path, text, expected):
    path = tmp_path / "api.yaml"
    path.write_text(text)
    outcome, memory_mb = load_within_limits(path, cpu_s=2)
    assert outcome == expected
    assert memory_mb < 200


@pytest.mark.skipif(sys.platform != "linux", reason="limits and memory are those of Linux")
@pytest.mark.parametrize("operation_id", ["op{}", ""], ids=["own", "without id"])
def test_very_many_operations_are_listed_soon(tmp_path, operation_id):
    count = 10_000
    operations = [{"responses": {"200": {"description": "ok"}}} for _ in range(count)]
    for index, operation in enumerate(operations):
        if operation_id:
            operation["operationId"] = operation_id.format(index)
    paths = {f"/p{index}": {"get": operation} for index, operation in enumerate(operations)}
    path = tmp_path / "api.json"
    path.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}))  # fmt: skip
    for _ in ("parsed", "from the cache"):
        outcome, memory_mb = load_within_limits(path, cpu_s=3)
        assert outcome == str(count)
        assert memory_mb < 100
