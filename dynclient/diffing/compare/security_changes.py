"""The comparison of security requirements: whether credentials that were enough still are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dynclient.diffing.compare.operation_pairing import OperationPair
from dynclient.diffing.findings import Finding, FindingContext
from dynclient.document.references import Node
from dynclient.model import Document, Operation, RequiredScheme, SecurityFormula, SecurityScheme
from dynclient.violations import Place
from dynclient.wire.security import format_formula

#: Schemes that must all be satisfied.
Alternative = tuple[RequiredScheme, ...]

#: Returns what of a scheme has to be the same, so that a credential for one is one for the other.
SchemeDescriber = Callable[[SecurityScheme], tuple[str, ...]]

#: What a formula without alternatives means: no credential is needed.
_NO_CREDENTIAL: SecurityFormula = ((),)


def compare_security(pair: OperationPair) -> Iterator[Finding]:
    """Yield what is different between the credentials that an operation asks for."""
    comparison = _FormulaComparison(
        pair=pair,
        old=read_formula(pair.old),
        new=read_formula(pair.new),
        renames=_find_scheme_renames(pair.old.document, pair.new.document),
    )
    if _to_sets(comparison.old) != _to_sets(comparison.new):
        yield from comparison.find_changes()


def read_formula(operation: Operation) -> SecurityFormula:
    """Return what an operation asks for.

    A scheme that the document does not define stays in the formula, with the type `undefined`.
    """
    node = operation.node.follow_child("security")
    if not isinstance(node.value, list):
        node = operation.document.top.follow_child("security")
    if not isinstance(node.value, list):
        return ()
    schemes = operation.document.security_schemes
    return tuple(
        _read_alternative(alternative, schemes)
        for alternative in node.iterate_children()
        if isinstance(alternative.value, dict)
    )


def _read_alternative(node: Node, schemes: Mapping[str, SecurityScheme]) -> Alternative:
    required = []
    for name in node.member_keys():
        scheme = schemes.get(name) or SecurityScheme(name, "undefined", name=name)
        required.append(RequiredScheme(scheme, _read_scopes(node.get_child(name))))
    return tuple(required)


def _read_scopes(node: Node) -> tuple[str, ...]:
    if not isinstance(node.value, list):
        return ()
    return tuple(sorted(scope for scope in node.value if isinstance(scope, str)))


@dataclass(frozen=True)
class _FormulaComparison:
    """The security formulas of one operation in both documents.

    Attributes:
        pair: the operation.
        old: its formula in the old document.
        new: its formula in the new one.
        renames: old name → new name of schemes that have another name only.

    """

    pair: OperationPair
    old: SecurityFormula
    new: SecurityFormula
    renames: Mapping[str, str]

    def find_changes(self) -> Iterator[Finding]:
        """Yield a finding for each scheme that explains the change, or one for the formula."""
        insufficient = _find_insufficient(self.old, self.new, self.renames, _describe_on_wire)
        insufficient_by_name = _find_insufficient(self.old, self.new, {}, _describe_for_caller)
        situation = _choose_situation(
            breaks_wire=bool(insufficient), breaks_code=bool(insufficient_by_name)
        )

        has_same_names = _list_scheme_keys(self.old, {}) == _list_scheme_keys(self.new, {})
        has_same_renamed = _list_scheme_keys(self.old, self.renames) == _list_scheme_keys(
            self.new, {}
        )
        if has_same_names:
            yield from self._find_changed_schemes(is_sufficient=not insufficient)
        if has_same_renamed:
            yield from self._find_renamed_schemes(situation)
        if not has_same_names and not has_same_renamed:
            lost = insufficient or insufficient_by_name
            yield self._build_formula_finding(situation, lost[0] if lost else ())

    def _find_changed_schemes(self, *, is_sufficient: bool) -> Iterator[Finding]:
        new_schemes = _index_schemes(self.new)
        for key, scheme in _index_schemes(self.old).items():
            other = new_schemes.get(key)
            if other is not None and _describe_on_wire(scheme) != _describe_on_wire(other):
                is_given_alike = _describe_for_caller(scheme) == _describe_for_caller(other)
                situation = _choose_situation(
                    breaks_wire=not is_sufficient,
                    breaks_code=not is_sufficient and not is_given_alike,
                )
                yield self._build_scheme_finding(
                    "security-scheme-changed", situation, scheme, other
                )

    def _find_renamed_schemes(self, situation: str) -> Iterator[Finding]:
        new_schemes = _index_schemes(self.new)
        for key, scheme in _index_schemes(self.old).items():
            other = new_schemes.get(self.renames.get(key, ""))
            if other is not None:
                yield self._build_scheme_finding(
                    "security-scheme-renamed", situation, scheme, other
                )

    def _build_scheme_finding(
        self, rule: str, situation: str, old: SecurityScheme, new: SecurityScheme
    ) -> Finding:
        return FindingContext(self.pair.old.key, "call").build_finding(
            rule,
            situation,
            f"security.{old.key}",
            documented=(_describe_scheme(old), _describe_scheme(new)),
            key=("scheme", old.key),
            places=(
                _find_scheme_place(self.pair.old.document, old.key),
                _find_scheme_place(self.pair.new.document, new.key),
            ),
        )

    def _build_formula_finding(self, situation: str, lost: Alternative) -> Finding:
        documented = _format_formula(self.old), _format_formula(self.new)
        credential = " and ".join(map(_format_requirement, lost)) or "no credential"
        return FindingContext(self.pair.old.key, "call").build_finding(
            "security-changed",
            situation,
            "security",
            documented=documented,
            key=("security", *documented),
            places=(_find_security_place(self.pair.old), _find_security_place(self.pair.new)),
            credential=credential,
        )


def _to_sets(formula: SecurityFormula) -> frozenset[frozenset[RequiredScheme]]:
    return frozenset(frozenset(alternative) for alternative in formula or _NO_CREDENTIAL)


def _find_scheme_renames(old: Document, new: Document) -> dict[str, str]:
    """Return old name → new name of the schemes that are the same under another name.

    Two schemes of one document are two credentials, even if they look alike.
    """
    removed = _select_missing(old.security_schemes, new.security_schemes)
    added = _select_missing(new.security_schemes, old.security_schemes)
    renames = {}
    for old_key, old_scheme in removed.items():
        for new_key, new_scheme in added.items():
            if _describe_on_wire(old_scheme) == _describe_on_wire(new_scheme):
                renames[old_key] = new_key
    return renames


def _select_missing(schemes: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    return {key: scheme for key, scheme in schemes.items() if key not in others}


def _choose_situation(*, breaks_wire: bool, breaks_code: bool) -> str:
    """Return the situation of the verdict table for what breaks deployed programs and callers."""
    if breaks_wire:
        return "insufficient" if breaks_code else "insufficient-on-wire"
    return "insufficient-by-name" if breaks_code else "sufficient"


def _find_insufficient(
    old: SecurityFormula,
    new: SecurityFormula,
    renames: Mapping[str, str],
    describe: SchemeDescriber,
) -> list[Alternative]:
    """Return the alternatives of the old formula that are not enough for the new one."""
    return [
        alternative
        for alternative in old or _NO_CREDENTIAL
        if not _is_sufficient(alternative, new, renames, describe)
    ]


def _is_sufficient(
    credentials: Alternative,
    formula: SecurityFormula,
    renames: Mapping[str, str],
    describe: SchemeDescriber,
) -> bool:
    """Tell whether credentials that satisfy an alternative satisfy one of a formula."""
    for alternative in formula or _NO_CREDENTIAL:
        if all(_has_requirement(credentials, one, renames, describe) for one in alternative):
            return True
    return False


def _has_requirement(
    credentials: Alternative,
    required: RequiredScheme,
    renames: Mapping[str, str],
    describe: SchemeDescriber,
) -> bool:
    for one in credentials:
        key = renames.get(one.scheme.key, one.scheme.key)
        if (
            key == required.scheme.key
            and describe(one.scheme) == describe(required.scheme)
            and set(required.scopes) <= set(one.scopes)
        ):
            return True
    return False


def _describe_on_wire(scheme: SecurityScheme) -> tuple[str, ...]:
    """Return what of a scheme shows in a request; header names ignore case."""
    name = scheme.name.lower() if scheme.location == "header" else scheme.name
    return scheme.type, scheme.scheme, scheme.location, name


def _describe_for_caller(scheme: SecurityScheme) -> tuple[str, ...]:
    """Return what decides how callers give a credential; the name of a key's field does not."""
    if scheme.type == "apiKey":
        return scheme.type, scheme.location
    return _describe_on_wire(scheme)


def _index_schemes(formula: SecurityFormula) -> dict[str, SecurityScheme]:
    return {
        required.scheme.key: required.scheme for alternative in formula for required in alternative
    }


def _list_scheme_keys(
    formula: SecurityFormula, renames: Mapping[str, str]
) -> list[list[tuple[str, tuple[str, ...]]]]:
    """Return the names and scopes of a formula, in an order of their own."""
    alternatives = []
    for alternative in formula:
        keys = [(renames.get(one.scheme.key, one.scheme.key), one.scopes) for one in alternative]
        alternatives.append(sorted(keys))
    return sorted(alternatives)


def _find_security_place(operation: Operation) -> Place:
    own = operation.node.get_child("security")
    if own.value is not None:
        return own.place
    return operation.document.top.get_child("security").place


def _format_formula(formula: SecurityFormula) -> str:
    scopes = {
        scope for alternative in formula for required in alternative for scope in required.scopes
    }
    text = format_formula(formula)
    return f"{text} [{', '.join(sorted(scopes))}]" if scopes else text


def _format_requirement(required: RequiredScheme) -> str:
    scopes = f" ({', '.join(required.scopes)})" if required.scopes else ""
    return f"{required.scheme.key}{scopes}"


def _find_scheme_place(document: Document, key: str) -> Place:
    schemes = document.top.follow_child("components").follow_child("securitySchemes")
    return schemes.get_child(key).place


def _describe_scheme(scheme: SecurityScheme) -> dict[str, str]:
    fields = {
        "key": scheme.key,
        "type": scheme.type,
        "scheme": scheme.scheme,
        "in": scheme.location,
        "name": scheme.name,
    }
    return {name: value for name, value in fields.items() if value}


# --- definitions, whether or not an operation asks for them


def compare_scheme_definitions(old: Document, new: Document) -> Iterator[Finding]:
    """Yield added, removed, renamed and changed definitions of security schemes."""
    old_schemes, new_schemes = _read_definitions(old), _read_definitions(new)
    removed = _select_missing(old_schemes, new_schemes)
    added = _select_missing(new_schemes, old_schemes)
    renames = {}
    for old_key, old_node in removed.items():
        for new_key, new_node in added.items():
            if _is_same_definition(old_node, new_node):
                renames[old_key] = new_key

    for key, node in old_schemes.items():
        if key in renames:
            renamed = new_schemes[renames[key]]
            yield _build_definition_finding("security-scheme-renamed", key, node, renamed)
        elif key in removed:
            yield _build_definition_finding("security-scheme-removed", key, node, None)
        elif not _is_same_definition(node, new_schemes[key]):
            yield _build_definition_finding("security-scheme-changed", key, node, new_schemes[key])
    for key, node in added.items():
        if key not in renames.values():
            yield _build_definition_finding("security-scheme-added", key, None, node)


def _read_definitions(document: Document) -> dict[str, Node]:
    schemes = document.top.follow_child("components").follow_child("securitySchemes")
    return {name: schemes.get_child(name) for name in schemes.member_keys()}


def _build_definition_finding(rule: str, key: str, old: Node | None, new: Node | None) -> Finding:
    places = old.place if old else None, new.place if new else None
    return FindingContext("").build_finding(
        rule,
        "definition",
        f"securitySchemes.{key}",
        documented=(
            old and _strip_annotations(old.value),
            new and _strip_annotations(new.value),
        ),
        key=("scheme", key),
        places=places,
    )


def _is_same_definition(old: Node, new: Node) -> bool:
    return _strip_annotations(old.value) == _strip_annotations(new.value)


def _strip_annotations(value: object) -> object:
    """Return a definition without its description and its extensions."""
    if not isinstance(value, dict):
        return None
    return {
        name: member
        for name, member in value.items()
        if name != "description" and not str(name).startswith("x-")
    }
