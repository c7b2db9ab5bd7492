"""Which edit an incompatibility comes from."""

import pytest

from dynclient.containment import Incompatibility
from dynclient.diffing.decide.attribution import attribute_to_edit
from dynclient.diffing.detect.differences import Difference
from dynclient.diffing.detect.edits import Edit
from dynclient.diffing.exposure import CALL, RESULT
from dynclient.violations import Place


def place(pointer):
    return Place("memory:api", pointer)


OBJECT, PROPERTY = place("/components/schemas/A"), place("/components/schemas/A/properties/card")


def build_edit(rule, **places):
    """Return the edit of a property of a component, which was met first below `x`."""
    return Edit(
        ("x", "card"),
        (Difference(rule, None, None),),
        "card",
        old_part_places=(OBJECT,),
        new_part_places=(OBJECT,),
        **places,
    )


@pytest.mark.parametrize(
    ("edit", "exposure", "places"),
    [
        (build_edit("property-removed", old_place=PROPERTY), RESULT, (None, PROPERTY)),
        (build_edit("property-removed", old_place=PROPERTY), CALL, (PROPERTY, None)),
        (build_edit("property-added", new_place=PROPERTY), RESULT, (PROPERTY, None)),
        (build_edit("property-added", new_place=PROPERTY), CALL, (None, PROPERTY)),
    ],
)
def test_a_value_of_a_property_that_one_document_declares_comes_from_its_edit(
    edit, exposure, places
):
    sent, read = places
    found = Incompatibility(
        "unknown", "type", ("y", "deep", "card"), subschema_place=sent, superschema_place=read
    )
    other = Edit(("z",), (Difference("type-changed", "string", "integer"),))

    assert attribute_to_edit(found, [other, edit], exposure) is edit
    assert attribute_to_edit(found, [other], exposure) is None
