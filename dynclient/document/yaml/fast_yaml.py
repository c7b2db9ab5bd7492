"""The fast YAML parser: yaml-rs, for texts that it reads exactly as PyYAML with our rules does.

yaml-rs reads YAML 1.2 in half of the time or so. It differs in some corners, and overflows the
stack where a text is very deep. A text with such a corner is left to PyYAML; so is each one that
yaml-rs refuses, as PyYAML says what is wrong, and where.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

#: The module of the library.
LIBRARY = "yaml_rs"

#: A longer text could fill the memory before anybody counts its nodes.
MAX_CHARS = 32 * 1024 * 1024

#: PyYAML with our rules reads twice as many levels: nothing is lost, as it is asked then.
MAX_DEPTH = 250

#: A longer integer may be text for our rules.
MAX_BITS = 10_000

#: One character or two, at the start of a plain scalar or behind its sign.
_START_OF_ONE = r"(?:(?<=[\s\[{,:].)|(?<=[\s\[{,:][-+.].)|(?<=[\s\[{,:][-+]\..))"
_START_OF_TWO = r"(?:(?<=[\s\[{,:]..)|(?<=[\s\[{,:][-+]..))"
_START_OF_NODE = r"(?:(?<=[\n\[{,].)|(?<=[:?,\[{\n -] .))"

#: Where the two may differ, or where our rules find a problem. Each pattern begins with few
#: characters, which makes the search fast.
_CORNERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n[ ?:-]{250}",  # many levels in one line could overflow the stack
        r"\n(?:%|---|\.\.\.)",  # a directive, or another document
        rf"!{_START_OF_NODE}\S",  # a tag
        rf"&{_START_OF_NODE}\S",  # an anchor
        r"\\[uU][dD][89a-fA-F]",  # a half of a surrogate pair
        # 0b1, 0X1F and -0x1F are text in YAML 1.2; so are
        rf"0[bBXO]{_START_OF_TWO}[0-9a-fA-F_]+(?![^\s,\]}}:])",
        r"0[xo](?<=[\s\[{,:][-+]..)[0-9a-fA-F_]+(?![^\s,\]}:])",
        rf"[0-9]{_START_OF_ONE}[0-9a-fA-FxXoO.+-]*_[0-9a-fA-F._+-]*(?![^\s,\]}}:])",  # 1_000,
        rf"_{_START_OF_ONE}[-+._]*[0-9]",  # and _1
        r"[?](?:(?<=[\[{,].)|(?<=[\[{,] .))\S",  # [?x]: PyYAML takes the mark for that of a key
        "[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]",
    )
)

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]* *(#.*)?$")

_END_OF_KEY = r"[0-9a-fA-F]* *:(?![^\s,}\]])"

_TEXT = frozenset((str,))

#: An integer as a key that is not written as Python writes it. These begin with few characters too.
_UNUSUAL_KEYS = tuple(
    re.compile(pattern + _END_OF_KEY)
    for pattern in (
        r"[+](?<![^\s{\[,?-].)",
        r"-0(?<![^\s{\[,?-]..)[0-9xo]?",
        r"0[0-9xo](?<![^\s{\[,?-]..)",
    )
)


class UnsuitableText(Exception):
    """The fast parser is not installed, or may read the text differently."""


@lru_cache(maxsize=1)
def is_installed() -> bool:
    """Tell whether the fast parser is installed."""
    return find_spec(LIBRARY) is not None


def parse_fast(text: str) -> Any:
    """Return the plain tree of a YAML text, as `parse_text` gives it.

    Raises:
        UnsuitableText: PyYAML must read the text.

    """
    if not is_installed() or not _is_suitable(text):
        raise UnsuitableText
    import yaml_rs

    # An alias would be a copy each time: the error for the first one leaves the text to PyYAML.
    limits = yaml_rs.AliasLimits(0, 0, 0)
    try:
        tree = yaml_rs.loads(text, parse_datetime=False, alias_limits=limits)
    except (ValueError, TypeError):  # TypeError: a key is a list or mapping
        raise UnsuitableText from None
    if type(tree) is not dict:
        raise UnsuitableText
    has_integer_key = _write_keys_as_text(tree)
    if has_integer_key and any(key.search(text) for key in _UNUSUAL_KEYS):
        raise UnsuitableText
    return tree


def _is_suitable(text: str) -> bool:
    # Without a line end, yaml-rs would give one to a block scalar at the end.
    is_whole = text.endswith("\n") and len(text) <= MAX_CHARS
    # A document of its own may begin with this line, whose first character no corner looks at.
    body = text.removeprefix("---\n")
    is_usual = body[:1].isalpha() or body[:1] in tuple("\"'#")
    if not is_whole or not is_usual or _may_end_in_empty_block(text):
        return False
    return not any(corner.search(body) for corner in _CORNERS)


def _may_end_in_empty_block(text: str) -> bool:
    """Tell whether the last line may begin a block scalar that has no lines."""
    for line in reversed(text.rsplit("\n", 50)):
        content = line.strip()
        if content and not content.startswith("#"):
            return _BLOCK_HEADER.search(line) is not None
    return True


def _write_keys_as_text(tree: dict[Any, Any]) -> bool:
    """Write the integers that are keys as text, in place.

    Returns:
        Whether there were any.

    Raises:
        UnsuitableText: a key is neither text nor an integer, or as text it stands twice; or the
            tree is too deep, or holds an integer that is too long.

    """
    has_integer_key = False
    level: list[Any] = [tree]
    for _ in range(MAX_DEPTH):
        for collection in level:
            if type(collection) is dict and not _TEXT.issuperset(map(type, collection)):
                _replace_integer_keys(collection)
                has_integer_key = True
        level = _list_inner_collections(level)
        if not level:
            return has_integer_key
    raise UnsuitableText


def _list_inner_collections(level: list[Any]) -> list[Any]:
    """Return the mappings and lists that stand in others.

    Raises:
        UnsuitableText: an integer beside them is too long.

    """
    inner: list[Any] = []
    for collection in level:
        values = collection.values() if type(collection) is dict else collection
        for value in values:
            kind = type(value)
            if kind is dict or kind is list:
                inner.append(value)
            elif kind is int and value.bit_length() > MAX_BITS:
                raise UnsuitableText
    return inner


def _replace_integer_keys(mapping: dict[Any, Any]) -> None:
    if not all(type(key) in (str, int) for key in mapping):
        raise UnsuitableText
    entries = {str(key): value for key, value in mapping.items()}
    if len(entries) != len(mapping):
        raise UnsuitableText
    mapping.clear()
    mapping.update(entries)
