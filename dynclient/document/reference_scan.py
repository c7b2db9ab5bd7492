"""Finds the references to other files in a tree, and passes over data that only looks like one."""

from __future__ import annotations

import re
from typing import Any, Literal

from dynclient.document.files.uris import join_uri, normalize_uri, split_fragment

#: No reference leads here: each one to a file counts, also one to the file itself by its name.
_NOWHERE = "memory:nowhere"

#: A value of a discriminator's mapping that names a file, and not a component.
_MAPPED_FILE = re.compile(r"[^#]+\.(ya?ml|json)(#.*)?|[^#]*/[^#]*(#.*)?", re.IGNORECASE)

#: The values of these fields are data: a `$ref` in them is no reference.
_DATA_FIELDS = frozenset({"example", "examples", "default", "enum", "const", "x-example"})

#: What the keys of an object are: fields, names, or, at the top of a file that is only a part of a
#: document, either of them.
_KeyKind = Literal["fields", "names", "either"]

#: A value that is still to be read, what references in it are relative to, and its keys.
_Visit = tuple[Any, str, _KeyKind]

#: The keys of the objects under these fields are names, and never keywords.
_MAP_FIELDS = frozenset(
    {
        *("paths", "webhooks", "callbacks", "responses", "headers", "content", "links", "encoding"),
        *("schemas", "parameters", "requestBodies", "securitySchemes", "pathItems", "mediaTypes"),
        *("securityDefinitions", "additionalOperations", "variables"),
        *("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"),
    }
)


def refers_to_files(tree: Any) -> bool:
    """Tell whether a tree refers to other files, wherever it stands itself."""
    return bool(find_external_uris(tree, _NOWHERE, _NOWHERE, has_identifiers=False))


def find_external_uris(tree: Any, uri: str, base_uri: str, *, has_identifiers: bool) -> list[str]:
    """Return the URIs of the other files that a tree refers to, in document order, each once.

    Args:
        tree: the content of a file.
        uri: the URI of the file.
        base_uri: what its references are relative to.
        has_identifiers: whether an `$id` in it is a base URI.

    """
    uris: dict[str, None] = {}
    resolved: set[tuple[str, str]] = set()
    pending: list[_Visit] = [(tree, base_uri, _find_key_kind(tree))]
    while pending:
        value, base, kind = pending.pop()
        if isinstance(value, dict):
            if has_identifiers:
                base = _find_base_uri(value, base)
            for reference in _list_own_references(value):
                if (base, reference) not in resolved:
                    resolved.add((base, reference))
                    uris.update(dict.fromkeys(_list_possible_uris(uri, base, reference)))
            children = reversed(_list_children(value, kind))
            pending += [(child, base, child_kind) for child, child_kind in children]
        elif isinstance(value, list):
            pending += [(item, base, "fields") for item in reversed(value)]
    uris.pop(uri, None)
    return list(uris)


def _find_key_kind(tree: Any) -> _KeyKind:
    """Return what the keys at the top of a file are."""
    is_entry = isinstance(tree, dict) and ("openapi" in tree or "swagger" in tree)
    return "fields" if is_entry else "either"


def _find_base_uri(value: dict[str, Any], base: str) -> str:
    """Return what the references in an object are relative to: its `$id`, else what is around it.

    Args:
        value: the object.
        base: what the references around it are relative to.

    """
    own_id = value.get("$id")
    if not isinstance(own_id, str):
        return base
    uri, _ = split_fragment(join_uri(base, own_id))
    return uri


def _list_possible_uris(file_uri: str, base: str, reference: str) -> list[str]:
    """Return the URI that a reference means, and the neighbour of the file that it may mean.

    Args:
        file_uri: where the reference stands.
        base: what it is relative to: the URI of the file, or an `$id`.
        reference: the reference.

    """
    uri, _ = split_fragment(join_uri(base, reference))
    if base == file_uri:
        return [normalize_uri(uri)]
    neighbour, _ = split_fragment(join_uri(file_uri, reference))
    has_own_origin = uri.split("/")[:3] == file_uri.split("/")[:3]
    return [normalize_uri(one) for one in ([uri] if has_own_origin else [uri, neighbour])]


def _list_own_references(value: dict[str, Any]) -> list[str]:
    """Return the references that an object holds itself: its `$ref`, and a mapping's values."""
    texts = [value.get("$ref"), value.get("$dynamicRef")]
    references = [one for one in texts if isinstance(one, str) and not one.startswith("#")]
    discriminator = value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, dict):
        names = [text for text in mapping.values() if isinstance(text, str)]
        references += [text for text in names if _MAPPED_FILE.fullmatch(text)]
    return references


def _list_children(value: dict[str, Any], kind: _KeyKind) -> list[tuple[Any, _KeyKind]]:
    """Return the values of an object that may hold references, and what their keys are."""
    children: list[tuple[Any, _KeyKind]] = []
    for key, item in value.items():
        if kind == "fields" and key in _DATA_FIELDS:
            children += _list_example_references(item) if key == "examples" else []
        else:
            has_names = kind != "names" and key in _MAP_FIELDS
            children.append((item, "names" if has_names else "fields"))
    return children


def _list_example_references(examples: Any) -> list[tuple[Any, _KeyKind]]:
    """Return the references that stand in place of Example Objects, or of all of them."""
    if not isinstance(examples, dict):
        return []
    objects = [one for one in (examples, *examples.values()) if isinstance(one, dict)]
    return [({"$ref": one["$ref"]}, "fields") for one in objects if "$ref" in one]
