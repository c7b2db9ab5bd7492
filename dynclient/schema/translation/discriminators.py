"""Discriminators: the values of the tag are added to the alternatives that leave the tag open.

So a tag that is present decides which alternative a value must fit, for both engines, the sampler
and the diff. Without a tag in the value, the plain `oneOf` or `anyOf` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dynclient.schema.dialect import UNION_KEYWORDS, Schema, get_definition_name, get_place
from dynclient.schema.readings import Definitions, has_declared_properties, walk_in_place

#: How many unions inside one another are looked into for the values of a tag.
_MAX_DEPTH = 20


class AlternativeTags:
    """What an alternative and its discriminator say of the tag.

    Args:
        assigned: the values that mean this alternative: those of the mapping, else its name.
        listed: the values that the alternative itself allows; None where it leaves the tag open.

    """

    def __init__(self, assigned: list[Any], listed: list[Any] | None) -> None:
        self.assigned = assigned
        self.listed = listed


class SchemaOrigin:
    """What a definition was made of.

    Args:
        key: where the Schema Object is: the URI of its file and its pointer.
        name: the name by which a tag means it.

    """

    def __init__(self, key: tuple[str, str], name: str) -> None:
        self.key = key
        self.name = name


class DiscriminatorTranslator:
    """Restricts the tag in the alternatives of discriminated unions.

    Args:
        defs: the definitions that references name. They may still be incomplete while unions are
            added.

    """

    def __init__(self, defs: Definitions) -> None:
        self.defs = defs
        self.origins: dict[str, SchemaOrigin] = {}
        self._unions: list[tuple[Schema, int | None]] = []
        #: What unions list, by union, keyword and tag; the tag is None for the values themselves.
        #: A union is open to itself, and beyond _MAX_DEPTH.
        self._listed: dict[tuple[int, str, str | None], list[Any] | None] = {}
        self._depth = 0

    def add_union(self, schema: Schema, fallback: int | None = None) -> None:
        """Add a schema whose alternatives are to be restricted.

        Args:
            schema: it has a discriminator, and `oneOf` or `anyOf`.
            fallback: the index of the alternative for a tag that means none of the others.

        """
        self._unions.append((schema, fallback))

    def restrict_alternatives(self) -> None:
        """Add the values of the tag to each alternative of a union that leaves the tag open.

        An alternative that lists the tag's values itself keeps its own, without those that mean
        another alternative. With a default mapping, a value without the tag, or with a tag that
        means nothing else, must fit that alternative.

        Source: OAS 3.2.0 Discriminator Object.
        """
        unions, self._unions = self._unions, []
        self._listed.clear()
        for schema, fallback in unions:
            for keyword in UNION_KEYWORDS:
                if keyword not in schema:
                    continue
                values = self._find_allowed_tags(schema, keyword)
                default = self._find_default(schema, keyword)
                open_index = fallback if default is None else default
                if open_index is not None:
                    values[open_index] = None
                schema[keyword] = self._restrict_each(schema, keyword, values)
                if default is not None:
                    self._require_tag(schema, keyword, default)

    def _find_default(self, schema: dict[str, Any], keyword: str) -> int | None:
        """Return the index of the alternative that the default mapping names; None without one."""
        target = schema["discriminator"].get("defaultMapping")
        if target is None:
            return None
        key = self._find_origin_key(target)
        for index, alternative in enumerate(schema[keyword]):
            reference = _get_reference(alternative)
            if reference is not None and self._find_origin_key(reference) == key:
                return index
        return None

    def _require_tag(self, schema: Schema, keyword: str, default: int) -> None:
        """Let every alternative but the default one require the tag."""
        tag = schema["discriminator"]["propertyName"]
        for index, alternative in enumerate(schema[keyword]):
            if index != default and isinstance(alternative, dict):
                required = dict.fromkeys([*alternative.get("required", ()), tag])
                schema[keyword][index] = Schema(
                    {**alternative, "required": list(required)}, get_place(alternative)
                )

    # --- which values

    def _find_allowed_tags(self, schema: dict[str, Any], keyword: str) -> list[list[Any] | None]:
        """Return the values of the tag that each alternative allows; None: it leaves it open."""
        rule = schema["discriminator"]
        tag = rule["propertyName"]
        owner = {name: value for name, value in schema.items() if name not in UNION_KEYWORDS}
        owner_values = self._list_tag_values(owner, tag)

        alternatives = []
        for alternative in schema[keyword]:
            assigned = self._list_assigned_tags(rule, alternative)
            typed = _convert_tags(assigned, self._find_tag_types(alternative, owner, tag))
            alternatives.append(AlternativeTags(typed, self._list_tag_values(alternative, tag)))
        allowed = [_choose_tags(one, _list_others(alternatives, one)) for one in alternatives]
        if owner_values is None:
            return allowed
        return [_keep_permitted(values, owner_values) for values in allowed]

    def _list_assigned_tags(self, rule: dict[str, Any], alternative: Any) -> list[Any]:
        reference = _get_reference(alternative)
        if reference is None:
            return []
        key = self._find_origin_key(reference)
        mapped = [
            tag
            for tag, target in (rule.get("mapping") or {}).items()
            if self._find_origin_key(target) == key
        ]
        return mapped or [self.origins[get_definition_name(reference)].name]

    def _find_origin_key(self, reference: str) -> tuple[str, str]:
        """Return where the schema is that a reference means, other names for it followed."""
        visited: set[str] = set()
        while True:
            name = get_definition_name(reference)
            schema = self.defs.get(name)
            is_alias = isinstance(schema, dict) and list(schema) == ["$ref"]
            if not isinstance(schema, dict) or not is_alias or name in visited:
                return self.origins[name].key
            visited.add(name)
            reference = schema["$ref"]

    def _find_tag_types(self, alternative: Any, owner: Any, tag: str) -> set[str] | None:
        """Return the types that the tag's schemas allow; None where they name none."""
        types: set[str] | None = None
        for part in (*self._walk(alternative), *self._walk(owner)):
            found = self._collect_types(part.get("properties", {}).get(tag, True))
            if found is not None:
                types = found if types is None else types & found
        return types

    def _collect_types(self, schema: Any) -> set[str] | None:
        found: set[str] | None = None
        for part in walk_in_place(schema, self.defs):
            if "type" in part:
                names = part["type"] if isinstance(part["type"], list) else [part["type"]]
                found = (found or set()) | set(names)
        return found

    def _list_tag_values(self, schema: Any, tag: str, *, unions: bool = True) -> list[Any] | None:
        """Return the values of the tag that a schema of objects allows; None: it leaves it open."""
        lists: list[list[Any] | None] = []
        for part in self._walk(schema):
            if tag in part.get("properties", ()):
                lists.append(self._list_values(part["properties"][tag]))
            keywords = [keyword for keyword in UNION_KEYWORDS if unions and keyword in part]
            lists += [self._list_union_tags(part, keyword, tag) for keyword in keywords]
        return _intersect(lists)

    def _list_union_tags(self, schema: dict[str, Any], keyword: str, tag: str) -> list[Any] | None:
        """Return the values of the tag that any of a schema's alternatives allows."""
        rule = schema.get("discriminator") or {}
        if rule.get("propertyName") == tag:
            return self._remember(
                (id(schema), keyword, tag), lambda: _unite(self._find_allowed_tags(schema, keyword))
            )
        return self._remember(
            (id(schema), keyword, tag),
            lambda: _unite(self._list_tag_values(part, tag) for part in schema[keyword]),
        )

    def _list_values(self, schema: Any) -> list[Any] | None:
        """Return the only values that a schema allows; None where it lists none."""
        lists: list[list[Any] | None] = []
        for part in self._walk(schema):
            if "enum" in part:
                lists.append(part["enum"])
            if "const" in part:
                lists.append([part["const"]])
            if part.get("type") == "null":
                lists.append([None])
            keywords = [keyword for keyword in UNION_KEYWORDS if keyword in part]
            lists += [self._list_union_values(part, keyword) for keyword in keywords]
        return _intersect(lists)

    def _list_union_values(self, schema: dict[str, Any], keyword: str) -> list[Any] | None:
        return self._remember(
            (id(schema), keyword, None), lambda: _unite(map(self._list_values, schema[keyword]))
        )

    def _remember(
        self, key: tuple[int, str, str | None], compute: Callable[[], list[Any] | None]
    ) -> list[Any] | None:
        """Return what a union lists; it is computed once."""
        if key in self._listed or self._depth >= _MAX_DEPTH:
            return self._listed.get(key)
        self._listed[key] = None
        self._depth += 1
        try:
            self._listed[key] = compute()
        finally:
            self._depth -= 1
        return self._listed[key]

    def _walk(self, schema: Any) -> Iterator[dict[str, Any]]:
        return walk_in_place(schema, self.defs, alternatives=False)

    # --- the restricted alternatives

    def _restrict_each(
        self, schema: Schema, keyword: str, values: list[list[Any] | None]
    ) -> list[Any]:
        tag = schema["discriminator"]["propertyName"]
        restricted: list[Any] = []
        for index, alternative in enumerate(schema[keyword]):
            allowed = values[index]
            if not isinstance(alternative, dict) or not self._accepts_objects(alternative):
                restricted.append(alternative)
            elif allowed is None:
                others = _unite(values[:index] + values[index + 1 :], skip_open=True) or []
                restriction = {"not": {"enum": others}} if others else None
                restricted.append(self._restrict(alternative, tag, restriction))
            elif self._list_tag_values(alternative, tag, unions=False) == allowed:
                restricted.append(alternative)
            else:
                restricted.append(self._restrict(alternative, tag, {"enum": allowed}))
        return restricted

    def _accepts_objects(self, schema: dict[str, Any]) -> bool:
        for part in self._walk(schema):
            names = part.get("type", "object")
            if "object" not in (names if isinstance(names, list) else [names]):
                return False
        return True

    def _restrict(
        self, alternative: dict[str, Any], tag: str, restriction: dict[str, Any] | None
    ) -> dict[str, Any]:
        if restriction is None:
            return alternative
        place = get_place(alternative)
        tag_schema = Schema(restriction, place)
        properties = alternative.get("properties", {})
        if tag in properties:
            tag_schema = Schema({"allOf": [properties[tag], tag_schema]}, place)
        restricted = Schema({**alternative, "properties": {**properties, tag: tag_schema}}, place)
        if not has_declared_properties(alternative, self.defs):
            # The tag alone must not close an object that may have any properties.
            restricted.setdefault("additionalProperties", True)
        return restricted


def _get_reference(schema: Any) -> str | None:
    """Return the reference that an alternative is, also where a single `allOf` is around it."""
    if not isinstance(schema, dict):
        return None
    parts = schema.get("allOf", ())
    if "$ref" not in schema and len(parts) == 1:
        return _get_reference(parts[0])
    return schema.get("$ref")


def _list_others(alternatives: list[AlternativeTags], one: AlternativeTags) -> list[Any]:
    """Return the values that mean another alternative."""
    assigned = [other.assigned for other in alternatives if other is not one]
    return [value for values in assigned for value in values if value not in one.assigned]


def _choose_tags(one: AlternativeTags, others: list[Any]) -> list[Any] | None:
    if one.listed is None:
        return one.assigned or None
    return [value for value in one.listed if value not in others] or one.listed


def _keep_permitted(values: list[Any] | None, permitted: list[Any]) -> list[Any] | None:
    """Return the values that the schema around permits; None where it permits none of them."""
    if values is None:
        return None
    return [value for value in values if value in permitted] or None


def _convert_tags(tags: list[str], types: set[str] | None) -> list[Any]:
    """Return tags, which a document always writes as texts, in the types that the tag may have."""
    if not tags or types is None:
        return list(tags)
    converted: list[Any] = list(tags)
    if "string" not in types:
        converted = [_convert_tag(tag, types) for tag in tags]
    return [*converted, None] if "null" in types else converted


def _convert_tag(tag: str, types: set[str]) -> Any:
    if "boolean" in types and tag in ("true", "false"):
        return tag == "true"
    is_integer = tag.removeprefix("-").isdecimal() and tag.isascii()
    return int(tag) if is_integer and types & {"integer", "number"} else tag


def _intersect(lists: Iterable[list[Any] | None]) -> list[Any] | None:
    common: list[Any] | None = None
    for values in lists:
        if values is not None:
            common = values if common is None else [one for one in common if one in values]
    return common


def _unite(lists: Iterable[list[Any] | None], *, skip_open: bool = False) -> list[Any] | None:
    """Return what is in any of the lists; None where one of them is open."""
    united: list[Any] = []
    for values in lists:
        if values is not None:
            united += [value for value in values if value not in united]
        elif not skip_open:
            return None
    return united
