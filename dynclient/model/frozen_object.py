"""Objects that nothing changes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any


class FrozenObject:
    """An object whose attributes are given when it is made, and never assigned again.

    What is cached is found later. A frozen dataclass would do the same, and take half a millisecond
    for each class when the program starts.
    """

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete {name!r}")
