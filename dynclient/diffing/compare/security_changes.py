"""What a call must prove: formulas of alternatives, compared by whether credentials that were enough still are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dynclient.diffing.change import Level
from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.findings import Finding
from dynclient.document.references import Node
from dynclient.model import Document, Operation, RequiredScheme, SecurityFormula, SecurityScheme
from dynclient.violations import Place
from dynclient.wire.security import format_formula


def compare_security(pair: OperationPair) -> Iterator[Finding]:
    """Yield what is different between the credentials that an operation asks for."""
    old, new = read_formula(pair.old), read_formula(pair.new)
    if _to_sets(old) == _to_sets(new):
        return
    heirs = _find_scheme_renames(pair.old.document, pair.new.document)
    lost = [
        alternative for alternative in old or ((),) if not _is_sufficient(alternative, new, heirs)
    ]
    unnamed = [
        alternative for alternative in old or ((),) if not _is_sufficient(alternative, new, {})
    ]
    wire: Level = "breaking" if lost else "info"
    code: Level = "breaking" if unnamed else wire
    yield from _compare_schemes(pair, (old, new), heirs, wire, code)
    if not _is_explained_by_schemes(old, new, heirs):
        yield _build_formula_finding(pair, old, new, wire, code, lost or unnamed)


def read_formula(operation: Operation) -> SecurityFormula:
    """Return what an operation asks for; schemes that nobody defines, which a call can do without, are told apart."""
    owners = (operation.node.get_child("security"), operation.document.top.get_child("security"))
    node = owners[0] if isinstance(owners[0].value, list) else owners[1]
    schemes = operation.document.security_schemes
    return tuple(
        tuple(
            RequiredScheme(
                schemes.get(name) or SecurityScheme(name, "undefined", name=name),
                _read_scopes(alternative.get_child(name)),
            )
            for name in alternative.member_keys()
        )
        for alternative in node.iterate_children()
        if isinstance(node.value, list) and isinstance(alternative.value, dict)
    )


def _read_scopes(node: Node) -> tuple[str, ...]:
    return (
        tuple(sorted(scope for scope in node.value if isinstance(scope, str)))
        if isinstance(node.value, list)
        else ()
    )


def _to_sets(formula: SecurityFormula) -> frozenset[frozenset[RequiredScheme]]:
    return frozenset(frozenset(alternative) for alternative in formula) or frozenset(
        {frozenset[RequiredScheme]()}
    )


def _find_scheme_renames(old: Document, new: Document) -> dict[str, str]:
    """Return old name → new name of the schemes that are the same under another name.

    Two schemes that stand side by side in one document are two credentials, however alike they look.
    """
    gone = {k: s for k, s in old.security_schemes.items() if k not in new.security_schemes}
    come = {k: s for k, s in new.security_schemes.items() if k not in old.security_schemes}
    return {
        key: heir
        for key, one in gone.items()
        for heir, other in come.items()
        if _describe_on_wire(one) == _describe_on_wire(other)
    }


def _is_sufficient(
    alternative: tuple[RequiredScheme, ...], formula: SecurityFormula, heirs: Mapping[str, str]
) -> bool:
    """Tell whether who can prove all of an alternative can prove one of a formula."""
    return any(
        all(_has_requirement(alternative, wanted, heirs) for wanted in other)
        for other in formula or ((),)
    )


def _has_requirement(
    alternative: tuple[RequiredScheme, ...], wanted: RequiredScheme, heirs: Mapping[str, str]
) -> bool:
    return any(
        heirs.get(one.scheme.key, one.scheme.key) == wanted.scheme.key
        and _describe_on_wire(one.scheme) == _describe_on_wire(wanted.scheme)
        and set(wanted.scopes) <= set(one.scopes)
        for one in alternative
    )


def _describe_on_wire(scheme: SecurityScheme) -> tuple[str, ...]:
    """Return what of a scheme shows in a request."""
    name = scheme.name.lower() if scheme.location == "header" else scheme.name
    return scheme.type, scheme.scheme, scheme.location, name


def _is_explained_by_schemes(
    old: SecurityFormula, new: SecurityFormula, heirs: Mapping[str, str]
) -> bool:
    """Tell whether the formulas are the same but for what their schemes are, or for the names of schemes."""
    return _list_scheme_keys(old, {}) == _list_scheme_keys(new, {}) or _list_scheme_keys(
        old, heirs
    ) == _list_scheme_keys(new, {})


def _list_scheme_keys(
    formula: SecurityFormula, heirs: Mapping[str, str]
) -> list[list[tuple[str, tuple[str, ...]]]]:
    return sorted(
        sorted((heirs.get(r.scheme.key, r.scheme.key), r.scopes) for r in one) for one in formula
    )


def _build_formula_finding(
    pair: OperationPair,
    old: SecurityFormula,
    new: SecurityFormula,
    wire: Level,
    code: Level,
    lost: list[tuple[RequiredScheme, ...]],
) -> Finding:
    said = (_format_formula(old), _format_formula(new))
    if lost:
        enough = " and ".join(_format_requirement(r) for r in lost[0]) or "no credential"
        because = f"{enough} was enough, and is not any more"
    else:
        because = "whatever was enough still is"
    places = (
        _find_security_place(pair.old.document, pair.old.node),
        _find_security_place(pair.new.document, pair.new.node),
    )
    made = Finding(
        ("security", *said), "security-changed", wire, code, (pair.old.key,), "call", "security"
    )
    return replace(made, documented=said, places=places, because=because)


def _find_security_place(document: Document, node: Node) -> Place:
    own = node.get_child("security")
    return own.place if own.value is not None else document.top.get_child("security").place


def _format_formula(formula: SecurityFormula) -> str:
    scopes = sorted({s for alternative in formula for r in alternative for s in r.scopes})
    return format_formula(formula) + (f" [{', '.join(scopes)}]" if scopes else "")


def _format_requirement(requirement: RequiredScheme) -> str:
    scopes = f" ({', '.join(requirement.scopes)})" if requirement.scopes else ""
    return f"{requirement.scheme.key}{scopes}"


def _compare_schemes(
    pair: OperationPair,
    formulas: tuple[SecurityFormula, SecurityFormula],
    heirs: Mapping[str, str],
    wire: Level,
    code: Level,
) -> Iterator[Finding]:
    """Tell schemes that are asked for under the same name and are others, or are the same under another name."""
    mine, theirs = (
        {r.scheme.key: r.scheme for alternative in f for r in alternative} for f in formulas
    )
    for key, scheme in mine.items():
        other, heir = theirs.get(key), theirs.get(heirs.get(key, ""))
        if (
            other is not None
            and _describe_on_wire(scheme) != _describe_on_wire(other)
            and _list_scheme_keys(formulas[0], {}) == _list_scheme_keys(formulas[1], {})
        ):
            because = "a credential goes elsewhere, or is another kind of thing"
            yield _build_scheme_finding(
                pair, "security-scheme-changed", scheme, other, wire, wire, because
            )
        if heir is not None and _list_scheme_keys(formulas[0], heirs) == _list_scheme_keys(
            formulas[1], {}
        ):
            because = "the request is the same; callers give the credential by another name"
            yield _build_scheme_finding(
                pair, "security-scheme-renamed", scheme, heir, wire, code, because
            )


def _build_scheme_finding(
    pair: OperationPair,
    rule: str,
    old: SecurityScheme,
    new: SecurityScheme,
    wire: Level,
    code: Level,
    because: str,
) -> Finding:
    places = (
        _find_scheme_place(pair.old.document, old.key),
        _find_scheme_place(pair.new.document, new.key),
    )
    made = Finding(
        ("scheme", old.key), rule, wire, code, (pair.old.key,), "call", f"security.{old.key}"
    )
    return replace(
        made,
        documented=(_describe_scheme(old), _describe_scheme(new)),
        places=places,
        because=because,
    )


def _find_scheme_place(document: Document, key: str) -> Place:
    return document.top.get_child("components").get_child("securitySchemes").get_child(key).place


def _describe_scheme(scheme: SecurityScheme) -> dict[str, str]:
    said = {
        "key": scheme.key,
        "type": scheme.type,
        "scheme": scheme.scheme,
        "in": scheme.location,
        "name": scheme.name,
    }
    return {k: v for k, v in said.items() if v}


def compare_scheme_definitions(old: Document, new: Document) -> Iterator[Finding]:
    """Yield what is different about schemes wherever they are asked for: new, gone, other flows and addresses."""
    mine, theirs = (_read_scheme_definitions(document) for document in (old, new))
    gone, come = (
        [k for k in one if k not in other] for one, other in ((mine, theirs), (theirs, mine))
    )
    heirs = {
        key: heir
        for key in gone
        for heir in come
        if _strip_annotations(mine[key].value) == _strip_annotations(theirs[heir].value)
    }
    for key, node in mine.items():
        heir = heirs.get(key, key)
        if (
            key in heirs
            or heir not in theirs
            or _strip_annotations(node.value) != _strip_annotations(theirs[heir].value)
        ):
            yield _build_definition_finding(key, heir, node, theirs.get(heir))
    for key, node in theirs.items():
        if key not in mine and key not in heirs.values():
            yield _build_definition_finding(key, key, None, node)


def _read_scheme_definitions(document: Document) -> dict[str, Node]:
    found = document.top.get_child("components").get_child("securitySchemes")
    return {name: found.get_child(name) for name in found.member_keys()}


def _build_definition_finding(key: str, heir: str, old: Node | None, new: Node | None) -> Finding:
    kind = (
        "renamed"
        if key != heir
        else "added"
        if old is None
        else "removed"
        if new is None
        else "changed"
    )
    said = (old and _strip_annotations(old.value), new and _strip_annotations(new.value))
    made = Finding(
        ("scheme", key), f"security-scheme-{kind}", "info", "info", (), "", f"securitySchemes.{key}"
    )
    because = "what calls must prove is told with each operation"
    return replace(
        made,
        documented=said,
        places=(old.place if old else None, new.place if new else None),
        because=because,
    )


def _strip_annotations(value: object) -> object:
    if not isinstance(value, dict):
        return None
    return {k: v for k, v in value.items() if k != "description" and not str(k).startswith("x-")}
