"""What is wrong with a document: every corner looked at once, each cause told once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

from dynclient.document.problems import Problem
from dynclient.document.references import Node
from dynclient.errors import DocumentError, UnresolvableReference
from dynclient.model import LOCATIONS, METHODS, TEMPLATE_VARIABLE, Document, MediaType, Operation
from dynclient.names import to_snake_case
from dynclient.plan.schemas import Schemas
from dynclient.schema.dialect import Direction
from dynclient.schema.engine import Checker
from dynclient.wire import media

_STATUS_KEY = re.compile(r"[1-5](\d\d|XX)|default", re.IGNORECASE)


def check_document(document: Document) -> list[Problem]:
    """Return the problems of a document, apart from those of its text, by their place."""
    checking = _DocumentChecker(document)
    checking.run()
    found = {(p.file, p.pointer, p.code): p for p in checking.problems}
    return list(found.values())


class _DocumentChecker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.problems: list[Problem] = []

    def report(
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
        self._check_root()
        self._check_names()
        for operation in self.document.operations.values():
            self._check_guarded(operation.node, lambda o=operation: self._check_operation(o))  # type: ignore[misc] # mypy and defaults
        self._check_components()
        for direction in ("request", "response"):
            self.problems += self.schemas.get_dialect(direction).problems

    def _check_guarded(self, node: Node, look: Callable[[], None]) -> None:
        """Look at a corner; what stops the look is its problem."""
        try:
            look()
        except UnresolvableReference as error:
            at = Node(node.files, error.uri or node.uri, error.pointer or node.pointer, None)
            self.report(at, error.code, error.reason, error.hint or "")
        except DocumentError as error:
            self.report(node, error.code, error.headline, error.hint or "")

    def _check_root(self) -> None:
        top = self.document.top
        for key, kind in (
            ("info", dict),
            ("paths", dict),
            ("servers", list),
            ("tags", list),
            ("components", dict),
        ):
            self._check_type(top.get_child(key), kind)
        if not top.get_child("info"):
            self.report(top, "missing-field", "the document has no `info`", "add title and version")
        for key in ("title", "version"):
            if top.get_child("info") and not isinstance(top["info"].get_child(key).value, str):
                self.report(top["info"], "missing-field", f"`info` has no text `{key}`")
        if not any(top.get_child(key) for key in ("paths", "webhooks", "components")):
            self.report(
                top,
                "missing-field",
                "the document has neither `paths`, `webhooks` nor `components`",
            )
        self._check_security(top.get_child("security"))
        self._check_maps()
        paths = top["paths"]
        for path in paths.member_keys():
            self._check_guarded(
                paths.get_child(path),
                lambda path=path: self._check_path_item(paths, path),  # type: ignore[misc] # mypy and defaults
            )

    def _check_maps(self) -> None:
        """Look at the lists and maps of the top, whose members are objects."""
        top = self.document.top
        self._check_type(top.get_child("webhooks"), dict)
        self._check_type(top["components"].get_child("schemas"), dict)
        for key, kind in (("servers", list), ("tags", list)):
            for child in (
                top.get_child(key).iterate_children()
                if isinstance(top.get_child(key).value, kind)
                else ()
            ):
                self._check_type(child, dict)
        for server in top.get_child("servers").iterate_children():
            for variable in server.get_child("variables").iterate_children():
                self._check_type(variable.get_child("enum"), list)
        for child in top["components"].get_child("securitySchemes").iterate_children():
            self._check_guarded(child, lambda child=child: self._check_object(child))  # type: ignore[misc] # mypy and defaults

    def _check_object(self, node: Node) -> None:
        self._check_type(node.resolve(), dict)

    def _check_type(self, node: Node, kind: type) -> bool:
        """Tell where something is no object, or no list, as it should be."""
        if node.value is None or isinstance(node.value, kind):
            return True
        self.report(
            node,
            "wrong-type",
            f"this must be {'an object' if kind is dict else 'a list'}; it is ignored",
        )
        return False

    def _check_path_item(self, paths: Node, path: str) -> None:
        node = paths.get_child(path)
        if path.startswith("x-"):
            return
        if not path.startswith("/"):
            self.report(
                node,
                "path-without-slash",
                f"the path {path!r} does not begin with a slash",
                severity="warning",
            )
        known = {*METHODS, "summary", "description", "servers", "parameters", "$ref"}
        item = paths[path]
        if not isinstance(item.value, dict):
            self.report(node, "wrong-type", "a path item must be an object")
        for key in item.member_keys():
            if key.lower() not in known and not key.startswith("x-"):
                self.report(
                    item.get_child(key),
                    "unknown-field",
                    f"{key!r} is neither a method nor a field of a path item",
                )
            elif key.lower() in METHODS and not isinstance(item.get_child(key).value, dict):
                self.report(item.get_child(key), "wrong-type", "an operation must be an object")

    def _check_names(self) -> None:
        operations = self.document.operations
        ids = Counter(
            o.node.get_text("operationId")
            for o in operations.values()
            if o.node.get_text("operationId")
        )
        python = Counter(
            to_snake_case(o.id) for o in operations.values() if o.node.get_text("operationId")
        )
        templates = Counter(
            (o.method, TEMPLATE_VARIABLE.sub("{}", o.path)) for o in operations.values()
        )
        for operation in operations.values():
            own = operation.node.get_text("operationId")
            node = operation.node.get_child("operationId")
            if own and ids[own] > 1:
                self.report(node, "duplicate-operation-id", f"the operationId {own!r} stands at {ids[own]} operations",
                          f'call it as client["{operation.method} {operation.path}"]')  # fmt: skip
            elif own and python[to_snake_case(own)] > 1:
                text = f"{own!r} and another operationId are the same Python name, {to_snake_case(own)}"
                self.report(node, "name-clash", text, f'call it as client["{own}"]', "warning")
            elif not own:
                self.report(operation.node, "missing-operation-id", "the operation has no operationId",
                          f'call it as client["{operation.key}"]', "warning")  # fmt: skip
            if templates[operation.method, TEMPLATE_VARIABLE.sub("{}", operation.path)] > 1:
                text = f"another path matches the same requests as {operation.path}"
                self.report(operation.node, "path-clash", text, severity="warning")

    def _check_operation(self, operation: Operation) -> None:
        self._check_parameters(operation)
        self._check_security(operation.node.get_child("security"))
        body = operation.request_body
        if operation.node.get_child("requestBody") and body is None:
            self.report(
                operation.node.get_child("requestBody"),
                "wrong-type",
                "a request body must be an object",
            )
        self._check_type(operation.node["requestBody"].get_child("content"), dict)
        for entry in body.content.values() if body else ():
            self._check_media_type(entry, "request")
        self._check_type(operation.node.get_child("parameters"), list)
        responses = operation.node.get_child("responses")
        if self._check_type(responses, dict) and not responses.member_keys():
            self.report(operation.node, "missing-field", "the operation has no `responses`")
        for name in responses.member_keys():
            self._check_guarded(
                responses.get_child(name),
                lambda name=name: self._check_response(responses[name]),  # type: ignore[misc] # mypy and defaults
            )
        for status, response in operation.responses.items():
            if not _STATUS_KEY.fullmatch(status):
                self.report(
                    response.node, "bad-status", f"{status!r} is no status code, range or `default`"
                )
            if not isinstance(response.node.get_child("description").value, str):
                self.report(
                    response.node,
                    "missing-field",
                    "a response needs a description",
                    severity="warning",
                )
            for entry in response.content.values():
                self._check_media_type(entry, "response")
            for header in response.headers.values():
                self.schemas.translate(header.schema, "response")

    def _check_response(self, node: Node) -> None:
        if self._check_type(node, dict) and self._check_type(node.get_child("content"), dict):
            for entry in node["content"].iterate_children():
                self._check_type(entry, dict)

    def _check_parameters(self, operation: Operation) -> None:
        declared = {
            n.get_text("name")
            for n in self._iterate_parameter_nodes(operation)
            if n.get_text("in") == "path"
        }
        in_path = TEMPLATE_VARIABLE.findall(operation.path)
        for name in dict.fromkeys(n for n in in_path if n not in declared):
            self.report(operation.node, "undeclared-path-variable", f"{{{name}}} of {operation.path} is not declared",
                      "add a parameter with `in: path`")  # fmt: skip
        for name in sorted(declared - set(in_path)):
            self.report(
                operation.node,
                "unused-path-parameter",
                f"the path parameter {name!r} is not in {operation.path}",
            )
        for child in self._iterate_parameter_nodes(operation):
            self._check_parameter(child)
        for parameter in operation.parameters:
            if parameter.schema is None:
                self.report(
                    parameter.node,
                    "missing-field",
                    f"the parameter {parameter.name!r} has no schema",
                )
            self._check_examples(parameter.schema, parameter.examples, parameter.node, "request")

    def _iterate_parameter_nodes(self, operation: Operation) -> Iterator[Node]:
        seen = set()
        for owner in (operation.path_item, operation.node):
            for child in owner["parameters"].iterate_children():
                node = child.resolve()
                key = (owner.pointer, node.get_text("in"), node.get_text("name"))
                if key in seen:
                    text = f"the parameter {node.get_text('name')!r} in {node.get_text('in')} stands twice"
                    self.report(child, "duplicate-parameter", text)
                seen.add(key)
                yield node

    def _check_parameter(self, node: Node) -> None:
        if not node.get_text("name") or node.get_text("in") not in LOCATIONS:
            text = (
                f"a parameter needs a name and `in`: one of {', '.join(LOCATIONS)}; it is ignored"
            )
            self.report(node, "bad-parameter", text)
        elif node.get_text("in") == "path" and not node.get_flag("required"):
            self.report(
                node,
                "optional-path-parameter",
                "a path parameter must have `required: true`",
                severity="warning",
            )

    def _check_security(self, security: Node) -> None:
        if not self._check_type(security, list):
            return
        for alternative in security.iterate_children():
            self._check_type(alternative, dict)
            for name in alternative.member_keys():
                self._check_type(alternative.get_child(name), list)
                if name not in self.document.security_schemes:
                    self.report(alternative.get_child(name), "unknown-security-scheme",
                              f"the security scheme {name!r} is not defined; the requirement is ignored",
                              "define it in components.securitySchemes")  # fmt: skip

    def _check_media_type(self, entry: MediaType, direction: Direction) -> None:
        if media.is_json(entry.name):
            self._check_examples(entry.schema, entry.examples, entry.node, direction)
        elif entry.schema is not None:
            self.schemas.translate(entry.schema, direction)

    def _check_examples(
        self, schema: Node | None, examples: list[Any], at: Node, direction: Direction
    ) -> None:
        opened = self.schemas.translate(schema, direction)
        if schema is None or not examples:
            return
        checker = Checker(self.schemas.bundle(opened, direction, "consumer"))
        for example in examples:
            if not checker.accepts(example):
                first = next(iter(checker.find_violations(example)), None)
                text = (
                    f"an example does not fit its schema: {first}"
                    if first
                    else "an example does not fit its schema"
                )
                self.report(at, "invalid-example", text, severity="warning")
                return

    def _check_components(self) -> None:
        """Translate every named schema, so that what no operation reaches is looked at too."""
        schemas = self.document.top["components"].get_child("schemas")
        for name in schemas.member_keys():
            node = schemas.get_child(name)
            self._check_guarded(node, lambda node=node: self._check_component(node))  # type: ignore[misc] # mypy and defaults

    def _check_component(self, node: Node) -> None:
        dialect = self.schemas.get_dialect("response")
        schema = dialect.defs[dialect.add_definition(node)]
        if isinstance(schema, dict) and "default" in schema:
            checker = Checker(self.schemas.bundle(schema, "response", "consumer"))
            if not checker.accepts(schema["default"]):
                self.report(
                    node.get_child("default"),
                    "invalid-default",
                    "the default does not fit its own schema",
                    severity="warning",
                )
