"""Parses the bytes of a document to a plain tree: JSON, and YAML 1.2 (core schema).

What is wrong but can be read becomes a problem. PyYAML is loaded for the texts that need it.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.openapi_version import is_markup
from dynclient.document.source_text import (
    ParsedText,
    build_syntax_error,
    decode,
    find_position,
    get_file_name,
    is_json_like,
)
from dynclient.document.tree_limits import check_tree
from dynclient.document.yaml.fast_yaml import UnsuitableText, parse_fast
from dynclient.errors import DocumentSyntaxError

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_text(data: bytes, uri: str, limits: LoadingLimits = DEFAULT_LIMITS) -> ParsedText:
    """Return the plain tree of a YAML or JSON text, and its problems.

    Args:
        data: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
        uri: the file's URI or path, for problems and errors.
        limits: how much it may hold.

    Raises:
        DocumentSyntaxError: the text is neither JSON nor YAML; `.line` and `.column` say where.
        DocumentTooLarge: nested too deep, or too many nodes once its aliases are expanded.

    Source: YAML 1.2.2 §10.3 (core schema), RFC 8259.

    """
    text = decode(data, uri)
    if is_markup(text):  # It may be YAML by chance, but never a document.
        return ParsedText(text, [])
    parsed = _parse_decoded(text, uri, limits)
    if parsed.has_duplicate_key:
        parsed.problems.extend(_find_duplicate_keys(text, uri, limits))
    return parsed


def _parse_decoded(text: str, uri: str, limits: LoadingLimits) -> ParsedText:
    if not is_json_like(text):
        return _parse_yaml(text, uri, limits)
    try:
        return _parse_json(text, uri, limits)
    except (ValueError, RecursionError) as error:
        return _parse_almost_json(text, uri, error, limits)


def _parse_json(text: str, uri: str, limits: LoadingLimits) -> ParsedText:
    """Read JSON by the rules of JSON.

    Raises:
        ValueError: it is not JSON, or has integers beyond Python's limit.
        RecursionError: it is nested deeper than the json module can go from here.

    """
    has_duplicate_key = False

    def build_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_duplicate_key
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            has_duplicate_key = True
        return mapping

    paired_text, problems = _replace_lone_surrogates(text, uri)
    tree = json.loads(paired_text, object_pairs_hook=build_mapping, parse_constant=_refuse_constant)
    check_tree(tree, uri, limits)
    return ParsedText(tree, problems, has_duplicate_key)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _replace_lone_surrogates(text: str, uri: str) -> tuple[str, list[Problem]]:
    r"""Return the text with U+FFFD for each `\ud800` and its like alone, and the problem of it.

    No encoding can write such a character again.
    """
    if not _SURROGATE.search(text):
        return text, []
    offsets = [match.start() for match in _ESCAPE.finditer(text) if match["lone"]]
    if not offsets:
        return text, []
    from dynclient.document.problems import Problem  # Few documents have such a character.

    line, column = find_position(text, offsets[0])
    count = len(offsets)
    message = f"half of a surrogate pair is no character ({count} in this file); read as U+FFFD"
    problem = Problem("warning", "lone-surrogate", message, "", "", uri, line, column)
    return _ESCAPE.sub(_replace_lone_surrogate, text), [problem]


def _replace_lone_surrogate(match: re.Match[str]) -> str:
    return r"\ufffd" if match["lone"] else match[0]


def _parse_almost_json(
    text: str, uri: str, json_error: Exception, limits: LoadingLimits
) -> ParsedText:
    """Read as YAML a text that looks like JSON and is not.

    Where it is no YAML either, the error for a file named .json says what is wrong with the JSON.
    """
    try:
        return _parse_yaml(text, uri, limits)
    except DocumentSyntaxError:
        if isinstance(json_error, json.JSONDecodeError) and get_file_name(uri).endswith(".json"):
            position = (json_error.lineno, json_error.colno)
            raise build_syntax_error(uri, "JSON", json_error.msg, position) from None
        raise


def _parse_yaml(text: str, uri: str, limits: LoadingLimits) -> ParsedText:
    with contextlib.suppress(UnsuitableText):
        tree = parse_fast(text)
        check_tree(tree, uri, limits)
        return ParsedText(tree, [])
    from dynclient.document.yaml.yaml12 import parse_with_pyyaml

    return parse_with_pyyaml(text, uri, limits)


def _find_duplicate_keys(text: str, uri: str, limits: LoadingLimits) -> list[Problem]:
    """Return the problems of duplicate keys, with their lines.

    This is a second pass over the text, needed only when there are some.
    """
    from dynclient.document.files.locator import compose_positions

    problems = compose_positions(text, uri, limits).problems
    return [problem for problem in problems if problem.code == "duplicate-key"]
