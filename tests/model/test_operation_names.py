"""The names of operations: one rule, the same whatever was looked at before."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.documents import OK, Server, document

import dynclient
from dynclient.errors import OperationNotFound
from dynclient.names import CLIENT_NAMES, to_operation_name

HOSTILE_IDS = [
    *sorted(CLIENT_NAMES),
    *("class", "from", "None", "__class__", "__init__", "__getattr__", "_compiled", "2fa", "1", "_"),
    *("", " ", "!!!", "a b", "a.b", "a/b", "查询", "é", "ﬁ", "²", "ำ", "getUser", "get_user", "GetUser"),
    *("GET /p0", "get_p1", "GET /p1", "close_", "\n", "\0", "__proto__", "$get", "x" * 300),
]  # fmt: skip
IDS = st.lists(st.sampled_from(HOSTILE_IDS) | st.text(max_size=6), max_size=8)


def build_client(*ids, paths=None):
    paths = paths or [f"/p{number}" for number in range(len(ids))]
    items = {
        path: {"get": {"responses": OK, **({"operationId": name} if name else {})}}
        for path, name in zip(paths, ids, strict=True)
    }
    return dynclient.Client(document(items), transport=Server())


def get_problems(client, *codes):
    return [problem for problem in client.document.problems if problem.code in codes]


@given(IDS)
def test_each_operation_is_found_by_method_and_path_and_by_an_id_of_its_own(ids):
    client = build_client(*ids)
    requests = [f"GET /p{number}" for number in range(len(ids))]
    assert len(client.operations) == len(ids)
    for request, name in zip(requests, ids, strict=True):
        assert client[request].path == request[4:]
        is_own = ids.count(name) == 1 and name not in requests
        if name and is_own:
            assert client[name].path == request[4:]
    assert [each.path for each in client.operations.values()] == [r[4:] for r in requests]


@given(IDS, st.randoms(use_true_random=False))
def test_a_name_finds_the_same_operation_whatever_was_looked_at_before(ids, random):
    names = [*ids, *map(to_operation_name, ids), *(f"get /p{n}" for n in range(len(ids)))]

    def find_all(order):
        client = build_client(*ids)
        found = {}
        for name in order:
            try:
                found[name] = client[name].path
            except OperationNotFound as error:
                found[name] = str(error)
        return found

    assert find_all(names) == find_all(random.sample(names, len(names)))


@given(IDS)
def test_each_python_name_of_dir_is_an_attribute_and_finds_one_operation(ids):
    client = build_client(*ids)
    names = client.document.operation_names
    for key, name in names.python_by_key.items():
        assert name.isidentifier()
        assert name in dir(client)
        assert getattr(client, name).operation.key == key


@given(IDS)
def test_a_python_name_that_is_lost_is_a_problem_that_names_the_operation(ids):
    client = build_client(*ids)
    problems = get_problems(client, "name-clash", "duplicate-operation-id", "no-python-name")
    text = "\n".join(problem.message for problem in problems)
    for key, operation in client.document.operations.items():
        is_lost = key not in client.document.operation_names.python_by_key
        if is_lost and "more" not in text:
            assert operation.request in text or repr(operation.id) in text


@example("\u0e33")  # is written as a mark and a letter
@example("\u0130")  # so is its small letter
@example("\u2103")  # is written with a capital letter
@given(st.text(max_size=20))
def test_every_text_has_a_python_name_that_stays_as_it_is(text):
    name = to_operation_name(text)
    assert name.isidentifier()
    assert to_operation_name(name) == name


def test_an_id_that_stands_twice_names_both_in_its_error():
    with pytest.raises(OperationNotFound) as caught:
        build_client("run", "run", "other")["run"]
    assert str(caught.value) == (
        "'run' is the name of 2 operations: GET /p0 and GET /p1; "
        'nothing was sent\n  hint: say which one: client["GET /p0"]'
    )
    assert caught.value.suggestions == ("GET /p0", "GET /p1")


def test_a_python_name_of_two_ids_names_both_in_its_error():
    client = build_client("getUser", "GetUser")
    with pytest.raises(OperationNotFound, match="2 operations: GET /p0 and GET /p1"):
        client.get_user  # noqa: B018 (looking is the point)
    assert client["getUser"].path == "/p0"


def test_an_id_that_stands_twice_is_no_other_spelling_of_a_third():
    client = build_client("getUser", "getUser", "get_user")
    with pytest.raises(OperationNotFound, match="GET /p0 and GET /p1"):
        client["getUser"]
    assert client.get_user.path == "/p2"


@pytest.mark.parametrize("ids", [["getUser", "get_user"], ["get_user", "GetUser", "getUser"]])
def test_an_id_that_is_a_python_name_wins_over_other_spellings(ids):
    client = build_client(*ids)
    path = f"/p{ids.index('get_user')}"
    assert client.get_user.path == path
    assert "get_user" in dir(client)
    assert client.document.operation_names.python_by_key == {"get_user": "get_user"}
    (problem, *_) = get_problems(client, "name-clash")
    assert problem.message.endswith(f"have one Python name, get_user; it finds GET {path}")


def test_method_and_path_win_over_an_id_that_looks_like_them():
    client = build_client("GET /p1", "", "x")
    assert list(client.operations) == ["GET /p0", "GET /p1", "x"]
    assert client["GET /p1"].path == "/p1"
    assert client["get /p1"].path == "/p1"
    problem, *_ = get_problems(client, "duplicate-operation-id")
    assert "method and path of another operation" in problem.message


def test_an_operation_id_wins_over_a_name_made_of_method_and_path():
    client = build_client("get_p1", "")
    assert client.get_p1.path == "/p0"
    (problem,) = get_problems(client, "name-clash")
    assert problem.message == (
        "'get_p1' (GET /p0) and GET /p1 have one Python name, get_p1; it finds GET /p0"
    )


@pytest.mark.parametrize("name", sorted(CLIENT_NAMES))
def test_a_name_of_the_client_gets_an_underscore(name):
    client = build_client(name, "other")
    assert client[name].path == "/p0"
    assert getattr(client, f"{name}_").path == "/p0"
    assert getattr(dynclient.AsyncClient(client.document), f"{name}_").path == "/p0"
    (problem,) = get_problems(client, "reserved-name")
    assert (problem.severity, problem.operation) == ("info", name)


def test_the_names_of_the_clients_are_all_reserved():
    names = {name for kind in (dynclient.Client, dynclient.AsyncClient) for name in dir(kind)}
    assert {name for name in names if not name.startswith("_")} == CLIENT_NAMES


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/a?b=c", "/a?b=c"),
        ("/a#part", "/a"),
        ("/x/{id}#two", "/x/1"),
        ("/a b", "/a%20b"),
        ("/{id", "/%7Bid"),
        ("/a}b", "/a%7Db"),
        ("/{}", "/%7B%7D"),
        ("/a//b", "/a//b"),
        ("/x ", "/x%20"),
        ("/{a b}", "/1"),
        ("/{a}{b}", "/11"),
        ("/é/{ñ}", "/%C3%A9/1"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_every_method_and_path_finds_its_operation_and_is_called(path, url, version):
    server = Server()
    loaded = dynclient.load(document({path: {"get": {"responses": OK}}}, version=version))
    operation = dynclient.Client(loaded, transport=server)[f"GET {path}"]
    values = {each.name: "1" for each in operation.operation.parameters}
    operation(dynclient.Call(path=values) if values else dynclient.Call())
    assert server.last.url.raw_path.decode() == f"/v1{url}"
    assert dynclient.AsyncClient(loaded)[f"get {path}"].path == path
