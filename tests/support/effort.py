"""How many examples hypothesis tries, for all tests in one place.

`HYPOTHESIS_PROFILE=thorough` tries many; it is for a night, not for the gate.
"""

from __future__ import annotations

import contextlib
import os

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

#: Profile -> how many examples an ordinary property test tries.
EXAMPLES = {"dev": 25, "ci": 40, "thorough": 400}

#: How many examples are drawn at most to see each of several corners.
MAX_DRAWN = 4000


def load_profile():
    """Register the profiles and load one: that of HYPOTHESIS_PROFILE, else by CI."""
    for name, count in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
    default = "ci" if os.environ.get("CI") else "dev"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", default))


def share(part=1.0, least=1):
    """Return settings with a part of the profile's examples, and no health check."""
    count = max(least, round(part * settings.default.max_examples))
    return settings(max_examples=count, suppress_health_check=list(HealthCheck))


def share_each(part=1.0):
    """Return settings for each of many cases: a few examples, more where the profile has many."""
    count = max(3, round(part * settings.default.max_examples**0.5))
    return settings(max_examples=count, suppress_health_check=list(HealthCheck))


def find_any(strategy, condition, max_examples=MAX_DRAWN):
    """Return a drawn value that fulfils a condition; it is not shrunk."""
    quick = settings(max_examples=max_examples, database=None, phases=[Phase.generate])
    return find(strategy, condition, settings=quick)


def find_missed(strategy, conditions, max_examples=MAX_DRAWN):
    """Return the names of the conditions that no drawn value fulfils.

    Args:
        strategy: what is drawn, until all of them are seen.
        conditions: name -> condition of a value.
        max_examples: how many values are drawn at most.

    """
    missed = dict(conditions)

    def has_all(value):
        for name in [name for name, condition in missed.items() if condition(value)]:
            del missed[name]
        return not missed

    with contextlib.suppress(NoSuchExample):
        find_any(strategy, has_all, max_examples)
    return list(missed)
