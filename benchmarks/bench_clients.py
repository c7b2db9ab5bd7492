"""The clients that are measured: name → the calls of `payloads.py` with it, from plain data to its own result.

Every validation that a client offers is on. With `base_url` None nothing leaves the process: the transport of the HTTP
library answers. A client that is not installed raises ImportError, and is left out.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import payloads

SPEC = Path(__file__).resolve().parents[1] / "spec" / "talon-one" / "integration.yaml"
KEY = "ApiKey-v1 benchmark"
ANYWHERE = "http://talon.test"

Calls = dict[str, Callable[[], Any]]


def build_options(library: Any, base_url: str | None, width: int | None = None) -> dict[str, Any]:
    """Return the arguments of an HTTP client: a transport that answers, or limits."""
    if base_url is None:
        return {"transport": library.MockTransport(answer_with(library))}
    limits = library.Limits(max_connections=width, max_keepalive_connections=width)
    return {"limits": limits, "timeout": 60}


def answer_with(library: Any) -> Callable[[Any], Any]:
    """Return what answers a request in process."""
    bodies = {c["method"] + c["path"]: payloads.encode(c["response"]) for c in all_cases()}
    statuses = {c["method"] + c["path"]: c["status"] for c in all_cases()}
    keys = {c["method"] + fill_path(c): c["method"] + c["path"] for c in all_cases()}

    def answer(request: Any) -> Any:
        key = keys[request.method + request.url.path]
        headers = {"content-type": "application/json"}
        return library.Response(statuses[key], content=bodies[key], headers=headers)

    return answer


def all_cases() -> list[dict[str, Any]]:
    """Return the cases."""
    return list(payloads.CASES.values())


def fill_path(case: dict[str, Any]) -> str:
    """Return the path of a case with its values."""
    path: str = case["path"]
    for name, value in case["args"].items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    return path


def list_query(case: dict[str, Any]) -> dict[str, Any]:
    """Return the query of a case, as a person writes it by hand."""
    query = {k: v for k, v in case["args"].items() if "{" + k + "}" not in case["path"]}
    return {k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items()}


def call_httpx(base_url: str | None, name: str = "httpx") -> Calls:
    """Plain httpx: it validates nothing."""
    library = importlib.import_module(name)
    client = library.Client(
        base_url=base_url or ANYWHERE,
        headers={"authorization": KEY},
        **build_options(library, base_url),
    )

    def build(case: dict[str, Any]) -> Callable[[], Any]:
        def call() -> Any:
            path, query = fill_path(case), list_query(case) or None
            response = client.request(case["method"], path, params=query, json=case["body"])
            response.raise_for_status()
            return response.json()

        return call

    return {operation: build(case) for operation, case in payloads.CASES.items()}


def call_httpx2(base_url: str | None) -> Calls:
    """Plain httpx2."""
    return call_httpx(base_url, "httpx2")


def call_limit(base_url: str | None, name: str = "httpx") -> Calls:
    """The leanest call with validation."""
    from limit import LimitCalls

    library = importlib.import_module(name)
    client = library.Client(**build_options(library, base_url))
    calls = LimitCalls(read_document(), base_url or ANYWHERE, library, client, KEY)
    return {operation: calls.get(case) for operation, case in payloads.CASES.items()}


def read_document() -> dict[str, Any]:
    """Return the shipped document as plain data; times stay text."""
    import yaml

    class Loader(yaml.CSafeLoader):
        pass

    Loader.add_constructor("tag:yaml.org,2002:timestamp", Loader.construct_scalar)
    document: dict[str, Any] = yaml.load(SPEC.read_text(), Loader=Loader)
    return document


def call_limit_httpx2(base_url: str | None) -> Calls:
    """The leanest call with validation, on httpx2."""
    return call_limit(base_url, "httpx2")


def call_dynclient(base_url: str | None, name: str = "httpx") -> Calls:
    """The calls of dynclient."""
    import dynclient

    options: dict[str, Any] = {"http": name}
    if base_url is None:
        library = importlib.import_module(name)
        options = {"transport": library.MockTransport(answer_with(library))}
    client = dynclient.Client(
        SPEC, server=base_url or ANYWHERE, credentials={"api_key_v1": KEY}, **options
    )

    def build(operation: Any, case: dict[str, Any]) -> Callable[[], Any]:
        return lambda: operation(**case["args"], body=case["body"])

    return {name: build(client[name], case) for name, case in payloads.CASES.items()}


def call_dynclient_httpx2(base_url: str | None) -> Calls:
    """The calls of dynclient on httpx2."""
    return call_dynclient(base_url, "httpx2")


def call_requests(base_url: str | None) -> Calls:
    """Plain requests: it validates nothing."""
    import requests

    if base_url is None:
        raise ImportError("requests has no transport in process")
    session = requests.Session()
    session.headers["authorization"] = KEY

    def build(case: dict[str, Any]) -> Callable[[], Any]:
        def call() -> Any:
            url = base_url + fill_path(case)
            response = session.request(
                case["method"], url, params=list_query(case), json=case["body"]
            )
            response.raise_for_status()
            return response.json()

        return call

    return {operation: build(case) for operation, case in payloads.CASES.items()}


def call_aiopenapi3(base_url: str | None) -> Calls:
    """aiopenapi3, with one HTTP client for all calls: it makes a new one for each otherwise."""
    import aiopenapi3
    import httpx2

    shared = httpx2.Client(**build_options(httpx2, base_url))
    shared.close = lambda: None

    def build_session(**options: Any) -> httpx2.Client:
        shared.auth = options.get("auth")
        return shared

    # aiopenapi3 reads this annotation, and takes a class for it only.
    build_session.__annotations__["return"] = httpx2.Client

    class Server(aiopenapi3.plugin.Document):
        def parsed(self, ctx: Any) -> Any:
            ctx.document["servers"] = [{"url": base_url or ANYWHERE}]
            return ctx

    api = aiopenapi3.OpenAPI.load_file(
        base_url or ANYWHERE,
        SPEC.name,
        session_factory=build_session,
        plugins=[Server()],
        loader=aiopenapi3.FileSystemLoader(SPEC.parent),
    )
    api.authenticate(api_key_v1=KEY)

    def build(name: str, case: dict[str, Any]) -> Callable[[], Any]:
        request = getattr(api._, name)
        model = request.data.get_type()
        parameters = case["args"] or None
        return lambda: request(data=model.model_validate(case["body"]), parameters=parameters)

    return {name: build(name, case) for name, case in payloads.CASES.items()}


def call_openapi_core(base_url: str | None) -> Calls:
    """openapi-core validates a request and a response; httpx sends them."""
    import httpx
    import openapi_core
    from openapi_core.datatypes import RequestParameters
    from werkzeug.datastructures import ImmutableMultiDict

    document = {**read_document(), "servers": [{"url": base_url or ANYWHERE}]}
    config = openapi_core.Config(spec_validator_cls=None)
    api = openapi_core.OpenAPI.from_dict(document, config=config)
    client = httpx.Client(
        base_url=base_url or ANYWHERE,
        headers={"authorization": KEY},
        **build_options(httpx, base_url),
    )

    class Request:
        def __init__(self, sent: Any) -> None:
            parts = urlsplit(str(sent.url))
            self.host_url, self.path = f"{parts.scheme}://{parts.netloc}", parts.path
            self.method, self.body = sent.method.lower(), sent.content or None
            self.content_type = sent.headers.get("content-type", "")
            query = ImmutableMultiDict(sent.url.params.multi_items())
            self.parameters = RequestParameters(query=query, header=sent.headers, cookie={})

    class Response:
        def __init__(self, response: Any) -> None:
            self.status_code, self.headers = response.status_code, response.headers
            self.content_type = response.headers.get("content-type", "")
            self.data = response.content

    def build(case: dict[str, Any]) -> Callable[[], Any]:
        def call() -> Any:
            path, query = fill_path(case), list_query(case) or None
            request = client.build_request(case["method"], path, params=query, json=case["body"])
            wrapped = Request(request)
            api.validate_request(wrapped)
            response = client.send(request)
            api.validate_response(wrapped, Response(response))
            return response.json()

        return call

    return {operation: build(case) for operation, case in payloads.CASES.items()}


#: The first one is what the others are compared with.
CLIENTS: dict[str, Callable[[str | None], Calls]] = {
    "httpx": call_httpx,
    "dynclient": call_dynclient,
    "limit": call_limit,
    "httpx2": call_httpx2,
    "dynclient on httpx2": call_dynclient_httpx2,
    "limit on httpx2": call_limit_httpx2,
    "requests": call_requests,
    "aiopenapi3": call_aiopenapi3,
    "openapi-core": call_openapi_core,
}
