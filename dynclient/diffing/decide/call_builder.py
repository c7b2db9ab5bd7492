"""A caller of the old document: makes the smallest valid call, and calls with one thing in it chosen."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import Any

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.generate.value_generator import OptionalMembers
from dynclient.plan.call_document import Call
from dynclient.plan.plan import Plan
from dynclient.schema.engine import Checker
from dynclient.wire import media

#: The smallest first; where styles cannot carry what is empty, something larger.
_SAMPLING_ATTEMPTS: tuple[tuple[OptionalMembers, int], ...] = (
    ("none", 0),
    ("some", 0),
    ("all", 1),
    ("all", 2),
)


class CallBuilder:
    """Makes calls of one operation, as its document has it.

    Args:
        plan: of the operation.

    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._smallest_calls: dict[str | None, Call | None] = {}

    def build_smallest(self, media_type: str | None = None) -> Call | None:
        """Return the smallest valid call, None where none is found."""
        if media_type not in self._smallest_calls:
            self._smallest_calls[media_type] = self._sample_call(media_type)
        return self._smallest_calls[media_type]

    def build_with_any_body(self, media_type: str) -> Call | None:
        """Return a valid call with some body in a media type, None where none is found."""
        call = self._sample_call(media_type, asked=("body",))
        return None if call is None else Call({**call, "media_type": media_type})

    def _sample_call(
        self, media_type: str | None, *, without: tuple[str, ...] = (), asked: tuple[str, ...] = ()
    ) -> Call | None:
        schema = self._plan.get_checker(media_type, "producer").schema
        left = ("media_type", *without)
        properties = {k: v for k, v in schema["properties"].items() if k not in left}
        required = [
            name for name in dict.fromkeys((*schema["required"], *asked)) if name not in left
        ]
        wanted = {**schema, "properties": properties, "required": required}
        sampler = ExampleGenerator(wanted, compile_schema=lambda part: Checker(part).accepts)
        for amount, seed in _SAMPLING_ATTEMPTS:
            with contextlib.suppress(NoExample):
                return Call(sampler.generate(optional=amount, seed=seed))
        return None

    @cached_property
    def _call_without_body(self) -> Call | None:
        """The smallest call without a body, valid but for that."""
        return self._sample_call(None, without=("body",))

    def build_with_parameter(self, location: str, name: str, value: Any) -> Call | None:
        """Return a valid call with a value for a parameter, None where there is none."""
        base = self.build_smallest()
        if base is None:
            return None
        call = Call({**base, location: {**base.get(location, {}), name: value}})
        return call if self._plan.get_checker(None, "producer").accepts(call) else None

    def build_without_parameter(self, location: str, name: str) -> Call | None:
        """Return a valid call that does not give a parameter, None where there is none."""
        base = self.build_smallest()
        if base is None or name not in base.get(location, {}):
            return base
        rest = {k: v for k, v in base[location].items() if k != name}
        call = Call(
            {k: v for k, v in base.items() if k != location} | ({location: rest} if rest else {})
        )
        return call if self._plan.get_checker(None, "producer").accepts(call) else None

    def build_with_body(self, value: Any, media_type: str) -> Call | None:
        """Return a call with a body, its media type named where it is not the one that is taken anyway."""
        if self._call_without_body is None:
            return None
        call = Call({**self._call_without_body, "body": value})
        content = self._plan.media_types
        if len(content) > 1 and media.choose_by_value(list(content), value) != media_type:
            call["media_type"] = media_type
        return call

    def build_without_body(self) -> Call | None:
        """Return a valid call without a body, None where there is none."""
        base = self.build_smallest()
        if base is None or "body" not in base:
            return base
        call = Call({k: v for k, v in base.items() if k not in ("body", "media_type")})
        return call if self._plan.get_checker(None, "producer").accepts(call) else None
