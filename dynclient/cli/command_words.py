"""The words of a command line: which of them is SPEC, which the operation, and what is left.

A word is SPEC if it is a URL, `-`, `git:REV:path`, or ends in .yaml, .yml or .json.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import click

from dynclient.cli import document_option
from dynclient.description.described_operation import get_plan
from dynclient.document.files.uris import is_remote
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.callable_operations import Operation
    from dynclient.client.client import Client
    from dynclient.model import Document
    from dynclient.plan.operation_matcher import MatchResult
    from dynclient.plan.parsed_request import ParsedRequest

STDIN = "-"

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DOCUMENT_SUFFIXES = (".yaml", ".yml", ".json")

#: A method of HTTP in any case, or one of `additionalOperations` in OpenAPI 3.2.
_METHOD_WORD = r"(?i:get|head|post|put|patch|delete|options|trace|query)|[A-Z][A-Z-]*"
_METHOD = re.compile(_METHOD_WORD)
_REQUEST = re.compile(rf"(?s)({_METHOD_WORD}) (/.*)")

_TEMPLATE_VARIABLE = re.compile(r"\{[^{}]*\}")

#: What stands in a path as it is; anything else that was typed is encoded.
_SAFE_IN_PATHS = "/:@!$&'()*+,;=-._~%"


def is_document_word(word: str) -> bool:
    """Tell whether a word of a command line is SPEC."""
    if word == STDIN or word.startswith("git:") or _URL.match(word):
        return True
    is_other = "=" in word or word.startswith("@") or _REQUEST.fullmatch(word) is not None
    return not is_other and word.lower().endswith(_DOCUMENT_SUFFIXES)


def is_request(name: str) -> bool:
    """Tell whether a name of an operation is METHOD and a path."""
    return _REQUEST.fullmatch(name) is not None


@dataclass(frozen=True)
class CommandWords:
    """The words of a command line, sorted.

    Attributes:
        spec: the document; None where none was named.
        operation: the name of the operation, or `METHOD /path`; "" where there is none.
        others: the words after it.

    """

    spec: str | None
    operation: str
    others: tuple[str, ...]


def sort_words(words: Sequence[str], named_spec: str | None) -> CommandWords:
    """Return the words of `[SPEC] OPERATION …`, sorted.

    SPEC may also stand behind the operation where it stands nowhere else; there `-` is no SPEC.

    Args:
        words: the words.
        named_spec: the document of `--spec`, or None.

    Raises:
        UsageError: two documents are named, and differ.

    """
    rest = list(words)
    spec = rest.pop(0) if rest and is_document_word(rest[0]) else None
    operation = _take_operation(rest)
    if spec is None and named_spec is None:
        found = [word for word in rest if word != STDIN and is_document_word(word)]
        if found:
            spec = found[0]
            rest.remove(spec)
    return CommandWords(document_option.choose_spec(spec, named_spec), operation, tuple(rest))


def _take_operation(words: list[str]) -> str:
    """Take the operation from the beginning of words; METHOD and /path are two of them."""
    is_request = len(words) > 1 and words[1].startswith("/") and _METHOD.fullmatch(words[0])
    if is_request:
        return f"{words.pop(0)} {words.pop(0)}"
    return words.pop(0) if words else ""


def require_operation(words: CommandWords) -> str:
    """Return the operation of a command line.

    Raises:
        click.UsageError: there is none.

    """
    if not words.operation:
        raise click.UsageError("Missing argument 'OPERATION'.")
    return words.operation


def choose_single_document(words: Sequence[str], named_spec: str | None) -> str | None:
    """Return the document of a command that takes SPEC and no other word.

    Raises:
        UsageError: a word is no SPEC, or two documents are named.

    """
    spec: str | None = None
    for word in words:
        if not is_document_word(word):
            hint = "a SPEC is a URL, -, git:REV:path, or ends in .yaml, .yml or .json; "
            raise UsageError(f"{word!r} is no document", hint=f"{hint}--spec takes any path")
        spec = document_option.choose_spec(word, spec)
    return document_option.choose_spec(spec, named_spec)


# --- the operation of a real path


@dataclass(frozen=True)
class ResolvedOperation:
    """An operation that was found by a name, or by a method and a real path.

    Attributes:
        operation: the operation.
        values: what the path and its query say, by location.

    """

    operation: Operation
    values: dict[str, Any]


def find_operation(client: Client, name: str) -> ResolvedOperation:
    """Return the operation of a name, or of `METHOD /path` with real values in the path.

    Raises:
        OperationNotFound: there is none; the hint names the methods that the path has.

    """
    found = _find_operation(client, name)
    if is_remote(client.document.uri):
        from dynclient.cli.shell_completion.index_builder import remember_remote_operation

        remember_remote_operation(found.operation, client.document.uri)
    return found


def _find_operation(client: Client, name: str) -> ResolvedOperation:
    request = _REQUEST.fullmatch(name)
    if request is None or name in client:
        return ResolvedOperation(client[name], {})
    method, target = request[1].upper(), request[2]
    if f"{method} {target}" in client:
        return ResolvedOperation(client[f"{method} {target}"], {})
    from dynclient.plan.operation_matcher import OperationMatcher
    from dynclient.plan.parsed_request import ParsedRequest
    from dynclient.wire.message import Headers

    path, _, query = target.partition("?")
    path = quote(path, safe=_SAFE_IN_PATHS)
    parsed = ParsedRequest(method, path, quote(query, safe=f"{_SAFE_IN_PATHS}?"), Headers(()), None)
    document = client.document
    matcher = OperationMatcher(document.operations.values(), document.uri)
    result = matcher.find(method, path, parsed.query_pairs)
    if not result.matches:
        raise _build_not_found(document, name, result)
    match = result.matches[0]
    operation = client[match.operation.key]
    return ResolvedOperation(operation, _read_values(operation, parsed, match.path_values))


def _read_values(
    operation: Operation, request: ParsedRequest, path_values: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a path and its query say, by location; a `{variable}` of a template is no value.

    What the query says of no parameter is there as a text: validation reports it.
    """
    from dynclient.plan.request_reader import RequestReader

    given = {
        name: text
        for name, text in path_values.items()
        if not _TEMPLATE_VARIABLE.fullmatch(unquote(text))
    }
    reader = RequestReader(get_plan(operation))
    call = reader.read(request, given).call
    read = {location: call.get(location) for location in ("path", "query", "querystring")}
    if read["querystring"] is None:
        query = dict(read["query"] or {})
        for name, text in request.query_pairs:
            if not _is_read(operation, query, unquote(name)):
                query[unquote(name)] = unquote(text)
        read["query"] = query
    return {location: values for location, values in read.items() if values}


def _is_read(operation: Operation, query: Mapping[str, Any], name: str) -> bool:
    """Tell whether a name in a query belongs to a parameter, or to a member of one."""
    for parameter in operation.operation.parameters:
        is_own = name == parameter.name or name.startswith(f"{parameter.name}[")
        if parameter.location == "query" and is_own:
            return True
    if name in query:
        return True
    objects = [value for value in query.values() if isinstance(value, dict)]
    return any(name in value for value in objects)


def _build_not_found(document: Document, name: str, result: MatchResult) -> Exception:
    """Return the error of a request that matches no operation."""
    from dynclient.client.operation_lookup import build_not_found_error

    error = build_not_found_error(document, name, [o.request for o in document.operations.values()])
    if result.allowed_methods:
        error.hint = f"that path has {', '.join(result.allowed_methods)}"
    return error
