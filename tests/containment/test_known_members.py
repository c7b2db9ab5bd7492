"""What is known of the members of a union that must not fit: it leaves few ways to refuse it."""

import pytest

from dynclient.containment import SchemaView
from dynclient.containment.schema_equality import SchemaEquality
from dynclient.containment.witnesses import SignedSchema
from dynclient.containment.witnesses.known_members import ExpandedSchemas, KnownMembers
from dynclient.containment.witnesses.negated_expansion import expand_negated
from dynclient.schema.dialect import Schema

SENDER, READER = SchemaView({}, "producer", "request"), SchemaView({}, "consumer", "request")
TEXT, COUNT, FLAG = "string", "integer", "boolean"


def build(name):
    """A schema of its own each time, as the same member of two documents is."""
    return Schema({"type": "object", "properties": {"a": Schema({"type": name})}})


def sort_members(*known):
    union = SignedSchema(READER, Schema({"oneOf": [build(TEXT), build(COUNT), build(FLAG)]}), False)
    members = ExpandedSchemas(SchemaEquality(SENDER.defs, READER.defs), known).sort_members(union)
    return union, members


def list_types(members):
    return [member["properties"]["a"]["type"] for member in members]


def sign(name, *, is_positive, closing_mode="open"):
    return SignedSchema(SENDER, build(name), is_positive, closing_mode)


def test_equal_members_of_the_other_document_are_known():
    known = [sign(TEXT, is_positive=True), sign(COUNT, is_positive=False)]

    _, members = sort_members(*known)

    assert (list_types(members.fitting), list_types(members.possible)) == ([TEXT], [FLAG])


def test_what_only_a_reading_refuses_may_fit_as_it_is_written():
    _, members = sort_members(sign(TEXT, is_positive=False, closing_mode="location"))

    assert (members.fitting, list_types(members.possible)) == ([], [TEXT, COUNT, FLAG])


@pytest.mark.parametrize(
    ("fitting", "refused", "ways"),
    [
        ([], [], 1 + 3),  # none fits, or one of three pairs does
        ([TEXT], [], 2),  # one of the others fits too
        ([TEXT], [COUNT], 1),
        ([TEXT], [COUNT, FLAG], 0),  # it is the only one
        ([TEXT, COUNT], [], 1),  # two fit, whatever the third does
        ([], [TEXT, COUNT], 1),  # the third does not fit
        ([], [TEXT, COUNT, FLAG], 1),
    ],
)
def test_as_many_ways_are_left_as_the_known_members_allow(fitting, refused, ways):
    known = [sign(name, is_positive=True) for name in fitting]
    known += [sign(name, is_positive=False) for name in refused]

    union, members = sort_members(*known)

    assert len(expand_negated(union, members)) == ways
    assert members.is_decided == (ways <= 1)


@pytest.mark.parametrize(
    ("fitting", "possible", "deciding"),
    [("a", "bc", ["a"]), ("", "b", ["b"]), ("", "bc", []), ("ab", "c", []), ("", "", [])],
)
def test_one_member_decides_only_where_no_other_could_be_the_fitting_one(
    fitting, possible, deciding
):
    assert list(KnownMembers(list(fitting), list(possible)).deciding) == deciding
