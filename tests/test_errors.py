from __future__ import annotations

import copy
import inspect
import pickle

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient import errors
from dynclient.plan.results import Result
from dynclient.violations import Place, Violation
from dynclient.wire.message import Headers, Request

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.DynclientError)
]
REQUEST = Request(
    "GET", "https://api.example.com/x", Headers({"Accept": "*/*"}), operation_id="run"
)
VIOLATION = Violation(
    "type", ("body", "a"), "got 1", place=Place("a.yaml", "/x", lambda *_: (7, 3))
)
RESULT = Result(
    {"id": 1}, 404, Headers(), "application/json", (VIOLATION,), REQUEST, 0.5, http=object()
)
DATA = {
    "violations": (VIOLATION,), "result": RESULT, "request": REQUEST, "attempts": (errors.Attempt(1, 404),), "phase": "read", "line": 4,
    "column": 2, "uri": "file:///a.yaml", "suggestions": ("run",), "formula": "a or b", "operation_id": "run",
    "body": b"\xff", "reference": "#/x", "pointer": "/y", "limit": 5,
}  # fmt: skip
COPIES = [
    pytest.param(copy.copy, id="copy"),
    pytest.param(copy.deepcopy, id="deepcopy"),
    *[
        pytest.param(lambda e, p=p: pickle.loads(pickle.dumps(e, p)), id=f"pickle{p}")
        for p in (2, 5)
    ],
]


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_survives_copying_with_all_that_it_holds(kind, copied):
    error = kind("it broke", hint="mend it", **DATA)
    error.__cause__ = KeyError("why")
    made = copied(error)
    assert type(made) is kind
    assert str(made) == str(error)
    assert (made.hint, made.headline) == ("mend it", "it broke")
    assert {name: getattr(made, name) for name in DATA} == DATA
    assert made.violations[0].place.line == 7
    assert repr(made.__cause__) == "KeyError('why')"


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_a_code_of_its_own_and_a_hint(kind):
    assert kind.code
    assert [other for other in CLASSES if other.code == kind.code] == [kind]
    assert kind("it broke").hint is None


def test_a_cause_that_does_not_pickle_is_told_in_words():
    error = errors.ConnectFailed("no", request=REQUEST)
    error.__cause__ = httpx.ConnectError(
        "refused", request=httpx.Request("GET", "https://x", extensions={"f": lambda: 0})
    )
    made = pickle.loads(pickle.dumps(error))
    assert "refused" in str(made.__cause__)


def test_the_tree_is_the_one_that_callers_catch():
    assert issubclass(errors.OperationNotFound, (errors.UsageError,))
    assert issubclass(errors.OperationNotFound, AttributeError)
    assert issubclass(errors.OperationNotFound, LookupError)
    assert issubclass(errors.InvalidCall, ValueError)
    for kind in (errors.BadRequest, errors.Unauthorized, errors.Forbidden, errors.NotFound, errors.Conflict,
                 errors.Gone, errors.UnprocessableContent, errors.TooManyRequests):  # fmt: skip
        assert issubclass(kind, errors.ClientError)
    for kind in (errors.ClientError, errors.ServerError):
        assert issubclass(kind, errors.StatusError)
    for kind in (
        errors.StatusError,
        errors.InvalidResponse,
        errors.UndocumentedResponse,
        errors.DecodeError,
    ):
        assert issubclass(kind, errors.ResponseError)
    for kind in (
        errors.ConnectFailed,
        errors.TimedOut,
        errors.TooManyRedirects,
        errors.BrokenResponse,
    ):
        assert issubclass(kind, errors.TransportError)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, errors.BadRequest), (401, errors.Unauthorized), (402, errors.ClientError), (404, errors.NotFound),
     (410, errors.Gone), (422, errors.UnprocessableContent), (429, errors.TooManyRequests), (499, errors.ClientError),
     (500, errors.ServerError), (503, errors.ServerError), (599, errors.ServerError), (999, errors.ServerError)],
)  # fmt: skip
def test_a_status_has_its_class(status, kind):
    assert errors.status_error(status) is kind


def test_a_response_error_gives_status_and_data_of_its_result():
    error = errors.NotFound("404", result=RESULT)
    assert (error.status, error.data) == (404, {"id": 1})


def test_the_message_is_headline_problems_and_hint():
    told = [
        Violation("type", ("body", "a"), "got 1, want string"),
        Violation("missing", ("path", "id"), "required"),
    ]
    text = str(
        errors.InvalidCall("run: 2 problems, nothing was sent", violations=told, hint="mend it")
    )
    lines = text.splitlines()
    assert lines[0] == "run: 2 problems, nothing was sent"
    assert lines[1].split()[:2] == ["missing", "path.id"]
    assert lines[2].split()[:2] == ["type", "body.a"]
    assert lines[3] == "  hint: mend it"


@given(st.lists(st.text(max_size=2000), max_size=40), st.text(max_size=9000))
def test_no_message_is_long(messages, headline):
    violations = [Violation("type", ("body", text), text) for text in messages]
    text = str(errors.InvalidCall(headline, violations=violations))
    assert len(text) <= 4000


@given(st.text(max_size=100))
def test_no_message_steers_the_terminal(text):
    made = str(
        errors.NotFound(
            f"run: 404 {text}", violations=[Violation("type", (text,), text)], hint=text
        )
    )
    assert all(char.isprintable() or char == "\n" for char in made)


@given(st.text(max_size=100))
def test_a_headline_is_one_line(text):
    assert len(str(errors.UsageError(text)).split("\n")) == 1
