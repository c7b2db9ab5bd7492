from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.violations import (
    MAX_LINE_CHARS,
    Place,
    Violation,
    format_path,
    format_violations,
    shorten,
    shorten_repr,
    sort_violations,
)


def test_a_path_reads_as_python_people_write_it():
    assert format_path(("body", "cartItems", 0, "quantity")) == "body.cartItems[0].quantity"
    assert format_path(("query", "filter[name]")) == "query['filter[name]']"
    assert format_path(()) == "(whole)"


def test_problems_are_told_missing_then_unknown_then_wrong():
    kinds = ["type", "unknown", "enum", "missing", "unknown", "missing"]
    told = sort_violations(Violation(kind, (str(i),), "") for i, kind in enumerate(kinds))
    assert [v.path[0] for v in told] == ["3", "5", "1", "4", "0", "2"]


def test_twenty_lines_are_told_and_the_rest_is_counted():
    lines = format_violations([Violation("type", (str(i),), "wrong") for i in range(500)])
    assert len(lines) == 21
    assert lines[-1].strip() == "… and 480 more"


def test_the_suggestion_replaces_the_message():
    assert (
        str(Violation("unknown", ("args", "nmae"), "is not declared", "name"))
        == "nmae: did you mean name?"
    )


def test_a_place_is_looked_up_once_and_only_when_somebody_asks():
    asked = []
    place = Place("file:///a/shop.yaml", "/paths", lambda *at: asked.append(at) or (7, 3))
    assert asked == []
    assert (place.line, place.line, str(place)) == (7, 7, "shop.yaml:7")
    assert len(asked) == 1


def test_a_place_without_a_line_is_told_by_its_pointer():
    assert str(Place("file:///a/shop.yaml", "/paths")) == "shop.yaml#/paths"


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]
)
def test_a_violation_survives_copying_with_its_line(copied):
    violation = Violation(
        "type", ("body", 0), "got 1", "x", Place("a.yaml", "/x", lambda *_: (7, 3))
    )
    made = copied(violation)
    assert made == violation
    assert (made.place, made.place.line) == (violation.place, 7)


@given(st.text(max_size=400), st.integers(10, 200))
def test_a_shortened_text_is_one_printable_line_within_its_limit(text, limit):
    made = shorten(text, limit)
    assert len(made) <= limit
    assert made.isprintable()


@given(st.recursive(st.none() | st.text() | st.integers() | st.floats() | st.binary(), st.lists))
def test_any_value_is_shown_on_one_short_line(value):
    assert len(shorten_repr(value)) <= 80
    assert shorten_repr(value).isprintable()


def test_a_number_of_ten_thousand_digits_is_shown_too():
    assert len(shorten_repr(10**10_000)) <= 80


@given(st.lists(st.text(max_size=300) | st.integers(), max_size=30), st.text(max_size=300))
def test_no_line_of_the_table_is_long(path, message):
    (line,) = format_violations([Violation("type", tuple(path), message)])
    assert len(line) <= 2 * MAX_LINE_CHARS + 20
    assert "\n" not in line


def test_sixty_problems_of_three_kinds_are_three_lines_with_their_counts():
    violations = []
    for index in range(20):
        path = ("body", "items", index)
        violations += [
            Violation("type", (*path, "price"), f"got 'p{index}', want number"),
            Violation("unknown", (*path, "colour"), "is not declared", "color"),
            Violation("missing", (*path, "id"), "string, required"),
        ]
    assert format_violations(violations) == [
        "  missing  body.items[0].id      string, required (20 times)",
        "  unknown  body.items[0].colour  did you mean color? (20 times)",
        "  type     body.items[0].price   got 'p0', want number (20 times)",
    ]


def test_members_of_a_map_that_break_one_schema_share_a_line():
    place = Place("api.yaml", "/components/schemas/Rate")
    violations = [
        Violation("type", ("rates", f"c{n}", "value"), "want number", None, place)
        for n in range(60)
    ]
    assert format_violations(violations) == ["  type  rates.c0.value  want number (60 times)"]


def test_problems_that_all_have_a_line_are_not_counted():
    violations = [Violation("type", ("a", n), "want number") for n in range(20)]
    assert len(format_violations(violations)) == 20
    assert not any("times" in line for line in format_violations(violations))
    assert format_violations([*violations, violations[0]]) == [
        "  type  a[0]  want number (21 times)"
    ]
