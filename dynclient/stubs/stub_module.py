"""A document → `NAME.py` and `NAME.pyi`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dynclient.client.compiled_document import CompiledDocument
from dynclient.errors import DocumentError
from dynclient.model import Document
from dynclient.stubs.docstring_text import format_docstring
from dynclient.stubs.model_names import list_reachable_models, name_models, simplify_models
from dynclient.stubs.module_source import build_module_docstring, build_source
from dynclient.stubs.operation_types import (
    CALL,
    ArgumentType,
    OperationReader,
    OperationTypes,
)
from dynclient.stubs.type_expressions import (
    ANY,
    NONE,
    AliasModel,
    ModelKey,
    Models,
    ObjectModel,
    TypeExpression,
    build_union,
    format_literal,
    format_type,
)
from dynclient.stubs.type_reader import TypeReader

#: Where each name comes from that a stub may need.
_IMPORTS = {
    "Decimal": "decimal",
    "Any": "typing",
    "Literal": "typing",
    "Never": "typing",
    "NotRequired": "typing",
    "TypeAlias": "typing",
    "TypedDict": "typing",
    "overload": "typing",
    "UUID": "uuid",
    "Call": "dynclient",
    "AsyncOperation": "dynclient.stubs.typed_client",
    "Binary": "dynclient.stubs.typed_client",
    "BoundAsyncClient": "dynclient.stubs.typed_client",
    "BoundClient": "dynclient.stubs.typed_client",
    "Operation": "dynclient.stubs.typed_client",
    "no_body": "dynclient.stubs.typed_client",
    "operation": "dynclient.stubs.typed_client",
    "overloaded_operation": "dynclient.stubs.typed_client",
    "overloaded_paged_operation": "dynclient.stubs.typed_client",
    "overloaded_streamed_operation": "dynclient.stubs.typed_client",
    "paged_operation": "dynclient.stubs.typed_client",
    "streamed_operation": "dynclient.stubs.typed_client",
}

#: Modules that a stub imports under a name that no operation has.
_ALIASED_MODULES = ("_builtins", "_datetime", "_dynclient")

_BUILTINS = ("bool", "bytes", "dict", "float", "int", "list", "str")

#: Names that no model may have.
_TAKEN_NAMES = frozenset({*_IMPORTS, *_BUILTINS, "Client", "AsyncClient", "None", "True", "False"})

#: A value that the document leaves open is Any, and no checker shall warn of it.
_CHECKER_SETTINGS = "# pyright: standard"

#: Further ways in which an operation is called or read.
_WITH_BODY, _PAGES, _PAGES_WITH_BODY, _ITEM = "with_body", "pages", "pages_with_body", "item"

_WORD = re.compile(r"[^\W\d]\w*")
_TEXT_LITERAL = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_INDENT = "    "
_MAX_COLUMNS = 100


@dataclass(frozen=True)
class StubModule:
    """The two files of a stub.

    Attributes:
        source: the text of `NAME.py`.
        types: the text of `NAME.pyi`.

    """

    source: str
    types: str


def build_stubs(document: Document, location: str, overlays: Sequence[str] = ()) -> StubModule:
    """Return the module that binds clients to a document, and its types.

    Args:
        document: the document.
        location: where the module finds it: a URL, `git:REV:path`, or a path relative to its
            folder.
        overlays: what changes the document; in the same form.

    """
    source = build_source(document, location, overlays)
    return StubModule(source, _TypesWriter(document).write())


class _TypesWriter:
    """Writes the types of a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._operations: list[OperationTypes] = []
        self._broken: list[str] = []
        self._models: Models = {}
        self._names: dict[ModelKey, str] = {}
        #: What stands for the forms of operations, by operation and form.
        self._form_names: dict[tuple[str, str], str] = {}
        #: The types that were written, to know what to import.
        self._written: list[str] = []
        #: The builtin types whose names mean something else where is being written.
        self._shadowed: set[str] = set()

    def write(self) -> str:
        """Return the text of the stub."""
        self._read_operations()
        roots = [each for operation in self._operations for each in operation.list_types()]
        keys = list_reachable_models(self._models, roots)
        operation_names = {operation.python_name for operation in self._operations}
        self._names = name_models(keys, self._models, _TAKEN_NAMES | operation_names)
        parts = [
            *self._write_models(keys),
            *self._write_call_forms(),
            self._write_operations(),
            self._write_client("Client"),
            self._write_client("AsyncClient"),
        ]
        docstring = build_module_docstring(self._document)
        header = f"{_CHECKER_SETTINGS}\n{docstring}\n{self._write_imports()}\n"
        return header + "\n".join(parts)

    def _read_operations(self) -> None:
        compiled = CompiledDocument.of(self._document)
        schemas = compiled.schemas
        readers = {
            "request": TypeReader(schemas.get_dialect("request").defs, "request"),
            "response": TypeReader(schemas.get_dialect("response").defs, "response"),
        }
        python_names = self._document.operation_names.python_by_key
        for key, operation in self._document.operations.items():
            name = python_names.get(key, "")
            # A client keeps names with an underscore for itself.
            name = "" if name.startswith("_") else name
            try:
                plan = compiled.plans.get_plan(operation)
                reader = OperationReader(plan, readers["request"], readers["response"])
                self._operations.append(reader.read(name))
            except DocumentError:
                self._broken += [name] if name else []
        self._models = simplify_models({**readers["request"].models, **readers["response"].models})

    def _format(self, expression: TypeExpression) -> str:
        text = format_type(expression, self._names)
        if self._shadowed:
            text = _qualify_builtins(text, self._shadowed)
        self._written.append(text)
        return text

    # --- models

    def _write_models(self, keys: Iterable[ModelKey]) -> Iterator[str]:
        written: set[str] = set()
        for key in keys:
            name = self._names[key]
            if name in written:
                continue
            written.add(name)
            model = self._models[key]
            if isinstance(model, AliasModel):
                self._written.append("TypeAlias")
                yield f"{name}: TypeAlias = {self._format(model.type)}\n"
            else:
                yield self._write_object(name, model)

    def _write_object(self, name: str, model: ObjectModel) -> str:
        self._written.append("TypedDict")
        fields = []
        for field in model.fields:
            text = self._format(field.type)
            if not field.is_required:
                self._written.append("NotRequired")
                text = f"NotRequired[{text}]"
            fields.append((field.name, text))
        used = {word for _, text in fields for word in _list_words(text)}
        if any(not _can_be_member(field, used) for field, _ in fields):
            lines = [f"{_INDENT}{format_literal(field)}: {text},\n" for field, text in fields]
            members = "".join(lines)
            return f'{name} = TypedDict("{name}", {{\n{members}}})\n'
        lines = [format_docstring(model.description, _INDENT)]
        for field, (_, text) in zip(model.fields, fields, strict=True):
            lines.append(f"{_INDENT}{field.name}: {text}\n")
            lines.append(format_docstring(field.description, _INDENT))
        body = "".join(lines) or f"{_INDENT}...\n"
        return f"class {name}(TypedDict):\n{body}"

    # --- operations

    def _write_call_forms(self) -> Iterator[str]:
        """Yield a function for each further way in which an operation is called or read."""
        for operation in self._operations:
            if operation.python_name:
                yield from self._write_forms_of(operation)

    def _write_forms_of(self, operation: OperationTypes) -> Iterator[str]:
        has_whole_body = operation.is_overloaded and operation.whole_body is not None
        if has_whole_body:
            arguments = self._write_whole_body(operation, operation.keywords)
            yield self._write_form(operation, _WITH_BODY, arguments, NONE)
        if operation.page_item is not None:
            yield self._write_form(
                operation, _PAGES, self._write_page_arguments(operation), operation.page_item
            )
            if has_whole_body:
                arguments = self._write_whole_body(operation, operation.page_keywords)
                yield self._write_form(operation, _PAGES_WITH_BODY, arguments, operation.page_item)
        if operation.stream_item is not None:
            yield self._write_form(operation, _ITEM, "", operation.stream_item)

    def _write_form(
        self, operation: OperationTypes, form: str, arguments: str, result: TypeExpression
    ) -> str:
        """Return a function whose arguments and result say how an operation can be used."""
        head = f"def {self._name_form(operation, form)}("
        lines = f"\n{arguments}" if arguments else ""
        return f"{head}{lines}) -> {self._format(result)}: ...\n"

    def _write_whole_body(self, operation: OperationTypes, keywords: Iterable[ArgumentType]) -> str:
        """Return the arguments of a call with the whole body in place of its properties."""
        assert operation.whole_body is not None
        others = [each for each in keywords if not each.is_of_body]
        others.insert(0, replace(operation.whole_body, is_required=True))
        return self._write_arguments(operation, operation.positional, others, _INDENT)

    def _write_page_arguments(self, operation: OperationTypes) -> str:
        if operation.is_overloaded:
            keywords = operation.page_keywords
            return self._write_arguments(operation, operation.positional, keywords, _INDENT)
        return self._write_joined_arguments(operation, operation.page_keywords, _INDENT)

    def _name_form(self, operation: OperationTypes, form: str) -> str:
        """Return the name of a function that stands for a form of an operation, always the same."""
        key = (operation.python_name, form)
        if key not in self._form_names:
            name = f"_{operation.python_name}_{form}"
            self._form_names[key] = _choose_free_name(name, set(self._form_names.values()))
        return self._form_names[key]

    def _write_operations(self) -> str:
        members = [operation for operation in self._operations if operation.python_name]
        # In the class, a method has the name of a builtin type.
        self._shadowed = {operation.python_name for operation in members} & set(_BUILTINS)
        lines = [self._write_operation(operation) for operation in members]
        lines += [f"{_INDENT}{name}: {self._format(ANY)}\n" for name in self._broken]
        self._shadowed = set()
        if not lines:
            return "class _Operations: ...\n"
        return f"class _Operations:\n{''.join(lines)}"

    def _write_operation(self, operation: OperationTypes) -> str:
        """Return the declaration of an operation in the class."""
        decorator = self._write_decorator(operation)
        self._written.append(decorator)
        if operation.is_overloaded:
            arguments = self._write_arguments(
                operation, operation.positional, operation.keywords, _INDENT * 2
            )
        else:
            arguments = self._write_joined_arguments(operation, operation.keywords, _INDENT * 2)
        body = () if operation.whole_body is None else (operation.whole_body,)
        own = (*operation.positional, *operation.keywords, *body)
        receiver = _choose_free_name("self", {argument.name for argument in own})
        result = self._format(operation.result)
        head = f"{_INDENT}@{decorator}\n{_INDENT}def {operation.python_name}(\n"
        head += f"{_INDENT * 2}{receiver},\n{arguments}{_INDENT}) -> {result}:"
        docstring = format_docstring(operation.docstring, _INDENT * 2)
        return f"{head}\n{docstring}" if docstring else f"{head} ...\n"

    def _write_decorator(self, operation: OperationTypes) -> str:
        """Return what makes an operation of a declaration, from its further forms."""
        has_whole_body = operation.whole_body is not None
        kind, forms = "operation", []
        if operation.is_overloaded:
            forms.append(self._name_form(operation, _WITH_BODY) if has_whole_body else "_no_body")
        if operation.page_item is not None:
            kind = "paged_operation"
            forms.append(self._name_form(operation, _PAGES))
            if operation.is_overloaded:
                pages = self._name_form(operation, _PAGES_WITH_BODY)
                forms.append(pages if has_whole_body else "_no_body")
        elif operation.stream_item is not None:
            kind = "streamed_operation"
            forms.append(self._name_form(operation, _ITEM))
        prefix = "_overloaded_" if operation.is_overloaded else "_"
        return f"{prefix}{kind}({', '.join(forms)})" if forms else f"{prefix}{kind}"

    def _write_joined_arguments(
        self, operation: OperationTypes, keywords: tuple[ArgumentType, ...], indent: str
    ) -> str:
        """Return the arguments of all ways to call an operation that requires no keyword."""
        keywords = _add_whole_body(keywords, operation.whole_body)
        if operation.positional:
            first = operation.positional[0]
            positional = (replace(first, type=build_union([first.type, CALL])),)
            return self._write_arguments(operation, positional, keywords, indent)
        call = _choose_free_name("call", {argument.name for argument in keywords})
        first_lines = f"{indent}{call}: {self._format(CALL)} = ...,\n{indent}/,\n"
        return first_lines + self._write_arguments(operation, (), keywords, indent)

    def _write_arguments(
        self,
        operation: OperationTypes,
        positional: Iterable[ArgumentType],
        keywords: Iterable[ArgumentType],
        indent: str,
    ) -> str:
        lines = [f"{indent}{each.name}: {self._format(each.type)},\n" for each in positional]
        if lines and not operation.can_be_named:
            lines.append(f"{indent}/,\n")
        keyword_lines = []
        for each in keywords:
            default = "" if each.is_required else " = ..."
            keyword_lines.append(f"{indent}{each.name}: {self._format(each.type)}{default},\n")
        if keyword_lines:
            keyword_lines.insert(0, f"{indent}*,\n")
        return "".join([*lines, *keyword_lines])

    # --- clients

    def _write_client(self, name: str) -> str:
        base = f"Bound{name}"
        self._written.append(base)
        head = f"class {name}(_Operations, {base}):"
        kind = "AsyncOperation" if name == "AsyncClient" else "Operation"
        lines = []
        for operation in self._operations:
            if operation.python_name:
                continue
            self._written += ["overload", "Literal", "_dynclient", kind]
            key = format_literal(operation.key)
            result = f"{kind}[..., {self._format(operation.result)}]"
            lines.append(f"{_INDENT}@overload\n")
            lines.append(f"{_INDENT}def __getitem__(self, name: Literal[{key}]) -> {result}: ...\n")
        if not lines:
            return f"{head} ...\n"
        lines.append(f"{_INDENT}@overload\n")
        lines.append(f"{_INDENT}def __getitem__(self, name: str) -> _dynclient.{kind}: ...\n")
        return f"{head}\n{''.join(lines)}"

    def _write_imports(self) -> str:
        words = {word for text in self._written for word in _list_words(text)}
        lines = [f"import {alias[1:]} as {alias}\n" for alias in _ALIASED_MODULES if alias in words]
        by_module: dict[str, list[str]] = {}
        for name, module in _IMPORTS.items():
            alias = f"_{name}"
            if name in words or alias in words:
                text = name if name in words else f"{name} as {alias}"
                by_module.setdefault(module, []).append(text)
        lines += [_write_import(module, names) for module, names in by_module.items()]
        return "".join(lines)


def _write_import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) <= _MAX_COLUMNS:
        return line
    lines = "".join(f"{_INDENT}{name},\n" for name in names)
    return f"from {module} import (\n{lines})\n"


def _list_words(text: str) -> list[str]:
    """Return the names in a type; the texts of literals are none."""
    return _WORD.findall(_TEXT_LITERAL.sub("", text))


def _qualify_builtins(text: str, shadowed: set[str]) -> str:
    """Return a type in which some builtin types are named by their module."""
    pieces = re.split(f"({_TEXT_LITERAL.pattern})", text)
    pattern = rf"\b({'|'.join(sorted(shadowed))})\b"
    pieces[::2] = [re.sub(pattern, r"_builtins.\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _add_whole_body(
    keywords: tuple[ArgumentType, ...], body: ArgumentType | None
) -> tuple[ArgumentType, ...]:
    """Return keywords that are all optional, with that of the whole body."""
    if body is None:
        return keywords
    for index, argument in enumerate(keywords):
        if argument.name == body.name:
            joined = replace(argument, type=build_union([argument.type, body.type]))
            return (*keywords[:index], joined, *keywords[index + 1 :])
    return (*keywords, replace(body, is_required=False))


def _choose_free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _can_be_member(name: str, used: set[str]) -> bool:
    """Tell whether a key can be written as a member of a class."""
    is_name = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
    return is_name and name not in used
