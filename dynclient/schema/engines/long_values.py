"""Values that are too long to be built: a short value that states the size of a long one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

#: No value is built that takes more characters than this, as JSON text.
MAX_VALUE_SIZE = 65_536


class LongText(str):
    """A text that stands for one of the stated length.

    Only the reference engine knows it: it measures the stated size, and searches the short text for
    patterns.

    Args:
        text: a short text that fits the same patterns.
        size: the number of characters of the long one.

    """

    __slots__ = ("size",)

    size: int

    def __new__(cls, text: str, size: int) -> Self:
        """Return the stand-in of a long text."""
        stand_in = super().__new__(cls, text)
        stand_in.size = size
        return stand_in

    def __repr__(self) -> str:
        return f"a text of {self.size} characters"


class LongArray(list[Any]):
    """An array that stands for one of the stated number of items.

    Args:
        items: the first items; all others are equal to the last of them.
        size: the number of items of the long one.

    """

    def __init__(self, items: Iterable[Any], size: int) -> None:
        super().__init__(items)
        self.size = size

    def __repr__(self) -> str:
        return f"an array of {self.size}"


class LongObject(dict[str, Any]):
    """An object that stands for one of the stated number of properties.

    Args:
        properties: some of the properties.
        size: the number of properties of the long one.

    """

    def __init__(self, properties: Mapping[str, Any], size: int) -> None:
        super().__init__(properties)
        self.size = size

    def __repr__(self) -> str:
        return f"an object of {self.size} properties"


_LONG_TYPES = (LongText, LongArray, LongObject)


def measure_size(value: Any) -> int:
    """Return the characters, items or properties of a value; the stated size of a stand-in."""
    return value.size if isinstance(value, _LONG_TYPES) else len(value)


def is_long_value(value: Any) -> bool:
    """Tell whether a value is a stand-in of a long one, or contains such a stand-in."""
    queue = [value]
    while queue:
        current = queue.pop()
        if isinstance(current, _LONG_TYPES):
            return True
        if isinstance(current, dict):
            queue += current.values()
        elif isinstance(current, list | tuple):
            queue += current
    return False
