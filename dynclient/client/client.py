"""Client and AsyncClient: a document, its operations by name, and the connections they use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, Unpack

from dynclient import __version__, model
from dynclient.client.callable_operations import AsyncOperation, Operation
from dynclient.client.client_origin import ClientOrigin, build_origin
from dynclient.client.compiled_document import CompiledDocument
from dynclient.client.given_credentials import GivenCredentials, collect_credentials
from dynclient.client.load import DocumentSource, Overlays, load
from dynclient.client.operation import BoundOperation
from dynclient.client.options import Options
from dynclient.client.source_loader import AllowedReferences, Base
from dynclient.display_text import format_count
from dynclient.document.files.uris import is_remote
from dynclient.errors import UsageError
from dynclient.masking import drop_private_frames
from dynclient.notebook_view import NotebookView
from dynclient.plan.call_document import Call
from dynclient.transport.authorization import CredentialStore, TrustedPlaces
from dynclient.transport.connection_settings import (
    ConnectionSettings,
    HttpLibrary,
    check_connection_options,
    check_http2,
    check_max_connections,
    choose_http_library,
)
from dynclient.transport.http_clients import MAX_CONNECTIONS
from dynclient.transport.runners import AsyncRunner, SyncRunner
from dynclient.violations import shorten
from dynclient.wire.servers import get_origin, resolve_base_url

if TYPE_CHECKING:
    from dynclient.client.client_options import ClientOptions
    from dynclient.client.client_recipe import ClientRecipe
    from dynclient.client.excuses import Excuses
    from dynclient.pages.page import Page
    from dynclient.wire.credential_provider import Credential

USER_AGENT = f"dynclient/{__version__}"

OperationT = TypeVar("OperationT", bound=BoundOperation[Any])
ViewT = TypeVar("ViewT", bound="BaseClient[Any]")


class BaseClient(NotebookView, Generic[OperationT]):
    """What both clients share: everything but waiting."""

    _operation_class: type[OperationT]
    _runner_class: type[Any]
    _origin: ClientOrigin

    def __init__(  # noqa: PLR0913 (what a client is made of, each by its name)
        self,
        source: DocumentSource,
        *,
        credentials: Mapping[str, Credential] | None = None,
        transport: Any = None,
        max_connections: int | None = MAX_CONNECTIONS,
        http: HttpLibrary | None = None,
        http2: bool = False,
        base: Base = None,
        allow_references: AllowedReferences = False,
        overlay: Overlays = (),
        limits: Mapping[str, int] | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        check_max_connections(max_connections)
        check_http2(http2)
        check_connection_options(transport, http, http2=http2)
        settings = ConnectionSettings(max_connections, choose_http_library(http), http2)
        document = load(
            source, base=base, allow_references=allow_references, overlay=overlay, limits=limits
        )
        compiled = CompiledDocument.of(document)
        try:
            checked_options = Options().replace(**options)
            _check_pagination(compiled.document, checked_options)
            if hasattr(transport, "bind_document"):
                transport = transport.bind_document(compiled.document)
            runner = self._runner_class(transport, USER_AGENT, settings)
            arguments = {
                "max_connections": max_connections,
                "http": http,
                "http2": http2,
                "base": base,
                "allow_references": allow_references,
                "overlay": overlay,
            }
            self._origin = build_origin(source, arguments, transport)
            own = GivenCredentials(credentials or {})
            complete = collect_credentials(own, compiled.document, checked_options.server)
        except UsageError as error:
            credentials = None
            options = {}
            drop_private_frames(error)
            raise
        self._set_up(compiled, checked_options, runner, own, complete)

    def _set_up(
        self,
        compiled: CompiledDocument,
        options: Options,
        runner: Any,
        own_credentials: GivenCredentials,
        credentials: GivenCredentials,
        all_excuses: list[Excuses] | None = None,
    ) -> None:
        """Give this client its parts: a new one in `__init__`, a view in `with_options`."""
        self._compiled = compiled
        self._options = options
        self._runner = runner
        #: Those that the program gave; `_credentials` has those of the environment too.
        self._own_credentials = own_credentials
        self._credentials = credentials
        self._bound_operations: dict[str, OperationT] = {}
        #: One for each list of excuses that this client, or a view of it, was given.
        self._all_excuses = [] if all_excuses is None else all_excuses
        self._excuses = self._find_excuses(options.excuse)

    def _find_excuses(self, texts: Sequence[str]) -> Excuses | None:
        """Return the excuses with these texts: the ones that a view shares, else new ones."""
        if not texts:
            return None
        from dynclient.client.excuses import Excuses  # Few clients have any.

        for excuses in self._all_excuses:
            if excuses.texts == tuple(texts):
                return excuses
        excuses = Excuses(texts, self.document)
        self._all_excuses.append(excuses)
        return excuses

    def _warn_of_unused_excuses(self) -> None:
        for excuses in self._all_excuses:
            excuses.warn_of_unused()

    @property
    def document(self) -> model.Document:
        """The document."""
        return self._compiled.document

    # --- finding operations

    @cached_property
    def operations(self) -> Mapping[str, OperationT]:
        """The operations in document order: by a unique operationId, else by `METHOD /path`."""
        from dynclient.client.operation_mappings import OperationMapping  # Few programs list them.

        return OperationMapping(self, self.document.operations)

    @cached_property
    def tags(self) -> Mapping[str, Mapping[str, OperationT]]:
        """The operations of each tag, and of the tags below it."""
        # Few programs list them.
        from dynclient.client.operation_mappings import OperationMapping, TagMapping

        found: dict[str, list[str]] = {tag: [] for tag in self.document.tags}
        for key, operation in self.document.operations.items():
            for tag in self.document.list_tags_with_parents(operation.tags):
                found[tag].append(key)
        return TagMapping({tag: OperationMapping(self, keys) for tag, keys in found.items()})

    def __getitem__(self, name: str) -> OperationT:
        """Return an operation by operationId, its Python name, or `METHOD /path`.

        Raises:
            OperationNotFound: there is none; `.suggestions` lists names that are near.

        """
        key = self._find_key(name)
        if key is None:
            from dynclient.client.operation_lookup import build_not_found_error

            raise build_not_found_error(self.document, name)
        return self._bind_operation(key)

    def _find_key(self, name: Any) -> str | None:
        """Return the key of the operation that a name finds, or None."""
        return self.document.operation_names.find_key(name) if isinstance(name, str) else None

    def _bind_operation(self, key: str) -> OperationT:
        bound = self._bound_operations.get(key)
        if bound is None:
            operation = self.document.operations[key]
            bound = self._operation_class(
                operation,
                plan=self._compiled.get_plan(operation, self._options),
                options=self._options,
                runner=self._runner,
                credential_store=self._build_credential_store(operation),
                excuses=self._excuses.get(key) if self._excuses else None,
                find_operation=self.__getitem__,
                get_recipe=lambda: self.recipe,
            )
            # Of two threads that bind at once, both return what the first one kept.
            bound = self._bound_operations.setdefault(key, bound)
        return bound

    def _build_credential_store(self, operation: model.Operation) -> CredentialStore:
        adapter = self._runner.adapter
        if adapter.is_in_process:
            return CredentialStore(
                self._credentials,
                is_optional=adapter.is_credential_optional,
                unread=self._credentials.unread,
            )
        places = TrustedPlaces(
            origins=frozenset({self._find_trusted_origin(operation)}),
            vouches_for_urls=self._vouches_for_urls,
            base_url=self._find_base_url(operation),
        )
        return CredentialStore(
            self._credentials,
            places,
            is_optional=adapter.is_credential_optional,
            unread=self._credentials.unread,
        )

    def _find_trusted_origin(self, operation: model.Operation) -> str:
        """Return the origin that the user vouched for; "" where there is none."""
        options, document = self._options, self.document
        if options.server is None and not document.files.vouches_for_servers:
            return ""
        if options.server is None and is_remote(document.uri):
            return get_origin(document.uri)
        base_url = self._find_base_url(operation)
        return get_origin(base_url) if base_url else ""

    def _find_base_url(self, operation: model.Operation) -> str:
        """Return the URL of the server of an operation; "" where there is none."""
        options = self._options
        try:
            return resolve_base_url(
                operation.servers, self.document.uri, options.server, options.server_variables
            )
        except UsageError:  # raised again when a request is built
            return ""

    @property
    def _vouches_for_urls(self) -> bool:
        """Whether the user vouches for whatever the document names, as one on disk does."""
        document = self.document
        return document.files.vouches_for_servers and not is_remote(document.uri)

    def __getattr__(self, name: str) -> OperationT:
        # While a client is being made or copied, its own attributes are not there yet.
        is_set_up = "_compiled" in self.__dict__
        if not is_set_up or (name.startswith("_") and self._find_key(name) is None):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.document.operation_names.python})

    def __contains__(self, name: object) -> bool:
        return self._find_key(name) is not None

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.document.operations)

    def _repr_html_(self) -> str:
        """Return the operations by tag for a notebook, with a box that filters them."""
        from dynclient.description.operation_panel import build_client_panel

        return build_client_panel(self.document, self.tags)

    def find(self, text: str) -> list[OperationT]:
        """Return the operations with a text in name, path, tag or description; the best first."""
        words = text.lower().split()
        scores = {}
        for key, operation in self.document.operations.items():
            score = _score_match(operation, words)
            if score:
                scores[key] = score
        best_first = sorted(scores, key=lambda key: -scores[key])
        return [self._bind_operation(key) for key in best_first]

    def call(self, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call an operation by a name that is known only at run time."""
        return self[operation](*args, **kwargs)  # type: ignore[operator] # both kinds of operation are callable

    # --- options

    def with_options(self, **changes: Unpack[ClientOptions]) -> Self:
        """Return a view with other options on the same document and connections.

        Args:
            **changes: the options that differ, as `ClientOptions` describes them.

        Raises:
            UsageError: an option does not exist or cannot have that value.

        """
        own, credentials = self._own_credentials, self._credentials
        try:
            options = self._options.replace(**changes)
            _check_pagination(self.document, options)
            if "server" in changes:
                # The environment is read where a server is given, and only then.
                credentials = collect_credentials(own, self.document, options.server)
        except UsageError as error:
            changes = {}
            drop_private_frames(error)
            raise
        return self._build_view(type(self), options, credentials)

    def _build_view(
        self,
        kind: type[ViewT],
        options: Options | None = None,
        credentials: GivenCredentials | None = None,
    ) -> ViewT:
        """Return another client on the same connections.

        Args:
            kind: the class of the view.
            options: its options; None: those of this client.
            credentials: those that the program gave, and those of the environment; None: those of
                this client.

        """
        view = object.__new__(kind)
        view._origin = self._origin
        view._set_up(
            self._compiled,
            options or self._options,
            self._runner,
            self._own_credentials,
            self._credentials if credentials is None else credentials,
            self._all_excuses,
        )
        return view

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "a client holds connections and cannot be pickled or copied;"
            " with_options() makes another view, and client.recipe pickles"
        )

    @property
    def recipe(self) -> ClientRecipe:
        """What makes a client of the same kind in another process: it pickles, without secrets.

        `client.recipe.build()` makes a `Client`. Where a part cannot go there, pickling the recipe
        is a UsageError.
        """
        from dynclient.client.client_recipe import build_recipe  # Few clients are made again.

        return build_recipe(self._origin, self._options, self._own_credentials)

    def __repr__(self) -> str:
        count = format_count(len(self.document.operations), "operation")
        return f"<{type(self).__name__} {shorten(self.document.title)}: {count}>"


def _check_pagination(document: model.Document, options: Options) -> None:
    """Check that the option `pagination` names operations of the document.

    Raises:
        OperationNotFound: it does not.

    """
    if options.pagination:
        # Few clients have any.
        from dynclient.client.operation_lookup import check_pagination_names

        check_pagination_names(document, options.pagination)


def _score_match(operation: model.Operation, words: list[str]) -> int:
    """Return how well an operation matches all of the words; 0 where one is nowhere in it."""
    name = f"{operation.id} {operation.python_name}".lower()
    tags = " ".join(operation.tags)
    summary = f"{operation.method} {operation.path} {tags} {operation.summary}".lower()
    description = operation.description.lower()

    total = 0
    for word in words:
        if word in name:
            total += 9
        elif word in summary:
            total += 3
        elif word in description:
            total += 1
        else:
            return 0
    return total


class Client(BaseClient[Operation]):
    """A client of the API that an OpenAPI document describes.

    Args:
        source: a path, an http(s) URL, `git:REV:path`, `-`, the document as a mapping, as bytes or
            in a file object, or a Document.
        credentials: by security scheme: a string (an api key as it is sent, or a token), a pair
            (user, password) for basic, or a callable that returns one.
        transport: a Sandbox, a transport of httpx or httpx2, a ready client of either, which
            stays yours, or a recording (`record`, `replay`).
        max_connections: how many calls are under way at once; further ones wait their turn. None:
            any number. A ready client has limits of its own.
        http: the HTTP library: `httpx` or `httpx2`; None: that of DYNCLIENT_HTTP, else httpx.
        http2: whether HTTP/2 is used where the server speaks it.
        base: of a document without a file: what its references are relative to, as in `load`.
        allow_references: what references may name besides, as in `load`.
        overlay: documents that change the document, as in `load`.
        limits: how much the document may hold, as in `load`.
        **options: how calls are made, as `ClientOptions` describes them.

    """

    _operation_class = Operation
    _runner_class = SyncRunner

    def pages(self, operation: str, /, *args: Any, **kwargs: Any) -> Iterator[Page]:
        """Return an iterator over the pages of a list, by a name known only at run time."""
        return self[operation].pages(*args, **kwargs)

    def items(self, operation: str, /, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Return an iterator over the items of all pages, by a name known only at run time."""
        return self[operation].items(*args, **kwargs)

    def close(self) -> None:
        """Close the connections; an HTTP client that you brought stays open."""
        self._runner.close()
        self._warn_of_unused_excuses()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(BaseClient[AsyncOperation]):
    """A client that is awaited; its arguments are those of `Client`."""

    _operation_class = AsyncOperation
    _runner_class = AsyncRunner

    def pages(self, operation: str, /, *args: Any, **kwargs: Any) -> AsyncIterator[Page]:
        """Return an iterator over the pages of a list, by a name known only at run time."""
        return self[operation].pages(*args, **kwargs)

    def items(self, operation: str, /, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Return an iterator over the items of all pages, by a name known only at run time."""
        return self[operation].items(*args, **kwargs)

    async def close(self) -> None:
        """Close the connections; an HTTP client that you brought stays open."""
        await self._runner.close()
        self._warn_of_unused_excuses()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


__all__ = ["AsyncClient", "AsyncOperation", "Call", "Client", "Operation"]
