"""Rule for components: something should use each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dynclient.document.references import Node, escape_token
from dynclient.errors import DocumentError
from dynclient.plan.document_check.check_context import CheckContext

#: How many values of a document are looked at.
_MAX_VALUES = 5_000_000

#: Where the components are: in 3.x in sections of `components`, in 2.0 in sections of the root.
_SECTIONS_OF_2_0 = ("definitions", "parameters", "responses", "securityDefinitions")

#: Sections whose components are found by name, in security requirements.
_SECURITY_SECTIONS = ("securitySchemes", "securityDefinitions")

_REFERENCES = ("$ref", "$dynamicRef")

#: (URI of the file, JSON pointer).
Place = tuple[str, str]

#: How many components a message lists.
_MAX_LISTED = 5


def check_unused_components(context: CheckContext) -> None:
    """Report the components that nothing uses, in a document that describes requests."""
    document = context.document
    if not document.operations or document.files.has_resources:
        return  # A library of components, or one whose references have bases of their own.
    components = list(_list_components(document.files.top))
    walk = _UsageWalk(context)
    if not components or not walk.is_complete:
        return
    unused: dict[str, list[tuple[str, Node]]] = {}
    for section, name, node in components:
        is_used = (node.uri, node.pointer) in walk.places
        if section in _SECURITY_SECTIONS:
            is_used = name in walk.required_schemes
        if not is_used and not name.startswith("x-"):
            unused.setdefault(section, []).append((name, node))
    for section, members in unused.items():
        _report_unused(section, members, context)


def _report_unused(section: str, members: list[tuple[str, Node]], context: CheckContext) -> None:
    """Report the components of a section in one remark, at the first of them."""
    names = ", ".join(repr(name) for name, _ in members[:_MAX_LISTED])
    rest = len(members) - _MAX_LISTED
    if rest > 0:
        names += f" and {rest} more"
    verb = "is" if len(members) == 1 else "are"
    text = f"{names} of `{section}` {verb} used by nothing in the document"
    context.inform(members[0][1], "unused-component", text, "remove what nobody else uses")


def _list_components(root: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield section, name and node of each component."""
    owner, sections = root.get_child("components"), root.get_child("components").member_keys()
    if "swagger" in root.member_keys():
        owner, sections = root, list(_SECTIONS_OF_2_0)
    for section in sections:
        members = owner.get_child(section)
        for name in members.member_keys():
            yield section, name, members.get_child(name)


class _UsageWalk:
    """Follows what a document describes beside its components, with all that this refers to.

    Attributes:
        places: the places that are referred to; of a place inside a component, the component too.
        required_schemes: the security schemes that some requirement names.
        is_complete: whether everything was looked at.

    """

    def __init__(self, context: CheckContext) -> None:
        self._files = context.document.files
        self._children_by_base = context.children_by_base
        self.places: set[Place] = set()
        self.required_schemes: set[str] = set()
        self._pending: list[tuple[str, Any]] = []
        self._start()
        self.is_complete = self._walk()

    def _start(self) -> None:
        top = self._files.top
        is_swagger = "swagger" in top.member_keys()
        left_out = _SECTIONS_OF_2_0 if is_swagger else ("components",)
        for key, value in top.value.items():
            self._note_member(top.uri, key, value)
            if key not in left_out:
                self._pending.append((top.uri, value))

    def _walk(self) -> bool:
        count = 0
        while self._pending:
            count += 1
            if count > _MAX_VALUES:
                return False
            uri, value = self._pending.pop()
            if isinstance(value, list):
                self._pending += [(uri, item) for item in value if isinstance(item, dict | list)]
            elif isinstance(value, dict):
                for key, member in value.items():
                    self._note_member(uri, key, member)
                    if isinstance(member, dict | list):
                        self._pending.append((uri, member))
        return True

    def _note_member(self, uri: str, key: str, value: Any) -> None:
        if key in _REFERENCES and isinstance(value, str):
            self._use_reference(uri, value)
        elif key == "security" and isinstance(value, list):
            self.required_schemes.update(
                name for each in value if isinstance(each, dict) for name in each
            )
        elif key == "discriminator" and isinstance(value, dict):
            mapping = value.get("mapping")
            for target in mapping.values() if isinstance(mapping, dict) else ():
                if isinstance(target, str):
                    self._use_mapped(uri, target)

    def _use_mapped(self, uri: str, target: str) -> None:
        """Use what a mapping names: a schema by its name, else by a reference."""
        schemas = self._files.top["components"].get_child("schemas").member_keys()
        if target in schemas:
            target = f"#/components/schemas/{escape_token(target)}"
        self._use_reference(uri, target)

    def _use_reference(self, uri: str, reference: str) -> None:
        base = Node(self._files, uri, "", None)
        try:
            self._use(self._files.find_target(reference, base))
        except (DocumentError, ValueError):  # It is reported where it stands.
            return

    def _use(self, node: Node) -> None:
        place = (node.uri, node.pointer)
        if place in self.places:
            return
        self.places.add(place)
        tokens = node.pointer.split("/")
        self.places.update((node.uri, "/".join(tokens[:end])) for end in range(2, len(tokens)))
        self._pending.append((node.uri, node.value))
        is_base = isinstance(node.value, dict) and "discriminator" in node.value
        for child in self._children_by_base.get(place, ()) if is_base else ():
            self._use(child)  # A value of the base may be one of a schema that extends it.
