"""Builds calls of an operation of the old document: the smallest valid one, and variants of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dynclient.generate import ExampleGenerator, NoExample
from dynclient.generate.property_choice import OptionalMembers
from dynclient.model import QUERYSTRING
from dynclient.plan.call_document import Call
from dynclient.plan.plan import Plan
from dynclient.schema.engines.engine import compile_check
from dynclient.wire import media_types

#: How many optional members a call gets, and the seed: the smallest call first. Larger ones help
#: where a style cannot write an empty value.
_SAMPLING_ATTEMPTS: tuple[tuple[OptionalMembers, int], ...] = (
    ("none", 0),
    ("some", 0),
    ("all", 1),
    ("all", 2),
)


class CallBuilder:
    """Builds calls of one operation.

    Args:
        plan: the plan of the operation.

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
        call = self._sample_call(media_type, required_also=("body",))
        return None if call is None else Call({**call, "media_type": media_type})

    def build_with_parameter(self, location: str, name: str, value: Any) -> Call | None:
        """Return a valid call with a value for a parameter, None where there is none."""
        if location == QUERYSTRING:
            smallest = self.build_smallest()
            return smallest and self._return_valid(Call({**smallest, QUERYSTRING: value}))
        return self.build_with_parameters(location, {name: value})

    def build_with_parameters(self, location: str, values: Mapping[str, Any]) -> Call | None:
        """Return a valid call with values for parameters by name, None where there is none."""
        smallest = self.build_smallest()
        if smallest is None:
            return None
        parameters = {**smallest.get(location, {}), **values}
        return self._return_valid(Call({**smallest, location: parameters}))

    def build_without_parameter(self, location: str, name: str) -> Call | None:
        """Return a valid call that does not give a parameter, None where there is none."""
        smallest = self.build_smallest()
        if location == QUERYSTRING:
            without = {key: part for key, part in (smallest or {}).items() if key != QUERYSTRING}
            return smallest and self._return_valid(Call(without))
        if smallest is None or name not in smallest.get(location, {}):
            return smallest
        call = {key: value for key, value in smallest.items() if key != location}
        others = {key: value for key, value in smallest[location].items() if key != name}
        if others:
            call[location] = others
        return self._return_valid(Call(call))

    def build_with_body(self, value: Any, media_type: str) -> Call | None:
        """Return a call with a body; it names the media type unless that is the default for it."""
        if self._call_without_body is None:
            return None
        call = Call({**self._call_without_body, "body": value})
        content = self._plan.media_types
        if len(content) > 1 and media_types.choose_by_value(list(content), value) != media_type:
            call["media_type"] = media_type
        return call

    def build_without_body(self) -> Call | None:
        """Return a valid call without a body, None where there is none."""
        smallest = self.build_smallest()
        if smallest is None or "body" not in smallest:
            return smallest
        without = {k: v for k, v in smallest.items() if k not in ("body", "media_type")}
        return self._return_valid(Call(without))

    @cached_property
    def _call_without_body(self) -> Call | None:
        """The smallest call without a body, which may be all that it lacks."""
        return self._sample_call(None, without=("body",))

    def _return_valid(self, call: Call) -> Call | None:
        """Return a call that the operation accepts, None for any other."""
        return call if self._plan.get_checker(None, "producer").accepts(call) else None

    def _sample_call(
        self,
        media_type: str | None,
        *,
        without: tuple[str, ...] = (),
        required_also: tuple[str, ...] = (),
    ) -> Call | None:
        schema = self._plan.get_checker(media_type, "producer").schema
        left_out = ("media_type", *without)
        required = dict.fromkeys((*schema["required"], *required_also))
        call_schema = {
            **schema,
            "properties": {k: v for k, v in schema["properties"].items() if k not in left_out},
            "required": [name for name in required if name not in left_out],
        }
        generator = ExampleGenerator(call_schema, compile_schema=compile_check)
        for optional, seed in _SAMPLING_ATTEMPTS:
            with contextlib.suppress(NoExample):
                return Call(generator.generate(optional=optional, seed=seed))
        return None
