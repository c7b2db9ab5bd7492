from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.documents import document, single

from dynclient import Client, Sandbox, load
from dynclient.errors import UsageError
from dynclient.model import Server
from dynclient.wire.servers import get_origin, resolve_base_url

FILE = "file:///home/me/api.yaml"
NET = "https://docs.example.com/v2/api.yaml"
REGIONS = Server(
    "https://{region}.example.com/{base}", "", {"region": ("eu", ("eu", "us")), "base": ("v1", ())}
)


@pytest.mark.parametrize(
    ("servers", "uri", "given_", "variables", "url"),
    [
        ([Server("https://a.test/v1/")], FILE, None, {}, "https://a.test/v1"),
        ([Server("https://a.test"), Server("https://b.test")], FILE, None, {}, "https://a.test"),
        ([Server("https://a.test")], FILE, "https://mine.test/x/", {}, "https://mine.test/x"),
        ([REGIONS], FILE, None, {}, "https://eu.example.com/v1"),
        ([REGIONS], FILE, None, {"region": "us", "base": "v2"}, "https://us.example.com/v2"),
        ([REGIONS], FILE, "https://{region}.mine.test", {"region": "us"}, "https://us.mine.test"),
        ([Server("/v1")], NET, None, {}, "https://docs.example.com/v1"),
        ([Server("v1")], NET, None, {}, "https://docs.example.com/v2/v1"),
        ([], NET, None, {}, "https://docs.example.com"),
        ([Server("//cdn.test/x")], NET, None, {}, "https://cdn.test/x"),
        ([Server("https://a.test/v1?x=1#y")], FILE, None, {}, "https://a.test/v1"),
    ],
)
def test_the_server_of_a_call(servers, uri, given_, variables, url):
    assert resolve_base_url(servers, uri, given_, variables) == url


@pytest.mark.parametrize(
    ("servers", "uri", "given_", "variables"),
    [
        ([], FILE, None, {}),
        ([Server("/v1")], FILE, None, {}),
        ([Server("ftp://a.test")], FILE, None, {}),
        ([REGIONS], FILE, None, {"region": "mars"}),
        ([Server("https://{host}.test")], FILE, None, {}),
        ([], FILE, "ftp://a.test", {}),
        ([], FILE, "a.test", {}),
        ([], FILE, "https://a b.test", {}),
        ([], FILE, "https://a.test\r\nX: 1", {}),
        ([], FILE, "https://a.test\\@b.test", {}),
        ([], FILE, "https://a.test:port", {}),
        ([], FILE, "https://a.test:99999", {}),
        ([], FILE, "https://[::1", {}),
        ([], FILE, "https://", {}),
        ([], FILE, "https://user:secret@a.test", {}),
    ],
)
def test_a_server_that_cannot_be_called_is_refused_before_anything_is_sent(
    servers, uri, given_, variables
):
    with pytest.raises(UsageError) as caught:
        resolve_base_url(servers, uri, given_, variables)
    assert caught.value.hint
    assert "secret" not in str(caught.value)


def test_the_message_blames_the_server_that_was_given():
    with pytest.raises(UsageError, match=r"ftp://mine\.test") as caught:
        resolve_base_url([Server("https://a.test")], FILE, "ftp://mine.test", {})
    assert "document's server" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.test", "https://a.test:443/x", True),
        ("http://A.test", "http://a.test:80", True),
        ("https://a.test", "http://a.test", False),
        ("https://a.test", "https://a.test:444", False),
        ("https://a.test", "https://b.a.test", False),
        ("https://a.test", "https://a.test.evil.test", False),
        ("https://a.test", "https://a.test@evil.test", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one, other, same):
    assert (get_origin(one) == get_origin(other)) is same


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_text_as_server_ends_in_anything_but_a_usage_error(text):
    try:
        url = resolve_base_url([], FILE, "https://" + text, {})
    except UsageError:
        return
    assert get_origin(url).startswith("https://")


def variable_server(url="https://{host}{base}", **variables):
    """Return the servers of a document whose server variables are as given."""
    made = document(servers=[{"url": url, "variables": variables}])
    return load(made).servers


@pytest.mark.parametrize(
    ("default", "text"), [("", ""), (0, "0"), (False, "false"), (True, "true"), (2, "2")]
)
def test_a_default_of_a_server_variable_is_a_value_whatever_its_type(default, text):
    servers = variable_server("https://a.test/v{n}x", n={"default": default})
    assert resolve_base_url(servers, "", None, {}) == f"https://a.test/v{text}x"


@pytest.mark.parametrize(("given", "text"), [("", ""), (0, "0"), (False, "false"), ("b", "b")])
def test_a_given_server_variable_is_a_value_whatever_its_type(given, text):
    servers = variable_server("https://a.test/v{n}x", n={"default": "d"})
    assert resolve_base_url(servers, "", None, {"n": given}) == f"https://a.test/v{text}x"
    client = Client(document(), server="https://a.test/v{n}x", server_variables={"n": given})
    assert client.with_options(retries=0)._options.server_variables == {"n": given}


@pytest.mark.parametrize("enum", [["", "/v2"], [0, False]])
def test_values_of_a_server_variable_are_compared_as_text(enum):
    servers = variable_server("https://a.test{n}", n={"default": enum[0], "enum": enum})
    texts = ["", "/v2"] if "" in enum else ["0", "false"]
    for text in texts:
        assert resolve_base_url(servers, "", None, {"n": text}) == f"https://a.test{text}"
    with pytest.raises(UsageError, match="cannot be 'x'"):
        resolve_base_url(servers, "", None, {"n": "x"})


def test_a_server_variable_without_default_has_no_value():
    for variable in ({}, {"default": None}):
        with pytest.raises(UsageError, match="has no value for"):
            resolve_base_url(variable_server("https://a.test/{n}", n=variable), "", None, {})


def test_a_sandbox_answers_under_a_server_variable_that_is_empty():
    variables = {"base": {"default": ""}}
    made = single(servers=[{"url": "https://a.test/{base}", "variables": variables}])
    client = Client(made, transport=Sandbox(made))
    assert client.run.send().status == 200


def test_the_user_information_of_the_documents_url_is_not_that_of_its_server():
    uri = "https://user:pw@docs.test/api/openapi.json?token=t"
    assert resolve_base_url([Server("v1")], uri, None, {}) == "https://docs.test/api/v1"
    assert resolve_base_url([], uri, None, {}) == "https://docs.test"


def test_a_misspelt_variable_is_answered_and_one_of_another_server_is_not():
    server = Server("https://{deployment}.x.example", "", {"deployment": ("eu", ())})
    with pytest.raises(
        UsageError, match="has no variable 'deploment'\n  hint: did you mean deployment"
    ):
        resolve_base_url([server], FILE, None, {"deploment": "us"})
    assert resolve_base_url([server], FILE, None, {"port": "1"}) == "https://eu.x.example"
    given = "https://{deployment}.x.example/{deploment}"
    filled = resolve_base_url([server], FILE, given, {"deploment": "a", "deployment": "b"})
    assert filled == "https://b.x.example/a"
