"""The files of one document, and the references inside and between them.

References are resolved when they are used, so cycles do no harm, and a file is read when it is
needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from dynclient.document.files.reference_boundary import REFUSED
from dynclient.document.files.uris import (
    get_scheme,
    is_remote,
    join_uri,
    normalize_uri,
    split_fragment,
)
from dynclient.document.loading_limits import DEFAULT_LIMITS, LoadingLimits
from dynclient.document.references import Node, unescape_token
from dynclient.document.text_features import ANY_FEATURES, TextFeatures
from dynclient.errors import DocumentError, DocumentSyntaxError, UnresolvableReference

if TYPE_CHECKING:
    from dynclient.document.problems import Problem
    from dynclient.document.schema_resources import SchemaResource, SchemaResources
    from dynclient.document.tree_origins import TreeOrigins

_MAX_INDEX_DIGITS = 10


@dataclass(eq=False, repr=False)
class DocumentFile:
    """One file of a document; nothing changes it.

    Attributes:
        uri: the URI of the file.
        tree: its content as a plain tree.
        problems: what is wrong with its text.
        locate: JSON pointer -> (line, column), first is 1, or None where that is unknown.
        features: what its text may hold.
        find_traps: returns a problem for each text that the versions of YAML read differently.
        origins: where its parts come from, where an overlay has changed it.
        retrieval_uri: the URI that it came from at last, behind redirects; "": its own.

    """

    uri: str
    tree: Any
    problems: tuple[Problem, ...] = ()
    locate: Callable[[str], tuple[int, int] | None] = lambda _pointer: None
    features: TextFeatures = ANY_FEATURES
    find_traps: Callable[[], Sequence[Problem]] = tuple
    origins: TreeOrigins | None = None
    retrieval_uri: str = ""

    @cached_property
    def base_uri(self) -> str:
        """What its references are relative to: its `$self`, else where it was read.

        Source: OAS 3.2.0 OpenAPI Object, $self; RFC 3986 §5.1.3.
        """
        retrieval_uri = self.retrieval_uri or self.uri
        is_document = isinstance(self.tree, dict) and "openapi" in self.tree
        own_uri = self.tree.get("$self") if is_document else None
        if not isinstance(own_uri, str):
            is_own = retrieval_uri == self.uri
            return self.uri if is_own else split_fragment(retrieval_uri)[0]
        return split_fragment(join_uri(retrieval_uri, own_uri))[0]

    @cached_property
    def resources(self) -> SchemaResources:
        """The schemas in it that have an identifier."""
        # Few documents have any, and none of the others loads this.
        from dynclient.document.schema_resources import SchemaResources

        has_resources = self.features.may_have_resources
        return SchemaResources(self.base_uri, self.tree if has_resources else None)

    @cached_property
    def external_uris(self) -> list[str]:
        """The URIs of the other files that it refers to, in document order."""
        if not self.features.may_refer_to_files:
            return []
        # Most documents are in one file, and do without it.
        from dynclient.document.reference_scan import find_external_uris

        uris = find_external_uris(
            self.tree, self.uri, self.base_uri, has_identifiers=self.features.may_have_resources
        )
        if uris and self.features.may_have_resources:
            return [uri for uri in uris if uri not in self.resources.by_uri]
        return uris


#: Reads the file at a URI. It raises a DocumentError where it cannot, or may not.
ReadFile = Callable[[str], DocumentFile]


class _ChainEnd:
    """Where a chain of references ends.

    Args:
        node: the last node; None where the chain leads nowhere.
        length: how many references it has.
        cause: why it leads nowhere.

    """

    def __init__(
        self,
        node: Node | None,
        length: int = 0,
        cause: str = "",
        hint: str | None = None,
    ) -> None:
        self.node = node
        self.length = length
        self.cause = cause
        self.hint = hint


class DocumentFiles:
    """All files of one document. A file is read when a reference to it is first resolved.

    Args:
        root: the URI of the entry document.
        by_uri: the files that were read.
        read: reads another file; None: there are no others.
        limits: how much the document may hold.

    """

    def __init__(
        self,
        root: str,
        by_uri: Mapping[str, DocumentFile],
        read: ReadFile | None = None,
        limits: LoadingLimits = DEFAULT_LIMITS,
    ) -> None:
        self.root = root
        self.limits = limits
        #: Whether the servers that it names may get credentials: whoever gave it knows its origin.
        self.vouches_for_servers = True
        self._by_uri = dict(by_uri)
        self._failures: dict[str, DocumentError] = {}
        self._read = read
        self._targets: dict[tuple[str, str, str], Node] = {}
        self._chain_ends: dict[tuple[str, str], _ChainEnd] = {}
        self._all_files: Mapping[str, DocumentFile] | None = None
        self._resource_places: dict[str, tuple[str, str]] = {}
        self._indexed_uris: set[str] = set()
        #: `find_position` as one object, which all places share.
        self.locate = self.find_position

    @property
    def top(self) -> Node:
        """The root of the entry document."""
        return Node(self, self.root, "", self._by_uri[self.root].tree)

    @cached_property
    def schema_dialect(self) -> str:
        """The URI of the dialect of its schemas; "" where the entry document names none.

        Source: OAS 3.1.1 OpenAPI Object, jsonSchemaDialect.
        """
        return self.top.get_text("jsonSchemaDialect")

    # --- files

    def read_file(self, uri: str) -> DocumentFile:
        """Return a file of the document; it is read once.

        Raises:
            DocumentError: it cannot be read, or may not.

        """
        if uri not in self._by_uri and uri not in self._failures and self._read is not None:
            try:
                self._by_uri.setdefault(uri, self._read(uri))
            except DocumentError as error:
                self._failures[uri] = error
        if uri in self._by_uri:
            return self._by_uri[uri]
        raise self._failures.get(uri) or DocumentError("that file was not loaded", uri=uri)

    def read_all(self) -> Mapping[str, DocumentFile]:
        """Return all files that can be read, by URI: the entry document, then breadth first."""
        if self._all_files is None:
            files: dict[str, DocumentFile] = {}
            pending = [self.root]
            for uri in pending:
                try:
                    file = self.read_file(uri)
                except DocumentError:  # A problem where the reference stands.
                    continue
                files[uri] = file
                pending += [one for one in file.external_uris if one not in files]
            self._all_files = files
        return self._all_files

    def stop_reading(self) -> None:
        """Read no further file: what was not read by now is a problem where it is referred to."""
        self._read = None

    def may_let_travel_one_way(self, annotation: Literal["readOnly", "writeOnly"]) -> bool:
        """Tell whether an annotation may be in a file, or in another one that is not read yet."""
        is_read_only = annotation == "readOnly"
        for file in self._by_uri.values():
            features = file.features
            if features.may_refer_to_files:
                return True
            if features.may_have_read_only if is_read_only else features.may_have_write_only:
                return True
        return False

    # --- schema resources

    def _index_resources(self) -> Mapping[str, tuple[str, str]]:
        """Return the URI of each schema resource that was read → the file and pointer of it."""
        for file_uri, file in list(self._by_uri.items()):
            if file_uri not in self._indexed_uris:
                if file.base_uri != file.uri:
                    self._resource_places.setdefault(file.base_uri, (file_uri, ""))
                resources = file.resources.by_uri if file.features.may_have_resources else {}
                for uri, resource in resources.items():
                    self._resource_places.setdefault(uri, (file_uri, resource.pointer))
                self._indexed_uris.add(file_uri)
        return self._resource_places

    def find_resource(self, node: Node) -> SchemaResource | None:
        """Return the schema resource that a schema belongs to, None where it is none."""
        file = self._by_uri[node.uri]
        if not file.features.may_have_resources:
            return None
        return file.resources.find(node.pointer)

    def find_resource_place(self, uri: str) -> tuple[str, str]:
        """Return the file and pointer of the schema with a URI; of a file, its root."""
        return self._index_resources().get(uri, (uri, ""))

    @cached_property
    def has_resources(self) -> bool:
        """Whether a schema has an `$id`, an anchor or a `$schema`."""
        files = [file for file in self.read_all().values() if file.features.may_have_resources]
        return any(file.resources.by_pointer for file in files)

    def _find_file(self, uri: str, neighbour: str) -> tuple[DocumentFile, str]:
        """Return the file that has what a URI names, and the pointer of the schema resource there.

        Args:
            uri: the URI, without fragment.
            neighbour: what it names relative to the file where the reference stands. The files of
                many schemas lie side by side, where no `$id` says that they are.

        Raises:
            DocumentError: the file cannot be read.

        """
        places = self._index_resources()
        failure = None
        for candidate in dict.fromkeys((uri, neighbour)):
            if candidate not in places:
                try:
                    return self.read_file(normalize_uri(candidate)), ""
                except DocumentError as error:
                    failure = failure or error
            else:
                return self._by_uri[places[candidate][0]], places[candidate][1]
        self.read_all()  # Another file may have a schema with this `$id`.
        file_uri, pointer = self._index_resources().get(uri, ("", ""))
        if file_uri:
            return self._by_uri[file_uri], pointer
        raise failure or DocumentError("that file was not loaded", uri=uri)

    # --- references

    def resolve_reference(self, reference: str, base: Node) -> Node:
        """Return the node that a reference leads to; a chain of references is followed to its end.

        Args:
            reference: the value of `$ref`.
            base: the node where it stands.

        Raises:
            UnresolvableReference: the file or the place in it does not exist, the chain is a
                circle, or it is too long.

        """
        target = self.find_target(reference, base)
        if target.reference is None:
            return target
        end = self._find_chain_end(target)
        if end.node is None:
            raise self._build_unresolvable_error(reference, base, end.cause, end.hint)
        most = self.limits.reference_chain
        if end.length > most:
            cause = f"{end.length:,} references follow one another, more than {most:,}"
            advice = f'load it with limits={{"reference_chain": {end.length}}}'
            hint = f"where you trust the document, {advice}"
            error = self._build_unresolvable_error(reference, base, cause, hint)
            error.limit, error.allowed = "reference_chain", most
            raise error
        return end.node

    def find_target(self, reference: str, base: Node) -> Node:
        """Return what a reference names, without following a `$ref` that stands there.

        Raises:
            UnresolvableReference: nothing is there.

        """
        resource = self.find_resource(base)
        key = (base.uri, resource.pointer if resource else "", reference)
        if key not in self._targets:
            self._targets[key] = self._search_target(reference, base, frozenset())
        return self._targets[key]

    def find_node(self, uri: str, pointer: str) -> Node:
        """Return what is at a place in a file that was read, which must be there."""
        top = Node(self, uri, "", self._by_uri[uri].tree)
        return self._resolve_pointer(top, pointer, frozenset())

    def _find_chain_end(self, node: Node) -> _ChainEnd:
        """Return where the references that begin at a node end; each is followed once."""
        chain: dict[tuple[str, str], None] = {}
        while True:
            place = (node.uri, node.pointer)
            if place in self._chain_ends:
                end = self._chain_ends[place]
                break
            if place in chain:
                end = _ChainEnd(None, cause="it leads in a circle")
                break
            if node.reference is None:
                end = _ChainEnd(node)
                break
            chain[place] = None
            try:
                node = self.find_target(node.reference, node)
            except UnresolvableReference as error:
                end = _ChainEnd(None, cause=f"it leads to {error.reason}", hint=error.hint)
                break
        for place in reversed(chain):
            end = _ChainEnd(end.node, end.length + 1, end.cause, end.hint)
            self._chain_ends[place] = end
        return end

    def _search_target(
        self, reference: str, base: Node, passed: frozenset[tuple[str, str]]
    ) -> Node:
        """Return what a reference names.

        Args:
            reference: the value of `$ref`.
            base: the node where it stands.
            passed: the places of the references on whose way it stands.

        """
        resource = self.find_resource(base)
        base_uri = resource.uri if resource else self._by_uri[base.uri].base_uri
        uri, fragment = split_fragment(join_uri(base_uri, reference))
        neighbour, _ = split_fragment(join_uri(base.uri, reference))
        if is_remote(base.uri) and get_scheme(uri) == "file":
            cause = "a document from the net reads no file"
            raise self._build_unresolvable_error(reference, base, cause)
        try:
            file, root = self._find_file(uri, neighbour)
        except DocumentError as error:
            raise self._build_not_loaded_error(reference, base, error) from None
        top = Node(self, file.uri, "", file.tree)
        if fragment and not fragment.startswith("/"):
            place = base.pointer if base.uri == file.uri else None
            pointer = file.resources.find_anchor(unquote(fragment), root, place)
            if pointer is None:
                cause = "no schema has that anchor"
                raise self._build_unresolvable_error(reference, base, cause)
            root, fragment = pointer, ""
        # Many authors mean the document by `#/components`, also in a schema with an `$id`.
        may_mean_file = reference.startswith("#") and base.uri == file.uri
        for pointer in _list_pointers(fragment, root, may_mean_file=may_mean_file):
            with contextlib.suppress(LookupError):
                return self._resolve_pointer(top, pointer, passed)
        raise self._build_unresolvable_error(reference, base, "nothing is there")

    def _resolve_pointer(
        self, node: Node, pointer: str, passed: frozenset[tuple[str, str]]
    ) -> Node:
        """Return what a JSON pointer leads to, through the references on its way.

        Raises:
            LookupError: nothing is there.
            UnresolvableReference: a reference on its way leads nowhere.

        """
        for token in pointer.split("/")[1:]:
            key = _find_key(node.value, token)
            while key is None and node.reference is not None:
                place = (node.uri, node.pointer)
                if place in passed:
                    raise LookupError(pointer)
                passed |= {place}
                node = self._search_target(node.reference, node, passed)
                key = _find_key(node.value, token)
            if key is None:
                raise LookupError(pointer)
            node = node.get_child(key)
        return node

    def _build_not_loaded_error(
        self, reference: str, base: Node, failure: DocumentError
    ) -> UnresolvableReference:
        # Hints about a missing file are for the source of a document, not for a reference.
        is_refused = failure.code == REFUSED
        has_own_hint = is_refused or isinstance(failure, DocumentSyntaxError)
        hint = failure.hint if has_own_hint else None
        return self._build_unresolvable_error(reference, base, failure.headline, hint)

    def _build_unresolvable_error(
        self, reference: str, base: Node, cause: str, hint: str | None = None
    ) -> UnresolvableReference:
        reason = f"$ref {reference!r} cannot be resolved: {cause}"
        return UnresolvableReference(
            f"{base.place}: {reason}",
            reason=reason,
            hint=hint or "correct the reference, or add what it names",
            uri=base.uri,
            reference=reference,
            pointer=base.pointer,
        )

    def find_origin(self, uri: str, pointer: str) -> tuple[str, str]:
        """Return the file and pointer where a part of a file is written: perhaps in an overlay."""
        file = self._by_uri.get(uri)
        if file is None or file.origins is None:
            return uri, pointer
        return file.origins.find_pointer(pointer)

    def find_position(self, uri: str, pointer: str) -> tuple[int, int] | None:
        """Return (line, column) of a place, first is 1; None where they are unknown."""
        return self._by_uri[uri].locate(pointer) if uri in self._by_uri else None


def _list_pointers(fragment: str, root: str, *, may_mean_file: bool) -> list[str]:
    """Return the pointers that a fragment may mean in a file, the likeliest first.

    Args:
        fragment: a pointer, or "".
        root: the pointer of the schema resource that it is relative to.
        may_mean_file: whether it may be relative to the file instead.

    """
    # Some tools write a pointer as it is; RFC 6901 §6 has it percent-encoded.
    spellings = list(dict.fromkeys((unquote(fragment), fragment)))
    pointers = [root + pointer for pointer in spellings]
    return pointers + spellings if root and fragment and may_mean_file else pointers


def _find_key(value: Any, token: str) -> str | int | None:
    """Return the key or index of a token of a JSON pointer, None where nothing is there."""
    if isinstance(value, dict):
        key = unescape_token(token)
        return next((one for one in (key, unquote(key)) if one in value), None)
    is_index = isinstance(value, list) and token.isdecimal() and len(token) < _MAX_INDEX_DIGITS
    return int(token) if is_index and int(token) < len(value) else None
