"""Changes of what stands beside calls and results: security, servers, webhooks and callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.revisions import JSON, Steps, Tree, is_31, operations, put, said, value

from catalogue.case import BREAKS, CODE_ONLY, IGNORED, NOTES, WARNS, Case, Expected, Kind, Levels
from catalogue.members import thing

TEXT = {"type": "string"}

#: Deployed programs break; callers by name follow the new document.
WIRE_ONLY: Levels = ("breaking", "info")

# --- security

KEY = {"type": "apiKey", "in": "header", "name": "X-Dyn-Planted"}
FLOWS = {
    "clientCredentials": {
        "tokenUrl": "https://login.example.com/token",
        "scopes": {"read": "r", "write": "w"},
    }
}
SCHEMES: dict[str, Any] = {
    "dynKey": KEY,
    "dynBasic": {"type": "http", "scheme": "basic"},
    "dynOauth": {"type": "oauth2", "flows": FLOWS},
}
_KEY, _BASIC, _READ, _WRITE = (
    {"dynKey": []},
    {"dynBasic": []},
    {"dynOauth": ["read"]},
    {"dynOauth": ["read", "write"]},
)
_BOTH = {**_KEY, **_BASIC}


def schemes(whole: Tree, **planted: Any) -> Tree:
    """Return a document with more security schemes."""
    known = value(whole, ("components", "securitySchemes"), {})
    return put(whole, ("components", "securitySchemes"), {**known, **planted})


@dataclass(frozen=True)
class _Formulas:
    """Requirements of an operation before and after."""

    old: list[Any]
    new: list[Any]
    levels: Levels

    def __call__(self, whole: Tree, place: Steps) -> Case:
        base = schemes(whole, **SCHEMES)
        made = [said(base, place, security=formula) for formula in (self.old, self.new)]
        expected = Expected("security-changed", (*place, "security"), {"call": self.levels}, "fact")
        return Case(made[0], made[1], (expected,))


def _everywhere(whole: Tree, _: Any) -> Case:
    """Ask for one more scheme in the requirement of the whole document: one cause."""
    base = schemes(whole, **SCHEMES)
    old, new = ({**base, "security": [each]} for each in (_KEY, _BOTH))
    return Case(old, new, (Expected("security-changed", ("security",), {"call": BREAKS}, "fact"),))


def _inheriting(whole: Tree) -> Sequence[Steps]:
    return [()] if any("security" not in value(whole, at) for at in operations(whole)) else []


@dataclass(frozen=True)
class _Schemes:
    """A scheme that an operation asks for, before and after: (name, what it is)."""

    old: tuple[str, Any]
    new: tuple[str, Any]
    rule: str
    levels: Levels

    def __call__(self, whole: Tree, place: Steps) -> Case:
        made = [
            said(schemes(whole, **{name: scheme}), place, security=[{name: []}])
            for name, scheme in (self.old, self.new)
        ]
        at = ("components", "securitySchemes", self.new[0])
        return Case(made[0], made[1], (Expected(self.rule, at, {"call": self.levels}, "fact"),))


@dataclass(frozen=True)
class _Unasked:
    """A scheme that nobody asks for, before and after."""

    rule: str
    old: Any
    new: Any

    def __call__(self, whole: Tree, _: Any) -> Case:
        made = [
            schemes(whole, dynPlanted=given) if given else schemes(whole)
            for given in (self.old, self.new)
        ]
        at = ("components", "securitySchemes", "dynPlanted")
        return Case(made[0], made[1], (Expected(self.rule, at, {"": NOTES}, "fact"),))


def _whole(_: Tree) -> Sequence[Steps]:
    return [()]


_OTHER_FLOWS = {
    "clientCredentials": {**FLOWS["clientCredentials"], "tokenUrl": "https://id.example.com/token"}
}

_SECURITY = (
    Kind("an alternative of security removed", operations, _Formulas([_KEY, _BASIC], [_KEY], BREAKS)),
    Kind("an alternative of security added", operations, _Formulas([_KEY], [_KEY, _BASIC], NOTES)),
    Kind("one more scheme asked for", operations, _Formulas([_KEY], [_BOTH], BREAKS)),
    Kind("one of two schemes enough", operations, _Formulas([_BOTH], [_KEY], NOTES)),
    Kind("another scheme asked for", operations, _Formulas([_KEY], [_BASIC], BREAKS)),
    Kind("one more scope asked for", operations, _Formulas([_READ], [_WRITE], BREAKS)),
    Kind("a scope no longer asked for", operations, _Formulas([_WRITE], [_READ], NOTES)),
    Kind("security where there was none", operations, _Formulas([], [_KEY], BREAKS)),
    Kind("security no more", operations, _Formulas([_KEY], [], NOTES)),
    Kind("security that is optional", operations, _Formulas([_KEY], [{}, _KEY], NOTES)),
    Kind("security that is optional no more", operations, _Formulas([{}, _KEY], [_KEY], BREAKS)),
    Kind("one more scheme asked for everywhere", _inheriting, _everywhere),
    Kind("a scheme moved to the query", operations, _Schemes(
        ("dynKey", KEY), ("dynKey", {**KEY, "in": "query"}), "security-scheme-changed", BREAKS)),
    Kind("an API key of another name", operations, _Schemes(
        ("dynKey", KEY), ("dynKey", {**KEY, "name": "X-Other"}), "security-scheme-changed", WIRE_ONLY)),
    Kind("basic to bearer", operations, _Schemes(("dynKey", SCHEMES["dynBasic"]),
         ("dynKey", {"type": "http", "scheme": "bearer"}), "security-scheme-changed", BREAKS)),
    Kind("a scheme of another type", operations, _Schemes(
        ("dynKey", KEY), ("dynKey", SCHEMES["dynBasic"]), "security-scheme-changed", BREAKS)),
    Kind("a scheme renamed", operations, _Schemes(
        ("dynKey", KEY), ("dynOther", KEY), "security-scheme-renamed", CODE_ONLY)),
    Kind("a scheme added that nobody asks for", _whole, _Unasked("security-scheme-added", None, KEY)),
    Kind("a scheme removed that nobody asked for", _whole, _Unasked("security-scheme-removed", KEY, None)),
    Kind("another token URL", _whole, _Unasked(
        "security-scheme-changed", {"type": "oauth2", "flows": FLOWS}, {"type": "oauth2", "flows": _OTHER_FLOWS})),
)  # fmt: skip

# --- servers

_ONE, _TWO = {"url": "https://one.example.com/v1"}, {"url": "https://two.example.com/v1"}
#: Calls to what is gone may reach nothing; callers by name take another one.
GONE: Levels = ("warning", "info")


def _server(name: str = "region", **variable: Any) -> dict[str, Any]:
    return {
        "url": f"https://{{{name}}}.example.com",
        "variables": {name: {"default": "eu", **variable}},
    }


@dataclass(frozen=True)
class _Servers:
    """Servers of the whole document, or of one operation, before and after."""

    old: list[Any]
    new: list[Any]
    told: list[tuple[str, Levels]]

    def __call__(self, whole: Tree, place: Steps) -> Case:
        made = [said(whole, place, servers=servers) for servers in (self.old, self.new)]
        expected = (
            Expected(rule, (*place, "servers"), {"call": levels}, "fact")
            for rule, levels in self.told
        )
        return Case(made[0], made[1], tuple(expected))


_SERVERS = (
    Kind("a server added", operations, _Servers([_ONE], [_ONE, _TWO], [("server-added", NOTES)])),
    Kind("a server removed", operations, _Servers([_ONE, _TWO], [_ONE], [("server-removed", GONE)])),
    Kind("a server replaced", operations, _Servers(
        [_ONE], [_TWO], [("server-added", NOTES), ("server-removed", WIRE_ONLY)])),
    Kind("the default of a server's variable in so many words", operations, _Servers(
        [_server()], [{"url": "https://eu.example.com"}], [("server-changed", NOTES)])),
    Kind("a variable for a part of a server's URL", operations, _Servers(
        [{"url": "https://eu.example.com"}], [_server()], [("server-changed", NOTES)])),
    Kind("another server first", operations, _Servers(
        [_ONE, _TWO], [_TWO, _ONE], [("server-changed", ("none", "warning"))])),
    Kind("a value of a server's variable left out", operations, _Servers(
        [_server(enum=["eu", "us"])], [_server(enum=["eu"])], [("server-changed", BREAKS)])),
    Kind("a value of a server's variable added", operations, _Servers(
        [_server(enum=["eu"])], [_server(enum=["eu", "us"])], [("server-changed", NOTES)])),
    Kind("another default of a server's variable", operations, _Servers(
        [_server()], [_server(default="us")], [("server-changed", ("info", "warning"))])),
    Kind("a server's variable renamed", operations, _Servers(
        [_server()], [_server("zone")], [("server-changed", CODE_ONLY)])),
)  # fmt: skip


def _servers_everywhere(whole: Tree, _: Any) -> Case:
    old, new = ({**whole, "servers": servers} for servers in ([_ONE, _TWO], [_ONE]))
    return Case(old, new, (Expected("server-removed", ("servers",), {"call": GONE}, "fact"),))


def _serving(whole: Tree) -> Sequence[Steps]:
    owners = [*operations(whole), *(at[:2] for at in operations(whole))]
    return [] if any("servers" in value(whole, at) for at in owners) else [()]


# --- webhooks and callbacks: there the API calls, so that its bodies are results, and our answers are calls


def _event(payload: Any, answer: Any, **fields: Any) -> dict[str, Any]:
    return {
        "requestBody": {"required": True, "content": {JSON: {"schema": payload}}},
        "responses": {"200": {"description": "Heard.", "content": {JSON: {"schema": answer}}}},
        **fields,
    }


_LISTED, _LONGER = {**TEXT, "enum": ["a", "b"]}, {**TEXT, "enum": ["a", "b", "c"]}
_PAYLOAD, _ANSWER = (
    ("requestBody", "content", JSON, "schema"),
    ("responses", "200", "content", JSON, "schema"),
)
_MORE = ("properties", "more")
_THING, _TWO_THINGS, _ASKED = thing(), thing(more=TEXT), thing("more", more=TEXT)
_BODY = _event(_THING, _THING)
_LOOSE = {**_BODY["requestBody"], "required": False}
_GONE = {**_BODY["responses"], "202": {"description": "Later."}}

#: (what changes, the operation before and after, rule, side, levels, place in the operation)
_EVENTS: list[tuple[str, Any, Any, str, str, Levels, Steps]] = [
    ("an optional property it sends added", _BODY, _event(_TWO_THINGS, _THING), "property-added", "result", NOTES,
     (*_PAYLOAD, *_MORE)),
    ("an optional property it sends removed", _event(_TWO_THINGS, _THING), _BODY, "property-removed", "result", WARNS,
     (*_PAYLOAD, *_MORE)),
    ("a required property it sends removed", _event(_ASKED, _THING), _BODY, "property-removed", "result", BREAKS,
     (*_PAYLOAD, *_MORE)),
    ("a property it sends that may be absent", _event(_ASKED, _THING), _event(_TWO_THINGS, _THING),
     "property-required", "result", BREAKS, (*_PAYLOAD, *_MORE)),
    ("a value it sends added", _event(thing(more=_LISTED), _THING), _event(thing(more=_LONGER), _THING),
     "values-changed", "result", BREAKS, (*_PAYLOAD, *_MORE)),
    ("a value it sends left out", _event(thing(more=_LONGER), _THING), _event(thing(more=_LISTED), _THING),
     "values-changed", "result", NOTES, (*_PAYLOAD, *_MORE)),
    ("its body that may be absent", _BODY, {**_BODY, "requestBody": _LOOSE}, "body-required", "result", BREAKS,
     ("requestBody",)),
    ("a value of our answer left out", _event(_THING, thing(more=_LONGER)), _event(_THING, thing(more=_LISTED)),
     "values-changed", "call", BREAKS, (*_ANSWER, *_MORE)),
    ("a value of our answer added", _event(_THING, thing(more=_LISTED)), _event(_THING, thing(more=_LONGER)),
     "values-changed", "call", NOTES, (*_ANSWER, *_MORE)),
    ("an optional property of our answer removed", _event(_THING, _TWO_THINGS), _BODY, "property-removed", "call",
     IGNORED, (*_ANSWER, *_MORE)),
    ("a property of our answer asked for", _event(_THING, _TWO_THINGS), _event(_THING, _ASKED), "property-required",
     "call", BREAKS, (*_ANSWER, *_MORE)),
    ("a status of our answer removed", {**_BODY, "responses": _GONE}, _BODY, "status-removed", "call", BREAKS,
     ("responses", "202")),
    ("a status of our answer added", _BODY, {**_BODY, "responses": _GONE}, "status-added", "call", NOTES,
     ("responses", "202")),
]  # fmt: skip

_HOOK = ("webhooks", "dynPlanted", "post")
_CALL = ("callbacks", "dynPlanted", "{$request.body#/url}", "post")


@dataclass(frozen=True)
class _Events:
    """What the API calls, before and after: as a webhook, or as a callback of an operation."""

    old: Any
    new: Any
    rule: str
    side: str
    levels: Levels
    inner: Steps
    at: Steps = _HOOK

    def __call__(self, whole: Tree, place: Steps) -> Case:
        at = (*place, *self.at)
        made = [put(whole, at, given) if given else whole for given in (self.old, self.new)]
        schemas = [value(given, self.inner[:4] if self.side == "result" else self.inner[:5]) if given else None
                   for given in (self.old, self.new)]  # fmt: skip
        is_schema = "schema" in self.inner
        expected = Expected(self.rule, (*at, *self.inner), {self.side: self.levels})
        return Case(made[0], made[1], (expected,), tuple(schemas) if is_schema else ())


def _hooked(whole: Tree) -> Sequence[Steps]:
    return [()] if is_31(whole) else []


_CALLED = (
    *(
        Kind(f"a {kind}: {name}", places, _Events(old, new, rule, side, levels, inner, at))
        for name, old, new, rule, side, levels, inner in _EVENTS
        for kind, places, at in (("webhook", _hooked, _HOOK), ("callback", operations, _CALL))
    ),
    Kind("a webhook added", _hooked, _Events(None, _BODY, "webhook-added", "", NOTES, ())),
    Kind("a webhook removed", _hooked, _Events(_BODY, None, "webhook-removed", "", WARNS, ())),
    Kind(
        "a callback added", operations, _Events(None, _BODY, "callback-added", "", NOTES, (), _CALL)
    ),
    Kind(
        "a callback removed",
        operations,
        _Events(_BODY, None, "callback-removed", "", WARNS, (), _CALL),
    ),
)

KINDS = (
    *_SECURITY,
    *_SERVERS,
    Kind("a server of all removed", _serving, _servers_everywhere),
    *_CALLED,
)
