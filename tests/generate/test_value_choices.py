"""What a kind of generator must declare, and what all of them spend."""

from random import Random

import pytest

from dynclient.generate.plausible_values import PlausibleValueGenerator
from dynclient.generate.schema_cache import SchemaCache
from dynclient.generate.value_choices import BudgetExceeded, ValueChoices
from dynclient.schema.engines.step_limit import limit_steps
from dynclient.strategies.value_drawing import HypothesisValueGenerator


def test_both_generators_make_each_declared_choice_themselves_and_override_nothing_else():
    """A choice that is renamed or split cannot silently lose an override."""
    for kind in (PlausibleValueGenerator, HypothesisValueGenerator):
        own = {name for name in vars(kind) if callable(vars(kind)[name]) and name[0] != "_"}
        assert own == ValueChoices.__abstractmethods__


def test_a_generator_spends_the_steps_of_whoever_asks_and_ends_where_none_are_left():
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 50, "maxItems": 50}
    cache = SchemaCache(schema, lambda _schema: lambda _value: True, lambda _value: True)
    generator = PlausibleValueGenerator(cache, Random(0), "all", 20_000, {}, is_first=True)
    with limit_steps() as limit:
        generator.generate((schema,), "")
    assert limit.charged >= 50
    with limit_steps(limit.charged // 2), pytest.raises(BudgetExceeded):
        generator.generate((schema,), "")
