"""Changes of what the values of a discriminator mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.revisions import JSON, Steps, Tree, bodies, put, value

from catalogue.case import BREAKS, NOTES, Case, Expected, Kind, Levels
from catalogue.members import thing

TEXT = {"type": "string"}
_PREFIX = "#/components/schemas/"
_CAT, _DOG = thing("kind", kind=TEXT, meow=TEXT), thing("kind", kind=TEXT, bark=TEXT)
_SCHEMAS = {"DynCat": _CAT, "DynDog": _DOG}
_CAT_AND_DOG = {"cat": "DynCat", "dog": "DynDog"}


@dataclass(frozen=True)
class Pets:
    """A union of pets with a discriminator.

    Attributes:
        mapping: value → component; {} where the names of components are the values.
        schemas: the components by name.
        keyword: the keyword of the union; "" where the components extend a base.
        behind_all_of: whether the union stands in an `allOf`.

    """

    mapping: Mapping[str, str]
    schemas: Mapping[str, Any]
    keyword: str = "oneOf"
    behind_all_of: bool = False

    def build_schemas(self) -> dict[str, Any]:
        """Return the components of a document; `DynPet` is the union or the base."""
        rule: dict[str, Any] = {"propertyName": "kind"}
        if self.mapping:
            rule["mapping"] = {tag: _PREFIX + name for tag, name in self.mapping.items()}
        if not self.keyword:
            base = {"$ref": f"{_PREFIX}DynPet"}
            children = {name: {"allOf": [base, schema]} for name, schema in self.schemas.items()}
            return {"DynPet": {**thing("kind", kind=TEXT), "discriminator": rule}, **children}
        union = {
            self.keyword: [{"$ref": _PREFIX + name} for name in self.schemas],
            "discriminator": rule,
        }
        pet = {"allOf": [union]} if self.behind_all_of else union
        return {"DynPet": pet, **self.schemas}


@dataclass(frozen=True)
class _Change:
    """The pets of a request body, before and after."""

    old: Pets
    new: Pets
    rule: str = "discriminator-changed"
    levels: Levels = BREAKS
    proof: str = "witness"

    def __call__(self, whole: Tree, place: Steps) -> Case:
        known = value(whole, ("components", "schemas"), {})
        at = (*place, "requestBody", "content", JSON, "schema")
        asked = put(whole, at, {"$ref": f"{_PREFIX}DynPet"})
        old, new = (
            put(asked, ("components", "schemas"), {**known, **pets.build_schemas()})
            for pets in (self.old, self.new)
        )
        if not self.rule:
            return Case(old, new, ())
        where: Steps = ("components", "schemas", "DynPet")
        expected = Expected(self.rule, where, {"call": self.levels}, self.proof)
        return Case(old, new, (expected,))


def _pets(mapping: Mapping[str, str], **options: Any) -> Pets:
    return Pets(mapping, _SCHEMAS, **options)


_SWAPPED = {"cat": "DynDog", "dog": "DynCat"}
_RENAMED = {"feline": "DynCat", "dog": "DynDog"}
_FORMS: dict[str, dict[str, Any]] = {
    "oneOf": {},
    "anyOf": {"keyword": "anyOf"},
    "a union in an allOf": {"behind_all_of": True},
    "a base with extensions": {"keyword": ""},
}

KINDS = (
    *(
        Kind(
            f"values of the discriminator swapped, {form}",
            bodies,
            _Change(_pets(_CAT_AND_DOG, **options), _pets(_SWAPPED, **options), proof="fact"),
        )
        for form, options in _FORMS.items()
    ),
    *(
        Kind(
            f"a value of the discriminator renamed, {form}",
            bodies,
            _Change(_pets(_CAT_AND_DOG, **options), _pets(_RENAMED, **options)),
        )
        for form, options in _FORMS.items()
    ),
    *(
        Kind(
            f"a component renamed that is a value of the discriminator, {form}",
            bodies,
            _Change(
                Pets({}, _SCHEMAS, **options),
                Pets({}, {"DynFeline": _CAT, "DynDog": _DOG}, **options),
            ),
        )
        for form, options in _FORMS.items()
    ),
    Kind(
        "a component renamed that a value of the discriminator names",
        bodies,
        _Change(
            _pets(_CAT_AND_DOG),
            Pets({"cat": "DynFeline", "dog": "DynDog"}, {"DynFeline": _CAT, "DynDog": _DOG}),
            rule="",
        ),
    ),
    Kind(
        "one more value of the discriminator",
        bodies,
        _Change(
            _pets(_CAT_AND_DOG),
            _pets({**_CAT_AND_DOG, "kitten": "DynCat"}),
            levels=NOTES,
            proof="rule",
        ),
    ),
)
