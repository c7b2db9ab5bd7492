"""Rules for the objects that only Swagger 2.0 has, or has in another form."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from dynclient.document.references import Node
from dynclient.document.swagger.swagger_bodies import MULTIPART, is_file, read_media_type_names
from dynclient.document.swagger.swagger_parameters import (
    DELIMITERS,
    list_collection_formats,
    read_parameter_schema,
    translate_header,
    translate_parameter,
)
from dynclient.document.swagger.swagger_security import FLOWS
from dynclient.document.swagger.swagger_servers import SCHEMES, is_host, split_host
from dynclient.errors import UnresolvableReference
from dynclient.plan.document_check.check_context import CheckContext, Visit
from dynclient.plan.document_check.schema_rules import check_bounds
from dynclient.plan.document_check.structure_rules import check_parameter
from dynclient.plan.document_check.value_rules import (
    check_example_values,
    check_parameter_examples,
    check_schema_values,
    check_translation,
)
from dynclient.violations import shorten_repr
from dynclient.wire import media_types

_LOCATIONS = ("path", "query", "header", "formData", "body")
_TYPES = ("string", "number", "integer", "boolean", "array", "file")

#: Flow -> the URLs that it needs. Source: Swagger 2.0 Security Scheme Object.
_FLOW_URLS = {
    "implicit": ("authorizationUrl",),
    "password": ("tokenUrl",),
    "application": ("tokenUrl",),
    "accessCode": ("authorizationUrl", "tokenUrl"),
}


# --- root and operation


def check_swagger_root(visit: Visit, context: CheckContext) -> None:
    """Report a document without `info` or `paths`, and a server that cannot be meant.

    Source: Swagger 2.0 Swagger Object.
    """
    root = visit.node
    if not root.get_child("info"):
        context.report(root, "missing-field", "the document has no `info`", "add title and version")
    if not root.get_child("paths"):
        context.report(root, "missing-field", "the document has no `paths`")
    _check_host(root.get_child("host"), context)
    path = root.get_child("basePath")
    if path.value is not None and not str(path.value).startswith("/"):
        text = f"`basePath` is {shorten_repr(path.value)}, and must begin with a slash"
        context.warn(path, "bad-base-path", text)
    if str(path.value).startswith("//"):
        text = "`basePath` begins with two slashes, as the name of another host does"
        context.report(path, "bad-base-path", text, "remove one of them")
    _check_schemes(root.get_child("schemes"), context)
    _check_media_types(root, context)


def _check_host(host: Node, context: CheckContext) -> None:
    if host.value is None:
        return
    hint = "move the scheme to `schemes`, and the path to `basePath`"
    _, name = split_host(host.value)
    if name != host.value or not is_host(name):
        text = "`host` must be a host and possibly a port, without scheme, user or path"
        context.report(host, "bad-host", text, hint)


def _check_schemes(schemes: Node, context: CheckContext) -> None:
    for scheme in schemes.iterate_children() if isinstance(schemes.value, list) else ():
        if scheme.value not in SCHEMES:
            text = f"{shorten_repr(scheme.value)} is no scheme: one of {', '.join(SCHEMES)}"
            context.report(scheme, "unknown-scheme", text)


def _check_media_types(owner: Node, context: CheckContext) -> None:
    for key in ("consumes", "produces"):
        names = owner.get_child(key)
        for name in names.iterate_children() if isinstance(names.value, list) else ():
            if not isinstance(name.value, str) or "/" not in name.value:
                text = f"{shorten_repr(name.value)} is no media type; it is ignored"
                context.warn(name, "bad-media-type", text, "write it in full: application/json")


def check_swagger_operation(visit: Visit, context: CheckContext) -> None:
    """Report an operation without responses, and parameters that exclude each other.

    Source: Swagger 2.0 Operation Object, Parameter Object.
    """
    operation = visit.node
    if not operation.get_child("responses").value:
        context.report(operation, "missing-field", "the operation has no `responses`")
    _check_schemes(operation.get_child("schemes"), context)
    _check_media_types(operation, context)
    parameters = list(_iterate_parameters(operation))
    bodies = [each for each in parameters if each.get_text("in") == "body"]
    forms = [each for each in parameters if each.get_text("in") == "formData"]
    if len(bodies) > 1:
        text = "an operation has one body only; the first one is used"
        context.report(bodies[1], "several-bodies", text)
    if bodies and forms:
        text = "an operation has a body or form data, not both; the body is used"
        context.report(forms[0], "body-and-form-data", text)
    _check_file_media_types(operation, forms, context)


def _iterate_parameters(owner: Node) -> Iterator[Node]:
    for child in owner.get_child("parameters").iterate_children():
        try:
            yield child.resolve()
        except UnresolvableReference:  # It is reported where it stands.
            continue


def _check_file_media_types(operation: Node, forms: list[Node], context: CheckContext) -> None:
    """Report a file where `consumes` names other media types only: it is sent as multipart."""
    files = [each for each in forms if is_file(each)]
    names = read_media_type_names(operation, "consumes")
    if names is None:
        names = read_media_type_names(context.document.files.top, "consumes")
    if files and names and not any(name.lower().startswith(MULTIPART) for name in names):
        text = f"a file is sent as {MULTIPART}, which `consumes` does not name"
        context.warn(files[0], "file-without-multipart", text, f"add {MULTIPART} to `consumes`")


# --- parameters and headers


def check_swagger_parameter(visit: Visit, context: CheckContext) -> None:
    """Report a parameter that cannot be used as written.

    Source: Swagger 2.0 Parameter Object.
    """
    node = visit.node
    name, location = node.get_text("name"), node.get_text("in")
    if not name or location not in _LOCATIONS:
        text = f"a parameter needs a name and `in`: one of {', '.join(_LOCATIONS)}; it is ignored"
        context.report(node, "bad-parameter", text)
        return
    if location == "body":
        if not node.get_child("schema"):
            context.report(node, "missing-field", f"the parameter {name!r} has no schema")
        return
    _check_type(node, f"the parameter {name!r}", context)
    if node.get_text("type") == "file" and location != "formData":
        text = "a file is sent in `formData` only; it is written as text"
        context.report(node.get_child("type"), "bad-type", text)
    _check_collection_format(node, "query" if location == "formData" else location, context)
    _check_parameter_schema(visit, context)
    if location != "formData":
        translated = replace(visit, node=translate_parameter(node))
        check_parameter(translated, context)
        check_parameter_examples(translated, context)


def check_swagger_header(visit: Visit, context: CheckContext) -> None:
    """Report a header of a response that cannot be read as written."""
    _check_type(visit.node, "a header", context)
    _check_collection_format(visit.node, "header", context)
    _check_parameter_schema(visit, context)
    check_parameter_examples(replace(visit, node=translate_header(visit.node)), context)


def check_items(visit: Visit, context: CheckContext) -> None:
    """Report items that say nothing of their type, and values that do not fit them."""
    _check_type(visit.node, "the items", context)
    check_bounds(visit, context)
    check_schema_values(visit, context)


def _check_type(node: Node, what: str, context: CheckContext) -> None:
    written = node.get_child("type")
    if written.value is None and node.get_child("schema"):
        text = "`schema` is a field of a parameter in `body`; others have a `type`"
        context.warn(node.get_child("schema"), "misplaced-schema", text)
    elif written.value is None:
        context.report(node, "missing-field", f"{what} has no `type`; any value passes")
    elif written.value not in _TYPES:
        text = f"{shorten_repr(written.value)} is no type here: one of {', '.join(_TYPES)}"
        context.report(written, "bad-type", text)
    elif written.value == "array" and not node.get_child("items"):
        context.report(node, "missing-field", f"{what} is an array without `items`")


def _check_collection_format(node: Node, location: str, context: CheckContext) -> None:
    written = node.get_child("collectionFormat")
    known = ", ".join(name for name in DELIMITERS if name != "multi" or location == "query")
    if written.value is not None and str(written.value) not in known.split(", "):
        text = f"{shorten_repr(written.value)} is no format of an array here; it is read as csv"
        context.report(written, "bad-collection-format", text, f"use one of {known}")
    formats = list_collection_formats(node.value, location)
    if any(outer == inner for outer, inner in itertools.pairwise(formats)):
        text = f"the arrays in this array are written as {formats[0]} too, and end it"
        hint = "give `items` another `collectionFormat`"
        context.warn(node, "ambiguous-collection-format", text, hint)


def _check_parameter_schema(visit: Visit, context: CheckContext) -> None:
    """Check the schema that the keywords of a parameter or header make."""
    schema = read_parameter_schema(visit.node)
    if isinstance(schema.value, dict) and schema.pointer == visit.node.pointer:
        schema_visit = Visit("Schema", schema, visit.direction, is_root=True)
        check_translation(schema_visit, context)
        check_bounds(schema_visit, context)
        check_schema_values(schema_visit, context)


# --- responses and security


def check_swagger_response_examples(visit: Visit, context: CheckContext) -> None:
    """Report examples of a response that do not fit its schema; only JSON has its form."""
    schema = visit.node.get_child("schema")
    examples = visit.node.get_child("examples")
    for name in examples.member_keys():
        example = examples.get_child(name)
        if "/" not in name and not name.startswith("x-"):
            text = f"{name!r} is no media type; the example is ignored"
            context.warn(example, "bad-media-type", text)
        elif media_types.takes_json(name):
            check_example_values([example], schema, "response", context)


def check_swagger_security_scheme(visit: Visit, context: CheckContext) -> None:
    """Report a security scheme that lacks what it needs.

    Source: Swagger 2.0 Security Scheme Object.
    """
    scheme, scheme_type = visit.node, visit.node.get_text("type")
    if scheme_type not in ("basic", "apiKey", "oauth2"):
        text = f"{scheme_type!r} is no type of security schemes: one of basic, apiKey, oauth2"
        context.report(scheme, "bad-security-scheme", text)
    elif scheme_type == "apiKey":
        _check_fields(scheme, ("name", "in"), context)
        if scheme.get_text("in") not in ("", "query", "header"):
            text = f"an API key is in query or header, not in {scheme.get_text('in')!r}"
            context.report(scheme.get_child("in"), "bad-security-scheme", text)
    elif scheme_type == "oauth2":
        flow = scheme.get_text("flow")
        _check_fields(scheme, ("flow", *_FLOW_URLS.get(flow, ())), context)
        if flow and flow not in FLOWS:
            text = f"{flow!r} is no flow: one of {', '.join(FLOWS)}"
            context.report(scheme.get_child("flow"), "bad-security-scheme", text)


def _check_fields(scheme: Node, fields: tuple[str, ...], context: CheckContext) -> None:
    for name in fields:
        if not scheme.get_child(name).value:
            text = f"a security scheme of the type {scheme.get_text('type')} needs `{name}`"
            context.report(scheme, "missing-field", text)
