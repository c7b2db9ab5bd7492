"""What the references of a document may reach, and where documents come from."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys

import pytest
from support.documents import Server, content, document, operation, single
from support.faulty_server import reply

import dynclient
from dynclient import errors
from dynclient.document.files.reference_boundary import build_boundary

SECRET = "properties: {password: {type: integer}}\n"


def refer(reference):
    return single(body=content({"$ref": reference}))


def write_document(path, reference):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(refer(reference)))
    return path


def find_reasons(found):
    return [each.message for each in found.problems if each.code == "unresolvable-reference"]


@pytest.fixture
def folder(tmp_path):
    """A folder beside a file that nothing in it may read."""
    (tmp_path / "secret.yml").write_text(SECRET)
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "inner.yml").write_text(SECRET)
    (tmp_path / "api" / "link.yml").symlink_to(tmp_path / "secret.yml")
    (tmp_path / "api" / "up").symlink_to(tmp_path)
    return tmp_path / "api"


@pytest.mark.parametrize(
    "reference",
    ["../secret.yml", "{parent}/secret.yml", "file://{parent}/secret.yml", "FILE://{parent}/secret.yml", "file:{parent}/secret.yml", "file://localhost{parent}/secret.yml", "%2e%2e/secret.yml", "..%2Fsecret.yml", "./x/../../secret.yml", "x/%2e%2e/..//../secret.yml", "link.yml", "up/secret.yml", "up/api/up/secret.yml", "//{parent}/secret.yml", "file://host/{parent}/secret.yml", "/etc/passwd", "file:///etc/passwd", "../../../../../../../etc/passwd", "/proc/self/environ", "file:///proc/self/root/etc/passwd", "/dev/zero", "{parent}//secret.yml#/properties"],
)  # fmt: skip
def test_no_spelling_of_a_reference_leaves_the_folder(folder, reference):
    named = reference.replace("{parent}", str(folder.parent))
    found = dynclient.load(write_document(folder / "api.json", named))
    [reason] = find_reasons(found)
    assert "password" not in reason
    assert "root:" not in reason
    assert dynclient.Client(found).run.validate(body={"password": "x"}) == []


def test_a_reference_below_the_folder_is_read_by_every_spelling(folder):
    for reference in ("inner.yml", "./inner.yml", f"{folder}/inner.yml", "../api/inner.yml", "up/api/inner.yml", (folder / "inner.yml").as_uri()):  # fmt: skip
        found = dynclient.load(write_document(folder / "api.json", reference))
        assert find_reasons(found) == []
        assert dynclient.Client(found).run.validate(body={"password": "x"})


@pytest.mark.parametrize("allowed", [False, True, ["{folder}"]])
def test_a_file_of_another_machine_is_never_read(folder, allowed):
    if isinstance(allowed, list):
        allowed = [one.replace("{folder}", str(folder)) for one in allowed]
    path = write_document(folder / "api.json", f"file://host{folder}/inner.yml")
    [reason] = find_reasons(dynclient.load(path, allow_references=allowed))
    assert "the file is on another machine" in reason


def test_a_refused_file_is_named_with_what_to_do(folder):
    found = dynclient.load(write_document(folder / "api.json", "../secret.yml"))
    [problem] = found.problems
    assert str(problem.message) == (
        f"$ref '../secret.yml' cannot be resolved: {folder.parent}/secret.yml is refused: "
        f"the file is outside {folder}"
    )
    assert problem.hint == f'load it with allow_references=["{folder.parent}/secret.yml"]'


@pytest.mark.parametrize("allowed", [["{parent}"], ["{parent}/secret.yml"], ("file://{parent}/",), True])  # fmt: skip
def test_allowed_files_and_folders_are_read(folder, allowed):
    if allowed is not True:
        allowed = [one.replace("{parent}", str(folder.parent)) for one in allowed]
    path = write_document(folder / "api.json", "../secret.yml")
    assert find_reasons(dynclient.load(path, allow_references=allowed)) == []
    client = dynclient.Client(path, allow_references=allowed)
    assert client.run.validate(body={"password": "x"})


def test_another_folder_that_is_allowed_does_not_help(folder):
    path = write_document(folder / "api.json", "../secret.yml")
    allowed = [str(folder.parent / "secret"), str(folder)]
    assert find_reasons(dynclient.load(path, allow_references=allowed))


@pytest.mark.parametrize("allowed", ["../shared", 5, [5], {"a": 1}, None, [None]])
def test_what_cannot_be_allowed_is_a_usage_error(allowed):
    with pytest.raises(errors.UsageError, match="allow_references cannot be"):
        dynclient.load(document(), allow_references=allowed)


def test_a_document_in_a_git_repository_reads_the_whole_repository_and_nothing_above(tmp_path):
    (tmp_path / "secret.yml").write_text(SECRET)
    repository = tmp_path / "repo"
    (repository / ".git").mkdir(parents=True)
    (repository / ".git" / "config").write_text(SECRET)
    (repository / "shared").mkdir()
    (repository / "shared" / "s.yml").write_text(SECRET)
    path = repository / "deep" / "specs" / "api.json"
    assert find_reasons(dynclient.load(write_document(path, "../../shared/s.yml"))) == []
    for reference in ("../../../secret.yml", "../../.git/config"):
        assert "refused" in find_reasons(dynclient.load(write_document(path, reference)))[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_reference_to_a_pipe_does_not_wait(folder):
    os.mkfifo(folder / "pipe")
    [reason] = find_reasons(dynclient.load(write_document(folder / "api.json", "pipe")))
    assert "no regular file" in reason


@pytest.mark.parametrize(
    "reference",
    ["https://a.example/x.yml", "http://127.0.0.1:1/x.yml", "//a.example/x", "HTTP://a.example/"],
)
def test_a_document_on_disk_fetches_nothing(folder, monkeypatch, reference):
    def refuse(*_args, **_options):
        raise AssertionError("a host was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = dynclient.load(write_document(folder / "api.json", reference))
    assert find_reasons(found)


def test_allowed_urls_are_fetched_at_load_with_all_below_them(folder, serve):
    server = serve(lambda seen: [reply(200, SECRET.encode())])
    path = write_document(folder / "api.json", f"{server.url}/schemas/x.yml")
    assert find_reasons(dynclient.load(path, allow_references=[f"{server.url}/other/"]))
    assert find_reasons(dynclient.load(path, allow_references=[f"{server.url}/sch"]))
    assert server.seen == []
    found = dynclient.load(path, allow_references=[f"{server.url}/schemas/"])
    assert len(server.seen) == 1
    assert dynclient.Client(found).run.validate(body={"password": "x"})
    assert find_reasons(found) == []
    assert len(server.seen) == 1


def test_a_document_from_the_net_reads_its_own_origin_only(serve):
    other = serve([reply(200, SECRET.encode())])
    references = [f"{other.url}/x", f"//127.0.0.1:{other.url.rpartition(':')[2]}/x", "file:///etc/passwd", "ftp://a.example/x", "https://a.example/x"]  # fmt: skip
    for reference in references:
        text = json.dumps(refer(reference)).encode()
        server = serve([reply(200, text)])
        [reason] = find_reasons(dynclient.load(f"{server.url}/api.json"))
        assert "root:" not in reason
    assert other.seen == []


def test_a_redirect_of_a_reference_to_another_origin_is_refused(serve):
    other = serve([reply(200, SECRET.encode())])
    answers = {
        "/api.json": reply(200, json.dumps(refer("x.yml")).encode()),
        "/x.yml": reply(302, b"", location=f"{other.url}/x"),
    }
    server = serve(lambda seen: [answers[seen.target]])
    [reason] = find_reasons(dynclient.load(f"{server.url}/api.json"))
    assert "is of another origin than the document" in reason
    assert other.seen == []


def test_an_allowed_document_of_the_net_reads_no_file_of_this_machine(folder, serve):
    local = (folder / "inner.yml").as_uri()
    server = serve([reply(200, f"{{$ref: '{local}'}}".encode())])
    path = write_document(folder / "api.json", f"{server.url}/x")
    [reason] = find_reasons(dynclient.load(path, allow_references=[server.url]))
    assert "a document from the net reads no file" in reason


@pytest.mark.parametrize(
    ("url", "allowed", "is_vouched"),
    [
        ("https://a.example/s/x", "https://a.example/s", True),
        ("https://a.example/s/x", "https://a.example/s/", True),
        ("https://a.example/sx", "https://a.example/s", False),
        ("https://a.example/s/../x", "https://a.example/s", False),
        ("https://a.example/s/%2e%2e/x", "https://a.example/s", False),
        ("https://a.example:443/s", "https://a.example", True),
        ("http://a.example/s", "https://a.example", False),
        ("https://a.example.evil/s", "https://a.example", False),
        ("https://a.example@evil.example/s", "https://a.example", False),
        ("https://a.example:x/s", "https://a.example", False),
    ],
)
def test_an_allowed_url_vouches_for_what_is_below_it(url, allowed, is_vouched):
    boundary = build_boundary("file:///documents/api.yaml", [allowed])
    assert boundary.is_vouched(url) == is_vouched


TEXT = json.dumps(single(body=content({"type": "integer"})))


@pytest.mark.parametrize(
    "build",
    [TEXT.encode, lambda: bytearray(TEXT.encode()), lambda: memoryview(TEXT.encode()), lambda: io.BytesIO(TEXT.encode()), lambda: io.StringIO(TEXT)],
)  # fmt: skip
def test_bytes_and_file_objects_are_loaded(build):
    assert dynclient.Client(build(), transport=Server()).run.validate(body="x")
    assert list(dynclient.load(build()).operations) == ["run"]


def test_an_open_file_is_loaded_and_stays_open(tmp_path):
    (tmp_path / "api.json").write_text(TEXT)
    with (tmp_path / "api.json").open("rb") as file:
        assert list(dynclient.load(file).operations) == ["run"]
        assert not file.closed


def test_bytes_have_no_base_unless_one_is_given(folder):
    data = json.dumps(refer("inner.yml")).encode()
    [reason] = find_reasons(dynclient.load(data))
    assert "a document that is given as bytes has no base and reads no other file" in reason
    assert find_reasons(dynclient.load(data, base=folder)) == []
    assert find_reasons(dynclient.load(io.BytesIO(data), base=folder / "api.json")) == []
    outside = json.dumps(refer("../secret.yml")).encode()
    assert find_reasons(dynclient.load(outside, base=folder))


class _Broken(io.RawIOBase):
    def read(self, _size=-1):
        raise OSError("the disk is gone")


@pytest.mark.parametrize("file", [_Broken(), io.StringIO("a: ["), io.BytesIO(b"\xff\xfe\xff")])
def test_a_file_object_that_holds_no_document_is_a_typed_error(file):
    with pytest.raises(errors.DocumentError):
        dynclient.load(file)


@pytest.mark.parametrize("base", [None, "."])
def test_bytes_and_file_objects_vouch_for_no_server(base):
    made = document(
        {"/a": {"get": operation(security=[{"key": []}])}},
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    )  # fmt: skip
    data = json.dumps(made).encode()
    for source in (data, io.BytesIO(data)):
        document_ = dynclient.load(source, base=base)
        client = dynclient.Client(document_, credentials={"key": "s3cret"})
        assert client.run.request().url == "https://api.example.com/v1/a"
        assert client._find_trusted_origin(client.document.operations["run"]) == ""
        vouched = client.with_options(server="https://b.example")
        assert vouched._find_trusted_origin(client.document.operations["run"])
    trusted = dynclient.Client(made, credentials={"key": "s3cret"})
    assert trusted._find_trusted_origin(trusted.document.operations["run"])


def test_standard_input_is_a_source():
    code = "import dynclient; print(list(dynclient.load('-').operations))"
    done = subprocess.run([sys.executable, "-c", code], input=TEXT, text=True, capture_output=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "['run']"


def test_a_file_at_a_git_revision_is_a_source(tmp_path, monkeypatch):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=tmp_path, check=True, capture_output=True)  # fmt: skip

    git("init", "-q")
    write_document(tmp_path / "api" / "api.json", "../s.yml")
    (tmp_path / "s.yml").write_text(SECRET)
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "s.yml").unlink()
    (tmp_path / "api" / "api.json").unlink()
    monkeypatch.chdir(tmp_path)
    client = dynclient.Client("git:HEAD:api/api.json", server="https://a.test")
    assert client.run.validate(body={"password": "x"})
    assert client.document.problems == ()
    with pytest.raises(errors.DocumentNotFound, match="no document at nope"):
        dynclient.load("git:HEAD:nope.json")
    with pytest.raises(errors.UsageError, match="names no file at a revision"):
        dynclient.load("git:HEAD")
