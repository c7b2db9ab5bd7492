"""What is wrong with a document: every corner looked at once, each cause told once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

from dynclient.document.problems import Problem
from dynclient.document.references import Node
from dynclient.errors import DocumentError, UnresolvableReference
from dynclient.model import LOCATIONS, METHODS, Document, MediaType, Operation
from dynclient.names import snake_case
from dynclient.plan.schemas import Schemas
from dynclient.schema.dialect import Direction
from dynclient.schema.engine import Checker
from dynclient.wire import media

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_STATUS = re.compile(r"[1-5](\d\d|XX)|default", re.IGNORECASE)


def check(document: Document) -> list[Problem]:
    """Return the problems of a document, apart from those of its text, by their place."""
    checking = _Checking(document)
    checking.run()
    found = {(p.file, p.pointer, p.code): p for p in checking.problems}
    return list(found.values())


class _Checking:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.problems: list[Problem] = []

    def tell(
        self,
        node: Node,
        code: str,
        message: str,
        hint: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        self.problems.append(
            Problem(severity, code, message, hint, node.pointer, node.uri, place=node.place)
        )

    def run(self) -> None:
        self._top()
        self._names()
        for operation in self.document.operations.values():
            self._guarded(operation.node, lambda o=operation: self._operation(o))  # type: ignore[misc] # mypy and defaults
        self._components()
        for direction in ("request", "response"):
            self.problems += self.schemas.dialect(direction).problems

    def _guarded(self, node: Node, look: Callable[[], None]) -> None:
        """Look at a corner; what stops the look is its problem."""
        try:
            look()
        except UnresolvableReference as error:
            at = Node(node.files, error.uri or node.uri, error.pointer or node.pointer, None)
            self.tell(at, error.code, error.reason, error.hint or "")
        except DocumentError as error:
            self.tell(node, error.code, error.headline, error.hint or "")

    def _top(self) -> None:
        top = self.document.top
        for key, kind in (
            ("info", dict),
            ("paths", dict),
            ("servers", list),
            ("tags", list),
            ("components", dict),
        ):
            self._shape(top.child(key), kind)
        if not top.child("info"):
            self.tell(top, "missing-field", "the document has no `info`", "add title and version")
        for key in ("title", "version"):
            if top.child("info") and not isinstance(top["info"].child(key).value, str):
                self.tell(top["info"], "missing-field", f"`info` has no text `{key}`")
        if not any(top.child(key) for key in ("paths", "webhooks", "components")):
            self.tell(
                top,
                "missing-field",
                "the document has neither `paths`, `webhooks` nor `components`",
            )
        self._security(top.child("security"))
        self._maps()
        paths = top["paths"]
        for path in paths.names():
            self._guarded(paths.child(path), lambda path=path: self._path(paths, path))  # type: ignore[misc] # mypy and defaults

    def _maps(self) -> None:
        """Look at the lists and maps of the top, whose members are objects."""
        top = self.document.top
        self._shape(top.child("webhooks"), dict)
        self._shape(top["components"].child("schemas"), dict)
        for key, kind in (("servers", list), ("tags", list)):
            for child in (
                top.child(key).children() if isinstance(top.child(key).value, kind) else ()
            ):
                self._shape(child, dict)
        for server in top.child("servers").children():
            for variable in server.child("variables").children():
                self._shape(variable.child("enum"), list)
        for child in top["components"].child("securitySchemes").children():
            self._guarded(child, lambda child=child: self._object(child))  # type: ignore[misc] # mypy and defaults

    def _object(self, node: Node) -> None:
        self._shape(node.resolved(), dict)

    def _shape(self, node: Node, kind: type) -> bool:
        """Tell where something is no object, or no list, as it should be."""
        if node.value is None or isinstance(node.value, kind):
            return True
        self.tell(
            node,
            "wrong-type",
            f"this must be {'an object' if kind is dict else 'a list'}; it is ignored",
        )
        return False

    def _path(self, paths: Node, path: str) -> None:
        node = paths.child(path)
        if path.startswith("x-"):
            return
        if not path.startswith("/"):
            self.tell(
                node,
                "path-without-slash",
                f"the path {path!r} does not begin with a slash",
                severity="warning",
            )
        known = {*METHODS, "summary", "description", "servers", "parameters", "$ref"}
        item = paths[path]
        if not isinstance(item.value, dict):
            self.tell(node, "wrong-type", "a path item must be an object")
        for key in item.names():
            if key.lower() not in known and not key.startswith("x-"):
                self.tell(
                    item.child(key),
                    "unknown-field",
                    f"{key!r} is neither a method nor a field of a path item",
                )
            elif key.lower() in METHODS and not isinstance(item.child(key).value, dict):
                self.tell(item.child(key), "wrong-type", "an operation must be an object")

    def _names(self) -> None:
        operations = self.document.operations
        ids = Counter(
            o.node.text("operationId") for o in operations.values() if o.node.text("operationId")
        )
        python = Counter(
            snake_case(o.id) for o in operations.values() if o.node.text("operationId")
        )
        templates = Counter((o.method, _VARIABLE.sub("{}", o.path)) for o in operations.values())
        for operation in operations.values():
            own = operation.node.text("operationId")
            node = operation.node.child("operationId")
            if own and ids[own] > 1:
                self.tell(node, "duplicate-operation-id", f"the operationId {own!r} stands at {ids[own]} operations",
                          f'call it as client["{operation.method} {operation.path}"]')  # fmt: skip
            elif own and python[snake_case(own)] > 1:
                text = (
                    f"{own!r} and another operationId are the same Python name, {snake_case(own)}"
                )
                self.tell(node, "name-clash", text, f'call it as client["{own}"]', "warning")
            elif not own:
                self.tell(operation.node, "missing-operation-id", "the operation has no operationId",
                          f'call it as client["{operation.key}"]', "warning")  # fmt: skip
            if templates[operation.method, _VARIABLE.sub("{}", operation.path)] > 1:
                text = f"another path matches the same requests as {operation.path}"
                self.tell(operation.node, "path-clash", text, severity="warning")

    def _operation(self, operation: Operation) -> None:
        self._parameters(operation)
        self._security(operation.node.child("security"))
        body = operation.request_body
        if operation.node.child("requestBody") and body is None:
            self.tell(
                operation.node.child("requestBody"),
                "wrong-type",
                "a request body must be an object",
            )
        self._shape(operation.node["requestBody"].child("content"), dict)
        for entry in body.content.values() if body else ():
            self._media_type(entry, "request")
        self._shape(operation.node.child("parameters"), list)
        responses = operation.node.child("responses")
        if self._shape(responses, dict) and not responses.names():
            self.tell(operation.node, "missing-field", "the operation has no `responses`")
        for name in responses.names():
            self._guarded(responses.child(name), lambda name=name: self._response(responses[name]))  # type: ignore[misc] # mypy and defaults
        for status, response in operation.responses.items():
            if not _STATUS.fullmatch(status):
                self.tell(
                    response.node, "bad-status", f"{status!r} is no status code, range or `default`"
                )
            if not isinstance(response.node.child("description").value, str):
                self.tell(
                    response.node,
                    "missing-field",
                    "a response needs a description",
                    severity="warning",
                )
            for entry in response.content.values():
                self._media_type(entry, "response")
            for header in response.headers.values():
                self.schemas.open(header.schema, "response")

    def _response(self, node: Node) -> None:
        if self._shape(node, dict) and self._shape(node.child("content"), dict):
            for entry in node["content"].children():
                self._shape(entry, dict)

    def _parameters(self, operation: Operation) -> None:
        declared = {
            n.text("name") for n in self._parameter_nodes(operation) if n.text("in") == "path"
        }
        in_path = _VARIABLE.findall(operation.path)
        for name in dict.fromkeys(n for n in in_path if n not in declared):
            self.tell(operation.node, "undeclared-path-variable", f"{{{name}}} of {operation.path} is not declared",
                      "add a parameter with `in: path`")  # fmt: skip
        for name in sorted(declared - set(in_path)):
            self.tell(
                operation.node,
                "unused-path-parameter",
                f"the path parameter {name!r} is not in {operation.path}",
            )
        for child in self._parameter_nodes(operation):
            self._parameter(child)
        for parameter in operation.parameters:
            if parameter.schema is None:
                self.tell(
                    parameter.node,
                    "missing-field",
                    f"the parameter {parameter.name!r} has no schema",
                )
            self._examples(parameter.schema, parameter.examples, parameter.node, "request")

    def _parameter_nodes(self, operation: Operation) -> Iterator[Node]:
        seen = set()
        for owner in (operation.item, operation.node):
            for child in owner["parameters"].children():
                node = child.resolved()
                key = (owner.pointer, node.text("in"), node.text("name"))
                if key in seen:
                    text = f"the parameter {node.text('name')!r} in {node.text('in')} stands twice"
                    self.tell(child, "duplicate-parameter", text)
                seen.add(key)
                yield node

    def _parameter(self, node: Node) -> None:
        if not node.text("name") or node.text("in") not in LOCATIONS:
            text = (
                f"a parameter needs a name and `in`: one of {', '.join(LOCATIONS)}; it is ignored"
            )
            self.tell(node, "bad-parameter", text)
        elif node.text("in") == "path" and not node.flag("required"):
            self.tell(
                node,
                "optional-path-parameter",
                "a path parameter must have `required: true`",
                severity="warning",
            )

    def _security(self, security: Node) -> None:
        if not self._shape(security, list):
            return
        for alternative in security.children():
            self._shape(alternative, dict)
            for name in alternative.names():
                self._shape(alternative.child(name), list)
                if name not in self.document.security_schemes:
                    self.tell(alternative.child(name), "unknown-security-scheme",
                              f"the security scheme {name!r} is not defined; the requirement is ignored",
                              "define it in components.securitySchemes")  # fmt: skip

    def _media_type(self, entry: MediaType, direction: Direction) -> None:
        if media.is_json(entry.name):
            self._examples(entry.schema, entry.examples, entry.node, direction)
        elif entry.schema is not None:
            self.schemas.open(entry.schema, direction)

    def _examples(
        self, schema: Node | None, examples: list[Any], at: Node, direction: Direction
    ) -> None:
        opened = self.schemas.open(schema, direction)
        if schema is None or not examples:
            return
        checker = Checker(self.schemas.bundle(opened, direction, "consumer"))
        for example in examples:
            if not checker.accepts(example):
                first = next(iter(checker.violations(example)), None)
                text = (
                    f"an example does not fit its schema: {first}"
                    if first
                    else "an example does not fit its schema"
                )
                self.tell(at, "invalid-example", text, severity="warning")
                return

    def _components(self) -> None:
        """Translate every named schema, so that what no operation reaches is looked at too."""
        schemas = self.document.top["components"].child("schemas")
        for name in schemas.names():
            node = schemas.child(name)
            self._guarded(node, lambda node=node: self._component(node))  # type: ignore[misc] # mypy and defaults

    def _component(self, node: Node) -> None:
        dialect = self.schemas.dialect("response")
        schema = dialect.defs[dialect.define(node)]
        if isinstance(schema, dict) and "default" in schema:
            checker = Checker(self.schemas.bundle(schema, "response", "consumer"))
            if not checker.accepts(schema["default"]):
                self.tell(
                    node.child("default"),
                    "invalid-default",
                    "the default does not fit its own schema",
                    severity="warning",
                )
