"""The reference engine: jsonschema, with keywords of our own.

They mean what our dialect means, count their steps, and write no value into a message: where many
values are wrong, that would take more memory than the values.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from dynclient.schema.engines.jsonschema_keywords import KEYWORD_CHECKS
from dynclient.schema.engines.step_limit import spend_steps

#: Keyword -> how many steps it takes, where not one.
_KEYWORD_STEPS = {
    "$ref": 25,
    **dict.fromkeys(("allOf", "anyOf", "if", "items", "not", "oneOf", "properties"), 5),
}


def compile_reference_validator(schema: dict[str, Any]) -> Any:
    """Return jsonschema's validator of a self-contained root in our dialect."""
    return _build_validator_class()(schema)


@lru_cache(maxsize=1)
def _build_validator_class() -> Any:
    from jsonschema import Draft202012Validator, validators

    checks = {**Draft202012Validator.VALIDATORS, **KEYWORD_CHECKS}
    keywords = {
        name: _count_steps(check, _KEYWORD_STEPS.get(name, 1)) for name, check in checks.items()
    }
    types = Draft202012Validator.TYPE_CHECKER.redefine("array", _is_array)
    return validators.extend(  # type: ignore[no-untyped-call] # its stub
        Draft202012Validator, keywords, type_checker=types
    )


def _is_array(_checker: Any, value: Any) -> bool:
    return isinstance(value, list | tuple)


def _count_steps(check_keyword: Any, steps: int) -> Any:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        spend_steps(steps)
        return check_keyword(validator, value, instance, schema)

    return check
