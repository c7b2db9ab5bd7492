"""Plausible strings of each format."""

from __future__ import annotations

import random
import re
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.generate.format_values import generate_formatted_string
from dynclient.schema.formats import FORMAT_CHECKS


@pytest.mark.parametrize("name", sorted(FORMAT_CHECKS))
@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_generated_string_has_its_format(name: str, seed: int) -> None:
    text = generate_formatted_string(name, random.Random(seed))

    assert text is not None
    assert FORMAT_CHECKS[name](text)
    assert text == generate_formatted_string(name, random.Random(seed))


def test_generated_strings_look_like_what_people_write() -> None:
    drawn = random.Random(1)

    assert re.fullmatch(
        r"20(2\d|30)-\d\d-\d\dT.*Z", str(generate_formatted_string("date-time", drawn))
    )
    assert uuid.UUID(generate_formatted_string("uuid", drawn)).version == 4
    assert re.fullmatch(r"[a-z]+@example\.com", str(generate_formatted_string("email", drawn)))
    assert str(generate_formatted_string("uri", drawn)).startswith("https://example.com/")
    assert generate_formatted_string("nonsense", drawn) is None
