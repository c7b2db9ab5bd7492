"""Applies overlays: documents that change another document.

Source: OpenAPI Overlay Specification 1.0.0 and 1.1.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from dynclient.document.cache.indexed_tree import IndexedObject
from dynclient.document.files.document_files import DocumentFile
from dynclient.document.openapi_version import has_schema_resources
from dynclient.document.problems import Problem, Severity
from dynclient.document.text_features import find_features
from dynclient.document.tree_origins import Location, Origin, TreeOrigins
from dynclient.errors import UnsupportedVersion
from dynclient.masking import mask_url
from dynclient.violations import Place, shorten

#: How many nodes an action may select.
MAX_NODES = 100_000

_VERSION = re.compile(r"1\.[01](\.|$)")

_SUPPORTED = "dynclient applies Overlay 1.0 and 1.1; an overlay begins with `overlay: 1.0.0`"


def apply_overlays(entry: DocumentFile, overlays: Sequence[DocumentFile]) -> DocumentFile:
    """Return the entry document as overlays change it, one after the other.

    What is wrong with an overlay is among its problems.

    Raises:
        UnsupportedVersion: an overlay is none, or of a version that dynclient does not apply.

    """
    if not overlays:
        return entry
    application = _OverlayApplication(entry)
    problems = list(entry.problems)
    for overlay in overlays:
        _check_version(overlay)
        application.apply(overlay)
        problems += overlay.problems
    problems += application.problems
    identifies_schemas = has_schema_resources(application.tree)
    features = entry.features
    for overlay in overlays:
        features = features.unite(find_features(_write_json(overlay.tree)))
    has_resources = identifies_schemas and features.may_have_resources
    return replace(
        entry,
        tree=application.tree,
        problems=tuple(problems),
        origins=application.origins,
        features=features._replace(may_have_resources=has_resources),
    )


def _write_json(tree: Any) -> bytes:
    # A copy: what comes from the cache is read by its own methods only.
    return json.dumps(_copy_tree(tree)).encode("ascii")


def _check_version(overlay: DocumentFile) -> None:
    name = Place(overlay.uri, "").file
    version = overlay.tree.get("overlay") if isinstance(overlay.tree, dict) else None
    if version is None:
        text = f"{name} is no overlay: it has no `overlay` field"
        raise UnsupportedVersion(text, hint=_SUPPORTED)
    if not _VERSION.match(str(version)):
        raise UnsupportedVersion(f"{name} is Overlay {shorten(str(version))}", hint=_SUPPORTED)


#: The keys of containers that were copied, and those of the containers in them.
_CopiedKeys = dict[str | int, "_CopiedKeys"]


class _IncompatibleUpdateError(Exception):
    """An update that does not fit its target."""


class _OverlayApplication:
    """The tree of a document while overlays change it.

    What is changed is copied first, with all around it. So what no action looks at is not even
    parsed, where the document comes from the cache.

    Attributes:
        tree: the tree.
        origins: where each part of it comes from.
        problems: what is wrong with the overlays.

    """

    def __init__(self, entry: DocumentFile) -> None:
        self.tree = _copy_container(entry.tree)
        #: The containers that were copied, each under its key in the one around it.
        self._copied: _CopiedKeys = {}
        self.origins = TreeOrigins(entry.uri)
        self.problems: list[Problem] = []

    def apply(self, overlay: DocumentFile) -> None:
        """Apply the actions of an overlay in order."""
        actions = overlay.tree.get("actions")
        if not isinstance(actions, list) or not actions:
            self._report(overlay, ("actions",), "invalid-overlay", "`actions` must be a list")
            return
        for index, action in enumerate(actions):
            location = ("actions", str(index))
            if isinstance(action, dict) and isinstance(action.get("target"), str):
                self._apply_action(overlay, location, action)
            else:
                text = "an action must be an object with a `target`, a JSONPath"
                self._report(overlay, location, "invalid-overlay", text)

    def _apply_action(
        self, overlay: DocumentFile, location: Location, action: dict[str, Any]
    ) -> None:
        target = action["target"]
        targets = self._select(overlay, (*location, "target"), target)
        if targets is None:
            return
        if not targets:
            text = f"the target {shorten(target)} matches nothing; the action changes nothing"
            self._report(overlay, (*location, "target"), "overlay-without-match", text, "warning")
        elif action.get("remove") is True:
            self._remove(overlay, location, targets)
        elif "update" in action:
            origin = (overlay.uri, (*location, "update"))
            self._update_all(overlay, location, targets, action["update"], origin)
        elif isinstance(action.get("copy"), str):
            self._copy(overlay, location, targets, action["copy"])
        else:
            text = "an action needs `update`, `copy` or `remove: true`"
            self._report(overlay, location, "invalid-overlay", text)

    def _select(
        self, overlay: DocumentFile, location: Location, query: str
    ) -> list[tuple[str | int, ...]] | None:
        """Return the keys that lead to what a JSONPath selects; None where it is no JSONPath."""
        from jsonpath import JSONPathEnvironment  # Few documents have an overlay.
        from jsonpath.exceptions import JSONPathError

        try:
            matches = JSONPathEnvironment(strict=True).compile(query).finditer(self.tree)
            selected = {match.parts: None for match in islice(matches, MAX_NODES)}
        except (JSONPathError, ValueError, RecursionError) as error:
            # The text of the library's own errors can fail where the query is empty.
            reason = str(error.args[0]) if error.args else type(error).__name__
            text = f"{shorten(query)} is no JSONPath of RFC 9535: {shorten(reason)}"
            self._report(overlay, location, "invalid-overlay", text)
            return None
        return list(selected)

    # --- remove

    def _remove(
        self,
        overlay: DocumentFile,
        location: Location,
        targets: Iterable[tuple[str | int, ...]],
    ) -> None:
        keys_by_parent: dict[tuple[str | int, ...], list[str | int]] = {}
        for target in targets:
            if target:
                keys_by_parent.setdefault(target[:-1], []).append(target[-1])
            else:
                text = "the whole document cannot be removed"
                self._report(overlay, (*location, "target"), "invalid-overlay", text)
        # The innermost first: what is removed inside of a list moves nothing above it.
        for parent, keys in sorted(keys_by_parent.items(), key=lambda entry: -len(entry[0])):
            self._remove_keys(parent, keys)

    def _remove_keys(self, parent: tuple[str | int, ...], keys: list[str | int]) -> None:
        container = self._get_copied(parent)
        location = _to_location(parent)
        if isinstance(container, list):
            indexes = {int(key) for key in keys}
            self.origins.remove_items(location, indexes, len(container))
            container[:] = [item for i, item in enumerate(container) if i not in indexes]
            self._find_copied_keys(parent).clear()  # The items behind them moved up.
            return
        for key in keys:
            del container[key]
            self.origins.remove_member(location, str(key))

    # --- update

    def _copy(
        self,
        overlay: DocumentFile,
        location: Location,
        targets: Iterable[tuple[str | int, ...]],
        query: str,
    ) -> None:
        sources = self._select(overlay, (*location, "copy"), query)
        if sources is None:
            return
        if len(sources) != 1:
            text = f"`copy` must select one node; {shorten(query)} selects {len(sources)}"
            self._report(overlay, (*location, "copy"), "invalid-overlay", text)
            return
        value = _copy_tree(self._get(sources[0]))
        origin = self.origins.find(_to_location(sources[0]))
        self._update_all(overlay, location, targets, value, origin)

    def _update_all(
        self,
        overlay: DocumentFile,
        location: Location,
        targets: Iterable[tuple[str | int, ...]],
        value: Any,
        origin: Origin,
    ) -> None:
        for target in targets:
            try:
                self._update(target, value, origin)
            except _IncompatibleUpdateError as error:
                self._report(overlay, location, "incompatible-overlay", str(error))

    def _update(self, target: tuple[str | int, ...], value: Any, origin: Origin) -> None:
        """Merge a value into a node, or replace it.

        Raises:
            _IncompatibleUpdateError: the one is an object or list, and the other is none.

        """
        node = self._get(target)
        location = _to_location(target)
        if isinstance(node, dict) and isinstance(value, dict):
            node = self._get_copied(target)
            for key, item in value.items():
                self._update_member(node, key, item, target, (origin[0], (*origin[1], key)))
        elif isinstance(node, list):
            self._append(self._get_copied(target), value, location, origin)
        elif isinstance(node, dict | list) or isinstance(value, dict | list) or not target:
            place = "".join(f"/{token}" for token in location) or "/"
            text = f"{_describe(value)} cannot be merged into {_describe(node)}, at {place}"
            raise _IncompatibleUpdateError(text)
        else:
            self._get_copied(target[:-1])[target[-1]] = value
            self.origins.replace(location, origin)

    def _append(self, node: list[Any], value: Any, location: Location, origin: Origin) -> None:
        """Put the items of a list, or another value, behind the items of a list."""
        if not isinstance(value, list):
            self._append_item(node, value, location, origin)
            return
        uri, origin_location = origin
        for index, item in enumerate(value):
            self._append_item(node, item, location, (uri, (*origin_location, str(index))))

    def _append_item(self, node: list[Any], item: Any, location: Location, origin: Origin) -> None:
        self.origins.replace((*location, str(len(node))), origin)
        node.append(_copy_tree(item))

    def _update_member(
        self,
        node: dict[str, Any],
        key: str,
        value: Any,
        target: tuple[str | int, ...],
        origin: Origin,
    ) -> None:
        if key in node and isinstance(node[key], list) and not isinstance(value, list):
            raise _IncompatibleUpdateError(
                f"{_describe(value)} cannot be merged into a list, at {key}"
            )
        if key in node:
            self._update((*target, key), value, origin)
            return
        node[key] = _copy_tree(value)
        self.origins.replace(_to_location((*target, key)), origin)

    def _get(self, target: tuple[str | int, ...]) -> Any:
        node = self.tree
        for key in target:
            node = node[key]
        return node

    def _get_copied(self, target: tuple[str | int, ...]) -> Any:
        """Return a container of the tree that may be changed: a copy, as all around it is."""
        node, copied = self.tree, self._copied
        for key in target:
            if key not in copied:
                node[key] = _copy_container(node[key])
                copied[key] = {}
            node, copied = node[key], copied[key]
        return node

    def _find_copied_keys(self, target: tuple[str | int, ...]) -> _CopiedKeys:
        copied = self._copied
        for key in target:
            copied = copied[key]
        return copied

    def _report(
        self,
        overlay: DocumentFile,
        location: Location,
        code: str,
        message: str,
        severity: Severity = "error",
    ) -> None:
        pointer = "".join(f"/{token}" for token in location)
        line, column = overlay.locate(pointer) or (None, None)
        file = mask_url(overlay.uri)
        problem = Problem(severity, code, message, "", pointer, file, line, column)
        self.problems.append(problem)


def _to_location(keys: tuple[str | int, ...]) -> Location:
    return tuple(map(str, keys))


def _describe(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a value"


def _copy_container(value: Any) -> Any:
    """Return a container with the same members, which may be changed."""
    if isinstance(value, IndexedObject):
        return value.copy_unread()
    return value.copy() if isinstance(value, dict | list) else value


def _copy_tree(value: Any) -> Any:
    """Return a tree that shares nothing with another one."""
    if isinstance(value, dict):
        return {key: _copy_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy_tree(item) for item in value]
    return value
