"""A loaded document: what it describes, its operations, and the problems in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from dynclient.display_text import format_count
from dynclient.document.files.document_files import DocumentFiles
from dynclient.document.openapi_version import (
    SchemaFlavour,
    VersionFamily,
    choose_document_shape,
    detect_schema_flavour,
    detect_version_family,
    read_version,
)
from dynclient.document.references import Node
from dynclient.masking import mask_url
from dynclient.model.openapi_operation import Operation, iterate_operation_nodes
from dynclient.model.operation_names import OperationNames
from dynclient.model.security_schemes import SecurityScheme, read_security_scheme
from dynclient.model.server_objects import Server, read_servers
from dynclient.violations import shorten

if TYPE_CHECKING:
    from dynclient.document.problems import Problem

T = TypeVar("T")


class Document:
    """A loaded OpenAPI document.

    `problems` lists what is wrong in it. A problem matters only to the operations that it concerns.
    `formats` holds the user's own checks of formats, by name.
    """

    def __init__(
        self,
        files: DocumentFiles,
        check: Callable[[Document], list[Problem]] | None = None,
        formats: Mapping[str, Callable[[str], bool]] | None = None,
    ) -> None:
        self.files = files
        self.formats = MappingProxyType(dict(formats or {}))
        self.shape = choose_document_shape(files)
        self.top = self.shape.read_document(files.top)
        self.flavour: SchemaFlavour = detect_schema_flavour(files)
        self._check = check
        self._derived: dict[Callable[[Document], Any], Any] = {}

    def derive(self, build: Callable[[Document], T]) -> T:
        """Return what a function builds of this document: the same object each time."""
        if build not in self._derived:
            self._derived.setdefault(build, build(self))
        built: T = self._derived[build]
        return built

    @property
    def uri(self) -> str:
        """Where it came from."""
        return self.files.root

    @property
    def version(self) -> str:
        """The OpenAPI version as the document gives it, e.g. `3.1.0`."""
        return read_version(self.files)

    @cached_property
    def version_family(self) -> VersionFamily:
        """The OpenAPI version without the number of its patch."""
        return detect_version_family(self.files)

    @cached_property
    def info(self) -> Mapping[str, Any]:
        """The Info Object as plain data; {} where there is none."""
        info = self.top.follow_child("info")
        return MappingProxyType({key: info.follow_child(key).value for key in info.member_keys()})

    @property
    def title(self) -> str:
        """The title, or a word for a document that has none."""
        return str(self.info.get("title") or "untitled API")

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """The servers of the document; operations may have their own."""
        return read_servers(self.top)

    @cached_property
    def tags(self) -> Mapping[str, str]:
        """Tag names → descriptions: declared tags first, then those that only operations name."""
        descriptions: dict[str, str] = {}
        for tag in self.top.list_items("tags"):
            name = tag.get_text("name")
            if name:
                descriptions[name] = tag.get_text("description") or tag.get_text("summary")
        for operation in self.operations.values():
            for name in operation.tags:
                descriptions.setdefault(name, "")
        return MappingProxyType(descriptions)

    @cached_property
    def _parents_by_tag(self) -> Mapping[str, str]:
        """The declared tags that stand below another one → that tag.

        Source: OAS 3.2.0 Tag Object.
        """
        parents: dict[str, str] = {}
        for tag in self.top.list_items("tags"):
            parent = tag.get_text("parent")
            if parent and parent in self.tags:
                parents[tag.get_text("name")] = parent
        return parents

    def list_tags_with_parents(self, names: Iterable[str]) -> list[str]:
        """Return tags and those above them, each once."""
        found: dict[str, None] = {}
        for own in names:
            tag = own
            while tag and tag not in found:
                found[tag] = None
                tag = self._parents_by_tag.get(tag, "")
        return list(found)

    @cached_property
    def security_schemes(self) -> Mapping[str, SecurityScheme]:
        """The security schemes by name."""
        schemes: dict[str, SecurityScheme] = {}
        for key, node in self.top.iterate_resolved_members("components", "securitySchemes"):
            schemes[key] = read_security_scheme(key, node)
        return MappingProxyType(schemes)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations in document order.

        The key is the operationId where that is unique, else `METHOD /path`. An operationId that
        is the `METHOD /path` of another operation is not unique.
        """
        rows = list(self._walk_operations())
        id_counts = Counter(node.get_text("operationId") for _, _, _, node in rows)
        id_counts.update({f"{method} {path}" for method, path, _, _ in rows})
        operations: dict[str, Operation] = {}
        for method, path, path_item, node in rows:
            operation_id = node.get_text("operationId")
            is_unique = operation_id and id_counts[operation_id] == 1
            key = operation_id if is_unique else f"{method} {path}"
            operations[key] = Operation(self, key, method, path, path_item, node)
        return MappingProxyType(operations)

    @cached_property
    def operation_names(self) -> OperationNames:
        """Which operation a name finds."""
        return OperationNames(self.operations)

    def _walk_operations(self) -> Iterator[tuple[str, str, Node, Node]]:
        """Yield method, path template, Path Item Object and Operation Object of each operation."""
        paths = self.top.follow_child("paths")
        for path in paths.member_keys():
            if path.startswith("x-"):
                continue
            path_item = paths.follow_child(path)
            for method, node in iterate_operation_nodes(path_item):
                yield method, path, path_item, node

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the document, by place.

        The first use compiles all operations to find it.
        """
        from dynclient.document.problems import ProblemList  # No call asks for problems.

        problems: list[Problem] = []
        for file in self.files.read_all().values():
            problems += file.problems
            problems += file.find_traps()
        if self._check is not None:
            problems += self._check(self)
        return ProblemList(map(self._name_operation, problems))

    @cached_property
    def _operation_ids_by_place(self) -> Mapping[tuple[str, str], str]:
        """(File, pointer) of each Operation Object → what messages call the operation."""
        ids = {}
        for operation in self.operations.values():
            place = operation.place
            ids[mask_url(place.uri), place.pointer] = operation.key
        return ids

    def _name_operation(self, problem: Problem) -> Problem:
        """Return a problem with the operation in which it stands."""
        pointer = problem.pointer
        while pointer:
            operation = self._operation_ids_by_place.get((problem.file, pointer))
            if operation is not None:
                return replace(problem, operation=operation)
            pointer = pointer.rpartition("/")[0]
        return problem

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "a Document holds its files and cannot be pickled; load it again where it is needed"
        )

    def __repr__(self) -> str:
        count = format_count(len(self.operations), "operation")
        return f"<Document {shorten(self.title)}: {count}, OpenAPI {shorten(self.version)}>"
