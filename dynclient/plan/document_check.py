"""The problems of a document: every corner is checked once, each cause is reported once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

from dynclient.document.problems import Problem
from dynclient.document.references import Node
from dynclient.errors import DocumentError, UnresolvableReference
from dynclient.model import (
    LOCATIONS,
    METHODS,
    TEMPLATE_VARIABLE,
    Document,
    MediaType,
    Operation,
    Response,
    is_framing_header,
)
from dynclient.names import to_snake_case
from dynclient.plan.schemas import Schemas
from dynclient.schema.dialect import Direction
from dynclient.schema.engine import Checker
from dynclient.wire import media_types
from dynclient.wire.security import build_own_header_hint, find_place_clash, is_supported

#: The JSON type of each field of the root.
_ROOT_TYPES = {"info": dict, "paths": dict, "servers": list, "tags": list, "components": dict}

_PATH_ITEM_FIELDS = ("summary", "description", "servers", "parameters", "$ref")
_STATUS_KEY = re.compile(r"[1-5](\d\d|XX)|default", re.IGNORECASE)


def check_document(document: Document) -> list[Problem]:
    """Return the problems of a document, apart from those of its text, by their place."""
    checker = _DocumentChecker(document)
    checker.run()
    unique = {
        (problem.file, problem.pointer, problem.code): problem for problem in checker.problems
    }
    return list(unique.values())


class _DocumentChecker:
    """Collects the problems of one document."""

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

    def warn(self, node: Node, code: str, message: str, hint: str = "") -> None:
        self.report(node, code, message, hint, "warning")

    def run(self) -> None:
        self._check_root()
        self._check_names()
        for operation in self.document.operations.values():
            self._check_guarded(operation.node, self._check_operation, operation)
        self._check_components()
        for direction in ("request", "response"):
            self.problems += self.schemas.get_dialect(direction).problems

    def _check_guarded(self, node: Node, check: Callable[..., object], *args: Any) -> None:
        """Check a corner; an error that stops the check is reported as a problem of the corner."""
        try:
            check(*args)
        except UnresolvableReference as error:
            uri, pointer = error.uri or node.uri, error.pointer or node.pointer
            self.report(
                Node(node.files, uri, pointer, None), error.code, error.reason, error.hint or ""
            )
        except DocumentError as error:
            self.report(node, error.code, error.headline, error.hint or "")

    def _check_root(self) -> None:
        root = self.document.top
        for key, kind in _ROOT_TYPES.items():
            self._check_type(root.get_child(key), kind)
        self._check_info(root)
        if not any(root.get_child(key) for key in ("paths", "webhooks", "components")):
            text = "the document has neither `paths`, `webhooks` nor `components`"
            self.report(root, "missing-field", text)
        self._check_security(root.get_child("security"))
        self._check_guarded(root, self._check_members, root)
        self._check_guarded(root, self._check_paths, root)

    def _check_paths(self, root: Node) -> None:
        paths = root["paths"]
        for path in paths.member_keys():
            self._check_guarded(paths.get_child(path), self._check_path_item, paths, path)

    def _check_info(self, root: Node) -> None:
        if not root.get_child("info"):
            self.report(
                root, "missing-field", "the document has no `info`", "add title and version"
            )
            return
        info = root["info"]
        for key in ("title", "version"):
            if not isinstance(info.get_child(key).value, str):
                self.report(info, "missing-field", f"`info` has no text `{key}`")

    def _check_members(self, root: Node) -> None:
        """Check the types of the root's lists and maps, and of their members."""
        components = root["components"]
        self._check_type(root.get_child("webhooks"), dict)
        self._check_type(components.get_child("schemas"), dict)
        for key in ("servers", "tags"):
            if isinstance(root.get_child(key).value, list):
                for child in root.get_child(key).iterate_children():
                    self._check_type(child, dict)
        for server in root.get_child("servers").iterate_children():
            for variable in server.get_child("variables").iterate_children():
                self._check_type(variable.get_child("enum"), list)
        for scheme in components.get_child("securitySchemes").iterate_children():
            self._check_guarded(scheme, self._check_object, scheme)
        for name, declared in self.document.security_schemes.items():
            if not is_supported(declared):
                kind = f"{declared.type} {declared.scheme}".strip()
                text = f"dynclient cannot put the security scheme {name!r} ({kind}) on a request"
                node = components.get_child("securitySchemes").get_child(name)
                hint = build_own_header_hint(declared)
                self.warn(node, "unsupported-security-scheme", text, hint)

    def _check_object(self, node: Node) -> None:
        self._check_type(node.resolve(), dict)

    def _check_type(self, node: Node, kind: type) -> bool:
        """Report a value that is no object, or no list, as it should be; tell whether it is one."""
        if node.value is None or isinstance(node.value, kind):
            return True
        name = "an object" if kind is dict else "a list"
        self.report(node, "wrong-type", f"this must be {name}; it is ignored")
        return False

    def _check_path_item(self, paths: Node, path: str) -> None:
        node = paths.get_child(path)
        if path.startswith("x-"):
            return
        if not path.startswith("/"):
            text = f"the path {path!r} does not begin with a slash"
            self.warn(node, "path-without-slash", text)
        path_item = paths[path]
        if not isinstance(path_item.value, dict):
            self.report(node, "wrong-type", "a path item must be an object")
        for key in path_item.member_keys():
            child = path_item.get_child(key)
            if key.lower() in METHODS:
                if not isinstance(child.value, dict):
                    self.report(child, "wrong-type", "an operation must be an object")
            elif key.lower() not in _PATH_ITEM_FIELDS and not key.startswith("x-"):
                text = f"{key!r} is neither a method nor a field of a path item"
                self.report(child, "unknown-field", text)

    def _check_names(self) -> None:
        operations = self.document.operations.values()
        ids = [operation.node.get_text("operationId") for operation in operations]
        id_counts = Counter(filter(None, ids))
        name_counts = Counter(map(to_snake_case, filter(None, ids)))
        path_counts = Counter(map(_normalize_path, operations))
        for operation in operations:
            operation_id = operation.node.get_text("operationId")
            node = operation.node.get_child("operationId")
            name = to_snake_case(operation_id)
            if not operation_id:
                text = "the operation has no operationId"
                hint = f'call it as client["{operation.key}"]'
                self.warn(operation.node, "missing-operation-id", text, hint)
            elif id_counts[operation_id] > 1:
                count = id_counts[operation_id]
                text = f"the operationId {operation_id!r} stands at {count} operations"
                hint = f'call it as client["{operation.method} {operation.path}"]'
                self.report(node, "duplicate-operation-id", text, hint)
            elif name_counts[name] > 1:
                text = f"{operation_id!r} and another operationId are the same Python name, {name}"
                self.warn(node, "name-clash", text, f'call it as client["{operation_id}"]')
            if path_counts[_normalize_path(operation)] > 1:
                text = f"another path matches the same requests as {operation.path}"
                self.warn(operation.node, "path-clash", text)

    def _check_operation(self, operation: Operation) -> None:
        self._check_parameters(operation)
        self._check_security(operation.node.get_child("security"))
        self._check_request_body(operation)
        self._check_type(operation.node.get_child("parameters"), list)
        self._check_responses(operation)

    def _check_request_body(self, operation: Operation) -> None:
        node, body = operation.node.get_child("requestBody"), operation.request_body
        if node and body is None:
            self.report(node, "wrong-type", "a request body must be an object")
        self._check_type(operation.node["requestBody"].get_child("content"), dict)
        if body is not None:
            for entry in body.content.values():
                self._check_media_type(entry, "request")

    def _check_responses(self, operation: Operation) -> None:
        responses = operation.node.get_child("responses")
        if self._check_type(responses, dict) and not responses.member_keys():
            self.report(operation.node, "missing-field", "the operation has no `responses`")
        for name in responses.member_keys():
            node = responses.get_child(name)
            self._check_guarded(node, self._check_response_types, responses, name)
        for status, response in operation.responses.items():
            self._check_response(status, response)

    def _check_response(self, status: str, response: Response) -> None:
        if not _STATUS_KEY.fullmatch(status):
            text = f"{status!r} is no status code, range or `default`"
            self.report(response.node, "bad-status", text)
        if not isinstance(response.node.get_child("description").value, str):
            self.warn(response.node, "missing-field", "a response needs a description")
        for entry in response.content.values():
            self._check_media_type(entry, "response")
        for header in response.headers.values():
            self.schemas.translate(header.schema, "response")

    def _check_response_types(self, responses: Node, name: str) -> None:
        node = responses[name]
        if self._check_type(node, dict) and self._check_type(node.get_child("content"), dict):
            for entry in node["content"].iterate_children():
                self._check_type(entry, dict)

    def _check_parameters(self, operation: Operation) -> None:
        self._check_duplicate_parameters(operation)
        nodes = list(_iterate_parameter_nodes(operation))
        declared = {node.get_text("name") for node in nodes if node.get_text("in") == "path"}
        in_path = dict.fromkeys(TEMPLATE_VARIABLE.findall(operation.path))
        for name in in_path:
            if name not in declared:
                text = f"{{{name}}} of {operation.path} is not declared"
                hint = "add a parameter with `in: path`"
                self.report(operation.node, "undeclared-path-variable", text, hint)
        for name in sorted(declared - set(in_path)):
            text = f"the path parameter {name!r} is not in {operation.path}"
            self.report(operation.node, "unused-path-parameter", text)
        for node in nodes:
            self._check_parameter(node)
        for parameter in operation.parameters:
            if parameter.schema is None:
                text = f"the parameter {parameter.name!r} has no schema"
                self.report(parameter.node, "missing-field", text)
            self._check_examples(parameter.schema, parameter.examples, parameter.node, "request")

    def _check_duplicate_parameters(self, operation: Operation) -> None:
        seen = set()
        for owner in (operation.path_item, operation.node):
            for child in owner["parameters"].iterate_children():
                node = child.resolve()
                location, name = node.get_text("in"), node.get_text("name")
                key = (owner.pointer, location, name)
                if key in seen:
                    text = f"the parameter {name!r} in {location} stands twice"
                    self.report(child, "duplicate-parameter", text)
                seen.add(key)

    def _check_parameter(self, node: Node) -> None:
        if not node.get_text("name") or node.get_text("in") not in LOCATIONS:
            text = (
                f"a parameter needs a name and `in`: one of {', '.join(LOCATIONS)}; it is ignored"
            )
            self.report(node, "bad-parameter", text)
        elif node.get_text("in") == "path" and not node.get_flag("required"):
            text = "a path parameter must have `required: true`"
            self.warn(node, "optional-path-parameter", text)
        elif node.get_text("in") == "header" and is_framing_header(node.get_text("name")):
            text = (
                f"the header {node.get_text('name')} frames the message; the parameter is ignored"
            )
            self.warn(node, "framing-header", text, "the transport writes it; remove the parameter")

    def _check_security(self, security: Node) -> None:
        if not self._check_type(security, list):
            return
        for alternative in security.iterate_children():
            self._check_type(alternative, dict)
            clash = find_place_clash(self.document.read_requirement(alternative))
            if clash is not None:
                text = f"{clash}, and a request has only one such place"
                self.warn(alternative, "clashing-security-schemes", text, "make them alternatives")
            for name in alternative.member_keys():
                requirement = alternative.get_child(name)
                self._check_type(requirement, list)
                if name not in self.document.security_schemes:
                    text = (
                        f"the security scheme {name!r} is not defined; the requirement is ignored"
                    )
                    hint = "define it in components.securitySchemes"
                    self.report(requirement, "unknown-security-scheme", text, hint)

    def _check_media_type(self, entry: MediaType, direction: Direction) -> None:
        if media_types.takes_json(entry.name):
            self._check_examples(entry.schema, entry.examples, entry.node, direction)
        elif entry.schema is not None:
            self.schemas.translate(entry.schema, direction)

    def _check_examples(
        self, node: Node | None, examples: list[Any], place: Node, direction: Direction
    ) -> None:
        """Report the first example that does not fit its schema.

        Args:
            node: of the schema.
            examples: the examples.
            place: where a misfit is reported.
            direction: whether the schema is of a request or of a response.

        """
        schema = self.schemas.translate(node, direction)
        if node is None or not examples:
            return
        checker = Checker(self.schemas.bundle(schema, direction, "consumer"))
        for example in examples:
            if not checker.accepts(example):
                text = "an example does not fit its schema"
                violations = checker.find_violations(example)
                if violations:
                    text += f": {violations[0]}"
                self.warn(place, "invalid-example", text)
                return

    def _check_components(self) -> None:
        """Translate every named schema, so that what no operation reaches is looked at too."""
        schemas = self.document.top["components"].get_child("schemas")
        for name in schemas.member_keys():
            node = schemas.get_child(name)
            self._check_guarded(node, self._check_component, node)

    def _check_component(self, node: Node) -> None:
        dialect = self.schemas.get_dialect("response")
        schema = dialect.translate_component(node)
        if isinstance(schema, dict) and "default" in schema:
            checker = Checker(self.schemas.bundle(schema, "response", "consumer"))
            if not checker.accepts(schema["default"]):
                text = "the default does not fit its own schema"
                self.warn(node.get_child("default"), "invalid-default", text)


def _iterate_parameter_nodes(operation: Operation) -> Iterator[Node]:
    """Yield the Parameter Objects of the path item, then those of the operation."""
    for owner in (operation.path_item, operation.node):
        for child in owner["parameters"].iterate_children():
            yield child.resolve()


def _normalize_path(operation: Operation) -> tuple[str, str]:
    """Return what two operations that match the same requests have in common."""
    return operation.method, TEMPLATE_VARIABLE.sub("{}", operation.path)
