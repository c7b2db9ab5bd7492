"""`if_none_match` and `if_match` put the ETag of a result on requests; a 304 gives the data that are known."""

from __future__ import annotations

import httpx
import pytest
from support.both import BOTH, document
from support.documents import Server, parameter

import dynclient
from dynclient import errors

MADE = document(parameter("q"))


class Tagged(Server):
    """Answers with an ETag, and with 304 where the request names it."""

    def __init__(self, tag='"v1"', body=None, **headers):
        self.tag, self.body, self.extra = tag, body or {"n": 1}, headers
        super().__init__(self.answer)

    def answer(self, request):
        if request.headers.get("if-none-match") == self.tag:
            return httpx.Response(304, headers=self.extra)
        if request.headers.get("if-match", self.tag) != self.tag:
            return httpx.Response(412, json={"message": "changed"})
        return httpx.Response(200, json=self.body, headers={"etag": self.tag, "x-old": "1"})


@pytest.fixture(params=BOTH, ids=lambda kind: kind.name)
def kind(request):
    """Give either kind of client."""
    return request.param


def test_a_304_gives_the_data_of_the_known_result(kind):
    server = Tagged(**{"x-new": "2"})
    known = kind.send(MADE, transport=server)
    result = kind.send(MADE, transport=server, if_none_match=known)
    assert (result.status, result.data, result.media_type) == (304, {"n": 1}, "application/json")
    assert result.violations == ()
    assert (result.headers["x-new"], result.headers["x-old"], result.headers["etag"]) == (
        "2",
        "1",
        '"v1"',
    )
    again = kind.send(MADE, transport=server, if_none_match=result)
    assert (again.status, again.data) == (304, {"n": 1})


def test_a_change_gives_the_new_data(kind):
    server = Tagged()
    known = kind.send(MADE, transport=server)
    server.tag, server.body = '"v2"', {"n": 2}
    result = kind.send(MADE, transport=server, if_none_match=known)
    assert (result.status, result.data) == (200, {"n": 2})


def test_a_304_to_an_entity_tag_alone_has_no_data(kind):
    result = kind.send(MADE, transport=Tagged(), if_none_match='"v1"')
    assert (result.status, result.data) == (304, None)


def test_a_304_to_another_request_has_no_data_of_the_known_result(kind):
    server = Tagged()
    known = kind.send(MADE, transport=server, args={"q": "a"})
    result = kind.send(MADE, transport=server, if_none_match=known, args={"q": "b"})
    assert (result.status, result.data) == (304, None)


def test_a_304_that_nobody_asked_for_is_undocumented(kind):
    with pytest.raises(errors.UndocumentedResponse):
        kind.send(MADE, transport=Server(httpx.Response(304)))


def test_a_declared_304_is_answered_alike(kind):
    source = document(
        responses={
            "200": {"description": "", "content": {"application/json": {"schema": {}}}},
            "304": {"description": "unchanged"},
        }
    )
    server = Tagged()
    known = kind.send(source, transport=server)
    assert kind.send(source, transport=server, if_none_match=known).data == {"n": 1}


def test_if_match_lets_only_the_known_state_be_changed(kind):
    server = Tagged()
    source = document(method="put")
    known = kind.send(MADE, transport=server)
    assert kind.send(source, transport=server, if_match=known).status == 200
    server.tag = '"v2"'
    with pytest.raises(errors.ClientError, match="412 changed"):
        kind.send(source, transport=server, if_match=known)
    assert server.seen[-1].headers["if-match"] == '"v1"'


@pytest.mark.parametrize("required", [True, False])
def test_a_condition_that_the_operation_declares_is_its_argument(kind, required):
    source = document(parameter("if-match", "header", {"type": "string"}, required=required))
    server = Tagged()
    kind.send(source, transport=server, if_match='"v1"')
    kind.send(source, transport=server, if_match='"v1"', args={"if_match": '"v0"'})
    assert [request.headers.get_list("if-match") for request in server.seen] == [['"v1"']] * 2


def test_a_call_gets_the_conditions_too():
    source = document(parameter("If-Match", "header", {"type": "string"}, required=True))
    client = dynclient.Client(source, transport=Tagged(), if_match='"v1"')
    assert client.run.validate(dynclient.Call()) == []
    assert client.run(dynclient.Call()) == {"n": 1}
    assert client.run.request().headers["if-match"] == '"v1"'


def test_a_result_without_an_etag_is_no_condition():
    result = dynclient.Client(MADE, transport=Server(httpx.Response(200, json=1))).run.send()
    with pytest.raises(errors.UsageError, match="if_none_match cannot be") as caught:
        dynclient.Client(MADE, if_none_match=result)
    assert "a result that has an ETag" in caught.value.hint


@pytest.mark.parametrize("value", ["", "a\nb", 7, True])
def test_a_condition_that_no_header_carries_is_refused(value):
    with pytest.raises(errors.UsageError, match="if_match cannot be"):
        dynclient.Client(MADE, if_match=value)


def test_a_condition_of_one_view_is_none_of_another():
    server = Tagged()
    client = dynclient.Client(MADE, transport=server)
    client.with_options(if_none_match='"v1"').run.send()
    client.run.send()
    assert [request.headers.get("if-none-match") for request in server.seen] == ['"v1"', None]
