"""What a call must prove: formulas of alternatives, compared by whether credentials that were enough still are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

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
    lost = [alternative for alternative in old or ((),) if not _suffices(alternative, new, by_key=False)]
    unnamed = [alternative for alternative in old or ((),) if not _suffices(alternative, new, by_key=True)]
    wire: Level = "breaking" if lost else "info"
    code: Level = "breaking" if unnamed else wire
    yield from _schemes(pair, old, new, wire, code)
    if not _is_explained(old, new):
        yield _changed(pair, old, new, wire, code, lost or unnamed)


def formula(operation: Operation) -> Formula:
    """Return what an operation asks for; schemes that nobody defines, which a call can do without, are told apart."""
    owners = (operation.node.child("security"), operation.document.top.child("security"))
    node = owners[0] if isinstance(owners[0].value, list) else owners[1]
    schemes = operation.document.security_schemes
    return tuple(
        tuple(
            Requirement(
                schemes.get(name) or SecurityScheme(name, "undefined", name=name), _scopes(alternative.child(name))
            )
            for name in alternative.names()
        )
        for alternative in node.children()
        if isinstance(node.value, list) and isinstance(alternative.value, dict)
    )


def _scopes(node: Node) -> tuple[str, ...]:
    return (
        tuple(sorted(scope for scope in node.value if isinstance(scope, str))) if isinstance(node.value, list) else ()
    )


def _plain(formula: Formula) -> frozenset[frozenset[Requirement]]:
    return frozenset(frozenset(alternative) for alternative in formula) or frozenset({frozenset[Requirement]()})


def _suffices(alternative: tuple[Requirement, ...], formula: Formula, *, by_key: bool) -> bool:
    """Tell whether who can prove all of an alternative can prove one of a formula."""
    return any(_meets(alternative, other, by_key=by_key) for other in formula or ((),))


def _meets(held: tuple[Requirement, ...], wanted: tuple[Requirement, ...], *, by_key: bool) -> bool:
    """Tell whether each requirement is met by a credential of its own: two that look alike are two all the same."""
    rest = list(held)
    for one in sorted(wanted, key=lambda r: r.scheme.key not in {h.scheme.key for h in held}):
        fitting = [h for h in rest if _fits(h, one, by_key=by_key)]
        if not fitting:
            return False
        rest.remove(next((h for h in fitting if h.scheme.key == one.scheme.key), fitting[0]))
    return True


def _fits(held: Requirement, wanted: Requirement, *, by_key: bool) -> bool:
    is_it = held.scheme.key == wanted.scheme.key if by_key else _looks(held.scheme) == _looks(wanted.scheme)
    return is_it and set(wanted.scopes) <= set(held.scopes)


def _looks(scheme: SecurityScheme) -> tuple[str, ...]:
    """Return what of a scheme shows in a request."""
    name = scheme.name.lower() if scheme.location == "header" else scheme.name
    return scheme.type, scheme.scheme, scheme.location, name


def _is_explained(old: Formula, new: Formula) -> bool:
    """Tell whether the formulas are the same but for what their schemes are, or for the names of schemes."""
    return _keys(old) == _keys(new) or _appearances(old) == _appearances(new)


def _keys(formula: Formula) -> list[list[tuple[Any, ...]]]:
    return sorted(sorted((r.scheme.key, r.scopes) for r in alternative) for alternative in formula)


def _appearances(formula: Formula) -> list[list[tuple[Any, ...]]]:
    return sorted(sorted((*_looks(r.scheme), r.scopes) for r in alternative) for alternative in formula)


def _changed(
    pair: Pair, old: Formula, new: Formula, wire: Level, code: Level, lost: list[tuple[Requirement, ...]]
) -> Finding:
    said = (_text(old), _text(new))
    if lost:
        enough = " and ".join(_asked(r) for r in lost[0]) or "no credential"
        because = f"{enough} was enough, and is not any more"
    else:
        because = "whatever was enough still is"
    places = (_place(pair.old.document, pair.old.node), _place(pair.new.document, pair.new.node))
    made = Finding(("security", *said), "security-changed", wire, code, (pair.old.key,), "call", "security")
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


def _schemes(pair: Pair, old: Formula, new: Formula, wire: Level, code: Level) -> Iterator[Finding]:
    """Tell schemes that are asked for under the same name and are others, or are the same under another name."""
    mine, theirs = ({r.scheme.key: r.scheme for alternative in f for r in alternative} for f in (old, new))
    for key, scheme in mine.items():
        other = theirs.get(key)
        if other is not None and _looks(scheme) != _looks(other) and _keys(old) == _keys(new):
            because = "a credential goes elsewhere, or is another kind of thing"
            yield _scheme(pair, "security-scheme-changed", scheme, other, wire, wire, because)
        if other is None and _appearances(old) == _appearances(new):
            heirs = [s for s in theirs.values() if s.key not in mine and _looks(s) == _looks(scheme)]
            because = "the request is the same; callers give the credential by another name"
            yield from (_scheme(pair, "security-scheme-renamed", scheme, heir, wire, code, because) for heir in heirs)


def _scheme(
    pair: Pair, rule: str, old: SecurityScheme, new: SecurityScheme, wire: Level, code: Level, because: str
) -> Finding:
    places = (_scheme_place(pair.old.document, old.key), _scheme_place(pair.new.document, new.key))
    made = Finding(("scheme", old.key), rule, wire, code, (pair.old.key,), "call", f"security.{old.key}")
    return replace(made, said=(_shown(old), _shown(new)), places=places, because=because)


def _scheme_place(document: Document, key: str) -> Place:
    return document.top.child("components").child("securitySchemes").child(key).place


def _shown(scheme: SecurityScheme) -> dict[str, str]:
    said = {"key": scheme.key, "type": scheme.type, "scheme": scheme.scheme, "in": scheme.location, "name": scheme.name}
    return {k: v for k, v in said.items() if v}


def unasked(old: Document, new: Document) -> Iterator[Finding]:
    """Yield what is different about schemes wherever they are asked for: new, gone, other flows and addresses."""
    mine, theirs = (_all_schemes(document) for document in (old, new))
    gone, come = ([k for k in one if k not in other] for one, other in ((mine, theirs), (theirs, mine)))
    heirs = {key: heir for key in gone for heir in come if _defined(mine[key].value) == _defined(theirs[heir].value)}
    for key, node in mine.items():
        heir = heirs.get(key, key)
        if key in heirs or heir not in theirs or _defined(node.value) != _defined(theirs[heir].value):
            yield _known(key, heir, node, theirs.get(heir))
    for key, node in theirs.items():
        if key not in mine and key not in heirs.values():
            yield _known(key, key, None, node)


def _all_schemes(document: Document) -> dict[str, Node]:
    found = document.top.child("components").child("securitySchemes")
    return {name: found.child(name) for name in found.names()}


def _known(key: str, heir: str, old: Node | None, new: Node | None) -> Finding:
    kind = "renamed" if key != heir else "added" if old is None else "removed" if new is None else "changed"
    said = (old and _defined(old.value), new and _defined(new.value))
    made = Finding(("scheme", key), f"security-scheme-{kind}", "info", "info", (), "", f"securitySchemes.{key}")
    because = "what calls must prove is told with each operation"
    return replace(made, said=said, places=(old.place if old else None, new.place if new else None), because=because)


def _defined(value: object) -> object:
    if not isinstance(value, dict):
        return None
    return {k: v for k, v in value.items() if k != "description" and not str(k).startswith("x-")}
