"""What a kind of generator must declare."""

from dynclient.generate.plausible_values import PlausibleValueGenerator
from dynclient.generate.value_choices import ValueChoices
from dynclient.strategies.value_drawing import HypothesisValueGenerator


def test_both_generators_make_each_declared_choice_themselves_and_override_nothing_else():
    """A choice that is renamed or split cannot silently lose an override."""
    for kind in (PlausibleValueGenerator, HypothesisValueGenerator):
        own = {name for name in vars(kind) if callable(vars(kind)[name]) and name[0] != "_"}
        assert own == ValueChoices.__abstractmethods__
