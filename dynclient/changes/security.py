"""What a call must prove: formulas of alternatives, compared by whether credentials that were enough still are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dynclient.changes.change import Level
from dynclient.changes.findings import Finding
from dynclient.changes.pairing import Pair
from dynclient.document.references import Node
from dynclient.model import Document, Formula, Operation, Requirement, SecurityScheme
from dynclient.violations import Place
from dynclient.wire.security import written


def findings(pair: Pair) -> Iterator[Finding]:
    """Yield what is different between the credentials that an operation asks for."""
    old, new = formula(pair.old), formula(pair.new)
    if _plain(old) == _plain(new):
        return
    heirs = _heirs(pair.old.document, pair.new.document)
    lost = [alternative for alternative in old or ((),) if not _suffices(alternative, new, heirs)]
    unnamed = [alternative for alternative in old or ((),) if not _suffices(alternative, new, {})]
    wire: Level = "breaking" if lost else "info"
    code: Level = "breaking" if unnamed else wire
    yield from _schemes(pair, (old, new), heirs, wire, code)
    if not _is_explained(old, new, heirs):
        yield _changed(pair, old, new, wire, code, lost or unnamed)


def formula(operation: Operation) -> Formula:
    """Return what an operation asks for; schemes that nobody defines, which a call can do without, are told apart."""
    owners = (operation.node.child("security"), operation.document.top.child("security"))
    node = owners[0] if isinstance(owners[0].value, list) else owners[1]
    schemes = operation.document.security_schemes
    return tuple(
        tuple(
            Requirement(
                schemes.get(name) or SecurityScheme(name, "undefined", name=name),
                _scopes(alternative.child(name)),
            )
            for name in alternative.names()
        )
        for alternative in node.children()
        if isinstance(node.value, list) and isinstance(alternative.value, dict)
    )


def _scopes(node: Node) -> tuple[str, ...]:
    return (
        tuple(sorted(scope for scope in node.value if isinstance(scope, str)))
        if isinstance(node.value, list)
        else ()
    )


def _plain(formula: Formula) -> frozenset[frozenset[Requirement]]:
    return frozenset(frozenset(alternative) for alternative in formula) or frozenset(
        {frozenset[Requirement]()}
    )


def _heirs(old: Document, new: Document) -> dict[str, str]:
    """Return old name → new name of the schemes that are the same under another name.

    Two schemes that stand side by side in one document are two credentials, however alike they look.
    """
    gone = {k: s for k, s in old.security_schemes.items() if k not in new.security_schemes}
    come = {k: s for k, s in new.security_schemes.items() if k not in old.security_schemes}
    return {
        key: heir
        for key, one in gone.items()
        for heir, other in come.items()
        if _looks(one) == _looks(other)
    }


def _suffices(
    alternative: tuple[Requirement, ...], formula: Formula, heirs: Mapping[str, str]
) -> bool:
    """Tell whether who can prove all of an alternative can prove one of a formula."""
    return any(
        all(_has(alternative, wanted, heirs) for wanted in other) for other in formula or ((),)
    )


def _has(
    alternative: tuple[Requirement, ...], wanted: Requirement, heirs: Mapping[str, str]
) -> bool:
    return any(
        heirs.get(one.scheme.key, one.scheme.key) == wanted.scheme.key
        and _looks(one.scheme) == _looks(wanted.scheme)
        and set(wanted.scopes) <= set(one.scopes)
        for one in alternative
    )


def _looks(scheme: SecurityScheme) -> tuple[str, ...]:
    """Return what of a scheme shows in a request."""
    name = scheme.name.lower() if scheme.location == "header" else scheme.name
    return scheme.type, scheme.scheme, scheme.location, name


def _is_explained(old: Formula, new: Formula, heirs: Mapping[str, str]) -> bool:
    """Tell whether the formulas are the same but for what their schemes are, or for the names of schemes."""
    return _keys(old, {}) == _keys(new, {}) or _keys(old, heirs) == _keys(new, {})


def _keys(formula: Formula, heirs: Mapping[str, str]) -> list[list[tuple[str, tuple[str, ...]]]]:
    return sorted(
        sorted((heirs.get(r.scheme.key, r.scheme.key), r.scopes) for r in one) for one in formula
    )


def _changed(
    pair: Pair,
    old: Formula,
    new: Formula,
    wire: Level,
    code: Level,
    lost: list[tuple[Requirement, ...]],
) -> Finding:
    said = (_text(old), _text(new))
    if lost:
        enough = " and ".join(_asked(r) for r in lost[0]) or "no credential"
        because = f"{enough} was enough, and is not any more"
    else:
        because = "whatever was enough still is"
    places = (_place(pair.old.document, pair.old.node), _place(pair.new.document, pair.new.node))
    made = Finding(
        ("security", *said), "security-changed", wire, code, (pair.old.key,), "call", "security"
    )
    return replace(made, said=said, places=places, because=because)


def _place(document: Document, node: Node) -> Place:
    own = node.child("security")
    return own.place if own.value is not None else document.top.child("security").place


def _text(formula: Formula) -> str:
    scopes = sorted({s for alternative in formula for r in alternative for s in r.scopes})
    return written(formula) + (f" [{', '.join(scopes)}]" if scopes else "")


def _asked(requirement: Requirement) -> str:
    scopes = f" ({', '.join(requirement.scopes)})" if requirement.scopes else ""
    return f"{requirement.scheme.key}{scopes}"


def _schemes(
    pair: Pair,
    formulas: tuple[Formula, Formula],
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
            and _looks(scheme) != _looks(other)
            and _keys(formulas[0], {}) == _keys(formulas[1], {})
        ):
            because = "a credential goes elsewhere, or is another kind of thing"
            yield _scheme(pair, "security-scheme-changed", scheme, other, wire, wire, because)
        if heir is not None and _keys(formulas[0], heirs) == _keys(formulas[1], {}):
            because = "the request is the same; callers give the credential by another name"
            yield _scheme(pair, "security-scheme-renamed", scheme, heir, wire, code, because)


def _scheme(
    pair: Pair,
    rule: str,
    old: SecurityScheme,
    new: SecurityScheme,
    wire: Level,
    code: Level,
    because: str,
) -> Finding:
    places = (_scheme_place(pair.old.document, old.key), _scheme_place(pair.new.document, new.key))
    made = Finding(
        ("scheme", old.key), rule, wire, code, (pair.old.key,), "call", f"security.{old.key}"
    )
    return replace(made, said=(_shown(old), _shown(new)), places=places, because=because)


def _scheme_place(document: Document, key: str) -> Place:
    return document.top.child("components").child("securitySchemes").child(key).place


def _shown(scheme: SecurityScheme) -> dict[str, str]:
    said = {
        "key": scheme.key,
        "type": scheme.type,
        "scheme": scheme.scheme,
        "in": scheme.location,
        "name": scheme.name,
    }
    return {k: v for k, v in said.items() if v}


def unasked(old: Document, new: Document) -> Iterator[Finding]:
    """Yield what is different about schemes wherever they are asked for: new, gone, other flows and addresses."""
    mine, theirs = (_all_schemes(document) for document in (old, new))
    gone, come = (
        [k for k in one if k not in other] for one, other in ((mine, theirs), (theirs, mine))
    )
    heirs = {
        key: heir
        for key in gone
        for heir in come
        if _defined(mine[key].value) == _defined(theirs[heir].value)
    }
    for key, node in mine.items():
        heir = heirs.get(key, key)
        if (
            key in heirs
            or heir not in theirs
            or _defined(node.value) != _defined(theirs[heir].value)
        ):
            yield _known(key, heir, node, theirs.get(heir))
    for key, node in theirs.items():
        if key not in mine and key not in heirs.values():
            yield _known(key, key, None, node)


def _all_schemes(document: Document) -> dict[str, Node]:
    found = document.top.child("components").child("securitySchemes")
    return {name: found.child(name) for name in found.names()}


def _known(key: str, heir: str, old: Node | None, new: Node | None) -> Finding:
    kind = (
        "renamed"
        if key != heir
        else "added"
        if old is None
        else "removed"
        if new is None
        else "changed"
    )
    said = (old and _defined(old.value), new and _defined(new.value))
    made = Finding(
        ("scheme", key), f"security-scheme-{kind}", "info", "info", (), "", f"securitySchemes.{key}"
    )
    because = "what calls must prove is told with each operation"
    return replace(
        made,
        said=said,
        places=(old.place if old else None, new.place if new else None),
        because=because,
    )


def _defined(value: object) -> object:
    if not isinstance(value, dict):
        return None
    return {k: v for k, v in value.items() if k != "description" and not str(k).startswith("x-")}
