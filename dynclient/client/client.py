"""Client and AsyncClient: a document, its operations by name, and the connections they use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, Self, TypeVar

from dynclient import __version__, model
from dynclient.client.load import DocumentSource, load
from dynclient.client.operation import BoundOperation
from dynclient.client.options import Options
from dynclient.document.file_loader import is_remote
from dynclient.errors import OperationNotFound, UsageError
from dynclient.names import NAMELESS, suggest, to_snake_case
from dynclient.plan.call_document import Call
from dynclient.plan.plan import Plans
from dynclient.plan.results import Result
from dynclient.plan.schemas import Schemas
from dynclient.transport.authorization import CredentialStore
from dynclient.transport.http import AsyncRunner, SyncRunner
from dynclient.transport.response_body import BodySink
from dynclient.wire.message import build_credential_variable
from dynclient.wire.security import Credential, check_credential, is_user_password_scheme
from dynclient.wire.servers import get_origin, resolve_base_url

USER_AGENT = f"dynclient/{__version__}"

OperationT = TypeVar("OperationT", bound=BoundOperation[Any])


class Operation(BoundOperation[SyncRunner]):  # noqa: D101 (its docstring is each operation's own)
    __doc__ = BoundOperation.__dict__["__doc__"]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data: exactly the JSON that came, str for text, bytes for the rest, or None.

        Raises:
            InvalidCall: the call does not fit the document; nothing was sent.
            CredentialsMissing: no security requirement can be met; nothing was sent.
            TransportError: no usable response came.
            StatusError: the server answered 4xx or 5xx.
            InvalidResponse: the response does not fit the document (and `UndocumentedResponse`, `DecodeError`).

        """
        return self._send_request(self.request(*args, **kwargs)).data

    def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call, or a `Request` that was built before, and return all that came back.

        Raises:
            DynclientError: just as calling does.

        """
        return self._send_request(self._prepare_request(args, kwargs))

    def _send_request(self, request: Any, sink: BodySink | None = None) -> Result:
        return self._build_result(
            request, self._runner.send(self._begin_exchange(request, sink), self._timeouts)
        )


class AsyncOperation(BoundOperation[AsyncRunner]):  # noqa: D101 (its docstring is each operation's own)
    __doc__ = BoundOperation.__dict__["__doc__"]

    async def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Send the call and return its data, as `Operation` does."""
        return (await self._send_request(self.request(*args, **kwargs))).data

    async def send(self, /, *args: Any, **kwargs: Any) -> Result:
        """Send the call, or a `Request` that was built before, and return all that came back."""
        return await self._send_request(self._prepare_request(args, kwargs))

    async def _send_request(self, request: Any) -> Result:
        return self._build_result(
            request, await self._runner.send(self._begin_exchange(request), self._timeouts)
        )


class ClientCredentials(dict[str, Credential]):
    """Credentials by security scheme; printed, it tells the schemes only."""

    def __init__(self, given: Mapping[str, Credential]) -> None:
        names: object = given  # whoever does not check types may give anything
        if not isinstance(names, Mapping) or not all(isinstance(name, str) for name in names):
            raise UsageError(
                "credentials must be a mapping", hint='give credentials={"scheme name": "secret"}'
            )
        super().__init__(given)

    def __repr__(self) -> str:
        return f"<credentials of {', '.join(self) or 'nothing'}>"


class CompiledDocument:
    """A document with its operations compiled as they are touched; shared by all clients made from one Document."""

    def __init__(self, document: model.Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.plans = Plans(self.schemas)

    @cached_property
    def operation_keys(self) -> Mapping[str, str]:
        """Every spelling by which an operation is found → its key in `document.operations`."""
        found: dict[str, str] = {}
        operations = self.document.operations
        for key, operation in operations.items():
            name = to_snake_case(operation.id)
            # A name that two operations share finds neither: whoever means one says METHOD /path.
            found[name] = "" if name in found or name == NAMELESS else key
        for key, operation in operations.items():
            found[f"{operation.method} {operation.path}"] = key
            found[key] = key
        return {name: key for name, key in found.items() if key}

    @classmethod
    def of(cls, document: model.Document) -> CompiledDocument:
        """Return what is compiled of a document; the same each time."""
        kept = document.__dict__.get("_compiled")
        return (
            kept
            if isinstance(kept, cls)
            else document.__dict__.setdefault("_compiled", cls(document))
        )


class BaseClient(Generic[OperationT]):
    """What both clients share: everything but waiting."""

    _operation_class: type[OperationT]
    _runner_class: type[Any]

    def __init__(
        self,
        source: DocumentSource,
        *,
        credentials: Mapping[str, Credential] | None = None,
        transport: Any = None,
        **options: Any,
    ) -> None:
        self._shared = CompiledDocument.of(load(source))
        self._options = Options().replace(**options)
        self._runner = self._runner_class(transport, USER_AGENT)
        self._given = ClientCredentials(credentials or {})
        self._credentials = self._collect_credentials(self._given)
        self._bound_operations: dict[str, OperationT] = {}

    def _collect_credentials(self, given: ClientCredentials) -> ClientCredentials:
        """Return the credentials: those given, and those of the environment where a server is given too.

        Raises:
            UsageError: a name is no security scheme of the document, or a value is of the wrong kind.

        """
        schemes = self.document.security_schemes
        for name, credential in given.items():
            if name not in schemes:
                meant = suggest(name, schemes, 1)
                hint = (
                    f"did you mean {meant[0]}?"
                    if meant
                    else f"schemes are {', '.join(schemes) or 'none'}"
                )
                raise UsageError(f"the document has no security scheme {name!r}", hint=hint)
            if not callable(credential):
                check_credential(schemes[name], credential)
        found = ClientCredentials(given)
        if self._options.server:
            for name, scheme in schemes.items():
                text = os.environ.get(build_credential_variable(name))
                if text and name not in found:
                    user, _, password = text.partition(":")
                    found[name] = (user, password) if is_user_password_scheme(scheme) else text
        return found

    @property
    def document(self) -> model.Document:
        """The document."""
        return self._shared.document

    # --- finding operations

    @cached_property
    def operations(self) -> Mapping[str, OperationT]:
        """The operations in document order, by operationId where that is unique, else by `METHOD /path`."""
        return MappingProxyType(_OperationMapping(self, self.document.operations))

    @cached_property
    def tags(self) -> Mapping[str, Mapping[str, OperationT]]:
        """The operations of each tag."""
        found: dict[str, list[str]] = {tag: [] for tag in self.document.tags}
        for key, operation in self.document.operations.items():
            for tag in operation.tags:
                found[tag].append(key)
        return {tag: _OperationMapping(self, keys) for tag, keys in found.items()}

    def __getitem__(self, name: str) -> OperationT:
        """Return an operation by operationId, its Python name, or `METHOD /path`.

        Raises:
            OperationNotFound: there is none; `.suggestions` lists names that are near.

        """
        key = self._find_key(name)
        if key is None:
            raise self._build_not_found(name)
        return self._bind_operation(key)

    def _find_key(self, name: Any) -> str | None:
        """Return the key of the operation that a name finds, or None."""
        if not isinstance(name, str):
            return None
        keys = self._shared.operation_keys
        method, _, path = name.partition(" ")
        return (
            keys.get(name)
            or keys.get(to_snake_case(name))
            or keys.get(f"{method.upper()} {path.strip()}")
        )

    def _bind_operation(self, key: str) -> OperationT:
        bound = self._bound_operations.get(key)
        if bound is None:
            operation = self.document.operations[key]
            plan = self._shared.plans.get_plan(operation)
            made = self._operation_class(
                operation,
                plan,
                self._options,
                self._runner,
                self._build_credential_store(operation),
            )
            bound = self._bound_operations.setdefault(key, made)
        return bound

    def _build_credential_store(self, operation: model.Operation) -> CredentialStore:
        wire, options, document = self._runner.wire, self._options, self.document
        if wire.in_process:
            return CredentialStore(self._credentials)
        if options.server is None and is_remote(document.uri):
            vouched = get_origin(document.uri)
        else:
            try:
                base = resolve_base_url(
                    operation.servers, document.uri, options.server, options.server_variables
                )
                vouched = get_origin(base)
            except UsageError:  # told when a request is made
                vouched = ""
        return CredentialStore(self._credentials, frozenset({vouched}), is_optional=wire.is_users)

    def _build_not_found(self, name: Any) -> OperationNotFound:
        python = [k for k in self._shared.operation_keys if " " not in k and k == to_snake_case(k)]
        suggestions = suggest(str(name), python)
        title, count = self.document.title, len(self.document.operations)
        hint = (
            f"did you mean {' or '.join(suggestions)}?"
            if suggestions
            else "client.find(text) searches"
        )
        text = f"{title} has no operation {name!r} among its {count}; nothing was sent"
        return OperationNotFound(text, hint=hint, suggestions=tuple(suggestions), name=str(name))

    def __getattr__(self, name: str) -> OperationT:
        private = name.startswith("_")
        # While a client is being made or copied, its own attributes are not there yet.
        if "_shared" not in self.__dict__ or (private and self._find_key(name) is None):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self[name]

    def __dir__(self) -> list[str]:
        return sorted(
            {*super().__dir__(), *(to_snake_case(o.id) for o in self.document.operations.values())}
        )

    def __contains__(self, name: object) -> bool:
        return self._find_key(name) is not None

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.document.operations)

    def find(self, text: str) -> list[OperationT]:
        """Return the operations that speak of a text, in name, path, tag or description; the best first."""
        words = text.lower().split()
        scored = [(_score_match(o, words), key) for key, o in self.document.operations.items()]
        found = sorted(((score, key) for score, key in scored if score), key=lambda pair: -pair[0])
        return [self._bind_operation(key) for _, key in found]

    def call(self, operation: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call an operation by a name that is known only at run time."""
        return self[operation](*args, **kwargs)  # type: ignore[operator] # both kinds of operation are callable

    # --- options

    def with_options(self, **changes: Any) -> Self:
        """Return a view with other options on the same document and connections.

        Args:
            **changes: any of `Options`: timeout, headers, server, server_variables, media_type, accept,
                validate_requests, unknown_properties, validate_responses, retries, follow_redirects,
                max_response_bytes.

        Raises:
            UsageError: an option does not exist or cannot have that value.

        """
        view = object.__new__(type(self))
        view.__dict__.update(
            {k: self.__dict__[k] for k in ("_shared", "_runner", "_given", "_credentials")}
        )
        view._options = self._options.replace(**changes)
        if "server" in changes:  # a server that is given lets the environment speak
            view._credentials = view._collect_credentials(view._given)
        view._bound_operations = {}
        return view

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "a client holds connections and cannot be pickled or copied; with_options() makes another view"
        )

    def __repr__(self) -> str:
        document = self.document
        return f"<{type(self).__name__} {document.title}: {len(document.operations)} operations>"


def _score_match(operation: model.Operation, words: list[str]) -> int:
    name = f"{operation.id} {to_snake_case(operation.id)}".lower()
    near_by = f"{operation.method} {operation.path} {' '.join(operation.tags)} {operation.summary}".lower()
    far = operation.description.lower()
    scores = [9 if word in name else 3 if word in near_by else int(word in far) for word in words]
    return sum(scores) if all(scores) else 0


class _OperationMapping(Mapping[str, OperationT]):
    """Operations by key, each bound when it is looked at."""

    def __init__(self, client: BaseClient[OperationT], keys: Any) -> None:
        self._client = client
        self._keys = dict.fromkeys(keys)

    def __getitem__(self, key: str) -> OperationT:
        if key not in self._keys:
            raise KeyError(key)
        return self._client._bind_operation(key)  # noqa: SLF001 (a view of the client)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"<{len(self)} operations: {', '.join(self._keys)}>"


class Client(BaseClient[Operation]):
    """A client of the API that an OpenAPI document describes.

    Args:
        source: a path, an http(s) URL, the document as a mapping, or a Document.
        credentials: by security scheme: a string (an api key as it is sent, or a token), a pair (user, password) for
            basic, or a callable that returns one.
        transport: a Sandbox, a transport of httpx or httpx2, or a ready client of either, which stays yours.
        **options: as in `with_options`.

    """

    _operation_class = Operation
    _runner_class = SyncRunner

    def close(self) -> None:
        """Close the connections; an HTTP client that you brought stays open."""
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(BaseClient[AsyncOperation]):
    """A client of the API that an OpenAPI document describes, awaited; its arguments are those of `Client`."""

    _operation_class = AsyncOperation
    _runner_class = AsyncRunner

    async def close(self) -> None:
        """Close the connections; an HTTP client that you brought stays open."""
        await self._runner.close()

    aclose = close

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


__all__ = ["AsyncClient", "AsyncOperation", "Call", "Client", "Operation"]
