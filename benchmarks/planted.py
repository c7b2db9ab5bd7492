"""Whether the tests that draw find a fault: `python benchmarks/planted.py [WORD …]`.

Each fault of the table is planted in a copy of the repository, one after the other, and one test file that draws its
examples is run on it: it must fail. With words, only faults whose description holds one of them are planted. A fault
that no test finds, or whose text is no longer there, ends in exit code 1.
"""

# ruff: noqa: E501 (a table)

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("dynclient", "spec", "tests", "pyproject.toml")

WAY = ("tests/strategies/test_whole_way.py",)
DOCUMENTS = ("tests/strategies/test_documents.py", "-k", "call_of_any_document")
PLACES = ("tests/strategies/test_places.py",)
DIALECTS = ("tests/strategies/test_dialects.py",)
MACHINE = ("tests/sandbox/test_machine.py",)
INCLUSION = ("tests/containment/test_containment.py", "tests/containment/test_unions.py")
SOLVING = ("tests/containment/test_witnesses.py", "tests/containment/test_containment.py")
CHANGES = (
    "tests/diffing/test_diff.py",
    "tests/diffing/test_mutations.py",
    "tests/diffing/test_evolution.py",
    "tests/diffing/test_invariance.py",
)


class Planted(NamedTuple):
    """A fault: what it is, in which file of the library, the text that it replaces, and the tests that find it."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS = [
    # translation
    Planted("an exclusive bound of 3.0 is lost", "schema/dialect.py", "made[exclusive] = made.pop(limit)", "pass", DIALECTS),
    Planted("nullable is lost", "schema/dialect.py", "            made = _nullable(made)", "            pass", DIALECTS),
    Planted("readOnly and writeOnly are exchanged", "schema/dialect.py", 'if self.direction == "request" else', 'if self.direction != "request" else', DIALECTS),
    Planted("a pattern is lost", "schema/dialect.py", 'made["pattern"] = value["pattern"]', "pass", DIALECTS),
    Planted("the upper bound of an integer format is lost", "schema/dialect.py", 'made["maximum"] = min(made.get("maximum", bounds[1]), bounds[1])', "pass", DIALECTS),
    Planted("allOf is no longer read", "schema/dialect.py", 'MANY = ("allOf", ', "MANY = (", DOCUMENTS),
    # readings
    Planted("a producer's objects stay open", "schema/readings.py", "if isinstance(made, Schema) and closable(schema, self.defs):", "if False:", WAY),
    Planted("a consumer's objects are closed", "plan/schemas.py", 'if reading == "producer" else bundled(schema, defs)', "", WAY),
    Planted("what is only read may be sent", "schema/readings.py", "if self._is_refused(schema):\n            return Schema", "if False:\n            return Schema", DIALECTS),
    # binder
    Planted("positional arguments in the wrong order", "plan/binder.py", "in zip(self.positional, args", "in zip(self.positional[::-1], args", WAY),
    Planted("snake_case names win over the spec's own", "plan/binder.py", "if name not in exact:", "if name in exact:", WAY),
    Planted("an argument's value is put into the body", "plan/binder.py", "bound.put(*target, value, name)", 'bound.put("body", target[1], value, name)', WAY),
    # writers
    Planted("a path value is not escaped", "wire/parameters/writing.py", "return encode(as_text(value))\n\n    return write\n\n\ndef _label", "return as_text(value)\n\n    return write\n\n\ndef _label", WAY),
    Planted("a query value is not escaped", "wire/parameters/writing.py", "return prefix + encode(as_text(value))\n\n    return write\n\n\ndef _delimited", "return prefix + as_text(value)\n\n    return write\n\n\ndef _delimited", WAY),
    Planted("an exploded array loses its last item", "wire/parameters/writing.py", "for text in _items(value, encode)]) or empty", "for text in _items(value[:-1], encode)]) or empty", PLACES),
    Planted("a delimiter for another", "wire/parameters/writing.py", '"pipeDelimited": "%7C"', '"pipeDelimited": ","', PLACES),
    Planted("deepObject without its closing bracket", "wire/parameters/writing.py", "%5B{encoded(str(k))}%5D", "%5B{encoded(str(k))}", PLACES),
    Planted("matrix repeats no name", "wire/parameters/writing.py", '"".join(pair(encoded(k)', '"".join(pair(key', PLACES),
    Planted("cookies joined by a comma", "plan/writing.py", 'return "; ".join(piece', 'return ", ".join(piece', PLACES),
    Planted("query parameters are joined by a semicolon", "plan/writing.py", 'query = "&".join(piece for piece in pieces if piece)', 'query = ";".join(piece for piece in pieces if piece)', PLACES),
    Planted("a form escapes nothing", "wire/forms.py", 'return quote_plus(text, safe="*")', "return text", PLACES),
    Planted("a form writes an array as one value", "wire/forms.py", "elif isinstance(value, list):", "elif False:", PLACES),
    Planted("a part ends with a stray line", "wire/multipart.py", 'pieces.append(b"\\r\\n")', 'pieces.append(b"\\r\\n\\r\\n")', PLACES),
    Planted("of several parts of a name only the first is written", "wire/multipart.py", "for item in value:\n            yield _part", "for item in value[:1]:\n            yield _part", PLACES),
    Planted("a header's values are escaped", "wire/parameters/writing.py", "return _simple(explode, as_it_is)", "return _simple(explode, encoded)", PLACES),
    # the limits of the wire
    Planted("an array of one empty text is let pass", "plan/schemas.py", "limits.append(_ONE_EMPTY)", "pass", PLACES),
    Planted("a comma in a member of a header is let pass", "plan/schemas.py", "_IN_HEADER, _MEMBERS_IN_HEADER, ", "_IN_HEADER, ", PLACES),
    Planted("a dot in a member of a label is let pass", "plan/schemas.py", '("label", True): {WIRE: True, "items": _NO_DOT}', '("label", True): {WIRE: True}', PLACES),
    # the sandbox
    Planted("what is wrong with a body is passed over", "sandbox/reading.py", "told = {v.path for v in found.violations}", 'told = {v.path for v in found.violations} | ({violation.path} if violation.path[:1] == ("body",) else set())', WAY),
    Planted("exploded objects take what others claim", "sandbox/reading.py", "if not any(claims(p, s, unquote(name)) for p, s in others)", "", PLACES),
    Planted("a PUT keeps what it leaves out", "sandbox/remembering.py", "if name not in declared}", "if name or declared}", MACHINE),
    Planted("no conflict is met", "sandbox/remembering.py", "if not self._answers.declares(CONFLICT):", "if True:", MACHINE),
    Planted("what is deleted is no more than unknown", "sandbox/memory.py", "        gone[identity] = None\n", "", MACHINE),
    Planted("a dry call is kept", "sandbox/remembering.py", "keeps = all(convention.store for convention in found)", "keeps = True", MACHINE),
    Planted("strict is not asked", "sandbox/remembering.py", "if self._strict and not", "if False and not", MACHINE),
    Planted("a page begins one too late", "sandbox/paging.py", "items[self.skip : self.skip + self.size]", "items[self.skip + 1 : self.skip + 1 + self.size]", MACHINE),
    Planted("a page is one too long", "sandbox/paging.py", "self.skip + self.size]", "self.skip + self.size + 1]", MACHINE),
    Planted("there is always more", "sandbox/fitting.py", "first + len(items) < total", "first + len(items) <= total", MACHINE),
    Planted("the total is that of the page", "sandbox/fitting.py", "first + len(items) < total, total)", "first + len(items) < total, len(items))", MACHINE),
    Planted("every item has the same identity", "sandbox/fitting.py", "yield first + n", "yield first", MACHINE),
    Planted("a remembered item is put where it does not fit", "sandbox/fitting.py", "            if body.valid(candidate):\n                return candidate\n        for name", "            return candidate\n        for name", WAY),
    Planted("a chosen status is ignored", "sandbox/prefer.py", "int(code) if _STATUS.fullmatch(code) else None", "None", MACHINE),
    Planted("a chosen answer is carried out", "sandbox/sandbox.py", "            if response is not None:\n                return _Outcome(response", "            if response is not None:\n                ready.remembering.answer(incoming, reading.call)\n                return _Outcome(response", MACHINE),
    Planted("a dropped answer comes all the same", "sandbox/faults.py", 'if kind in ("drop", "truncate"):', 'if kind == "truncate":', MACHINE),
    Planted("a wrong schema is right", "sandbox/faults.py", "if not accepts(candidate):", "if accepts(candidate):", MACHINE),
    Planted("a fault befalls every operation", "sandbox/faults.py", 'if fault.operation not in ("", operation) or', "if", MACHINE),
    # the comparison of schemas
    Planted("inclusion: additionalProperties is not looked at", "schema/subsumption/objects.py", "    yield from _others(inclusion, branch, other)\n", "", INCLUSION),
    Planted("inclusion: a closed object takes more", "schema/subsumption/objects.py", "if any(schema is False for schema in theirs):\n        found: tuple", "if False:\n        found: tuple", INCLUSION),
    Planted("inclusion: required is not asked", "schema/subsumption/objects.py", "    yield from _required(inclusion, branch, other)\n", "", INCLUSION),
    Planted("inclusion: properties are not compared", "schema/subsumption/objects.py", "            yield from _member(inclusion, branch, other, name)", "            yield from ()", INCLUSION),
    Planted("inclusion: how many properties is not asked", "schema/subsumption/objects.py", "    yield from _counts(inclusion, branch, other)\n", "", INCLUSION),
    Planted("inclusion: dependentRequired is not asked", "schema/subsumption/objects.py", "    yield from _dependent(inclusion, branch, other)\n", "", INCLUSION),
    Planted("inclusion: any two members of oneOf are apart", "schema/subsumption/objects.py", "return all(are_apart(", "return True or all(are_apart(", INCLUSION),
    Planted("inclusion: items are not compared", "schema/subsumption/arrays.py", "    yield from _items(inclusion, branch, other, most)\n", "", INCLUSION),
    Planted("inclusion: minItems is turned round", "schema/subsumption/arrays.py", "if least < wanted:", "if least > wanted:", INCLUSION),
    Planted("inclusion: repeated items are let pass", "schema/subsumption/arrays.py", "if True in other.said", "if None in other.said", INCLUSION),
    Planted("inclusion: every pattern, length and bound holds", "schema/subsumption/scalars.py", "        return strings.included(narrow, wide)", "        return None", INCLUSION),
    Planted("inclusion: every number fits", "schema/subsumption/scalars.py", "        return numbers.included(narrow, wide)", "        return None", INCLUSION),
    Planted("inclusion: listed values are not checked", "schema/subsumption/scalars.py", "    if refused:", "    if False:", INCLUSION),
    Planted("inclusion: an infinite set fits a list", "schema/subsumption/scalars.py", "    if other.values is not None:", "    if False:", INCLUSION),
    Planted("inclusion: an integer is any number", "schema/subsumption/scalars.py", 'if kind == "number" and other.whole', "if False and other.whole", INCLUSION),
    Planted("inclusion: of two kinds of value one is forgotten", "schema/subsumption/inclusion.py", "for kind in sorted(branch.kinds - _FEW.keys()):", "for kind in sorted(branch.kinds - _FEW.keys())[:1]:", INCLUSION),
    Planted("inclusion: alternatives after the first are forgotten", "schema/subsumption/inclusion.py", "for branch in sent:", "for branch in sent[:1]:", INCLUSION),
    Planted("inclusion: what no rule decides is passed", "schema/subsumption/inclusion.py", "        yield from self._opaque(branch, kind, other)\n", "", INCLUSION),
    Planted("inclusion: one good facet is enough", "schema/subsumption/inclusion.py", "            if not found:\n                return ()\n", "            if found:\n                return ()\n", INCLUSION),
    Planted("inclusion: a witness is not checked", "schema/subsumption/inclusion.py", "return value if agree(self.judge.checker(self.wide, b), value, wanted=False) else ABSENT", "return value", INCLUSION),
    Planted("inclusion: an assumption outlives its pair", "schema/subsumption/pairs.py", "if self._found[key] and not before:", "if False:", INCLUSION),
    Planted("inclusion: what speaks against a pair is not passed on", "schema/subsumption/pairs.py", "return (link(key),) if self._found[key] else ()", "return ()", INCLUSION),
    Planted("inclusion: what is only read counts as sent", "schema/subsumption/sides.py", "is_marked = any(part.get(mark) is True", "is_marked = any(False and part.get(mark) is True", INCLUSION),
    Planted("inclusion: producers send what is not declared", "schema/subsumption/sides.py", "if not declares or not closable(", "if True or not closable(", INCLUSION),
    Planted("inclusion: schemas are the same whatever their keywords say", "schema/subsumption/equality.py", "        return typed(one) == typed(other)", "        return True", INCLUSION),
    Planted("inclusion: the two places are exchanged", "schema/subsumption/inclusion.py", "one.placed(mine, theirs, failing(other, gap))", "one.placed(theirs, mine, failing(other, gap))", INCLUSION),
    Planted("inclusion: what is no cause by itself proves the whole", "schema/subsumption/inclusion.py", "gaps = [gap for gap in [self.as_a_whole(found[0], a, b)] if gap is not None]", "pass", INCLUSION),
    Planted("inclusion: what was not found is not there", "schema/subsumption/inclusion.py", "if answer is EMPTY and witness is ABSENT:", "if not isinstance(answer, Found) and witness is ABSENT:", INCLUSION),
    Planted("inclusion: unevaluated says the same wherever it stands", "schema/subsumption/inclusion.py", "if not is_anything(wanted):", "if False:", INCLUSION),
    Planted("inclusion: contains is not asked", "schema/subsumption/arrays.py", "    yield from _contained(inclusion, branch, other)\n", "", INCLUSION),
    Planted("inclusion: a closed side takes what it does not declare", "schema/subsumption/sides.py", "self._marked(branch, closed=not is_free and closable(whole, self.defs))", "self._marked(branch, closed=False)", INCLUSION),
    Planted("inclusion: a closed side takes any name that fits a pattern", "schema/subsumption/objects.py", "if other.closed and not is_let_in and not any(", "if False and not any(", INCLUSION),
    Planted("inclusion: a closed side takes what is only read", "schema/subsumption/objects.py", "elif other.refused and any(", "elif False and any(", INCLUSION),
    Planted("inclusion: an alternative is sent alone", "schema/subsumption/sides.py", "self._marked(branch & Branch(lent), closed=True)", "self._marked(branch, closed=True)", INCLUSION),
    Planted("inclusion: what closes together closes alone", "schema/subsumption/inclusion.py", 'self.wide.reading == "consumer" or all(', "True or all(", INCLUSION),
    Planted("inclusion: what stays free beside others is closed", "schema/subsumption/declared.py", "if said is None and any(_is_freed", "if False and any(_is_freed", INCLUSION),
    Planted("inclusion: a format refuses", "schema/subsumption/solving/judging.py", 'if k != "format" and not', "if not", INCLUSION),
    Planted("inclusion: 64 bits refuse", "schema/subsumption/sides.py", 'return part.get("format") == "int64" and', "return False and", INCLUSION),
    Planted("inclusion: a witness needs no format", "schema/subsumption/solving/solver.py", "found = formatted(texts, cell.formats)", "found = None", INCLUSION),
    Planted("inclusion: of several lists one counts", "schema/subsumption/branches.py", "first, *rest = sorted(lists, key=len)", "first, rest = min(lists, key=len), list[Any]()", INCLUSION),
    Planted("inclusion: a value in two lists of oneOf fits", "schema/subsumption/listing.py", 'if keyword == "anyOf" or times[one] == 1', "if True", INCLUSION),
    Planted("inclusion: what is lent is refused", "schema/subsumption/inclusion.py", "lets=lent & spoken", "lets=frozenset()", INCLUSION),
    Planted("inclusion: whatever is lent is declared", "schema/subsumption/branches.py", "return (False,) if self.closed and not is_let_in else ()", "return ()", INCLUSION),
    Planted("inclusion: an alternative is as free beside others that declare", "schema/subsumption/sides.py", "freed=bool(alone) and self._is_freed(member)", "freed=True", INCLUSION),
    Planted("inclusion: what is asked for is declared", "schema/subsumption/branches.py", "name in self.required - self.shut", "name in self.required", INCLUSION),
    Planted("inclusion: any two required properties are apart", "schema/subsumption/sides.py", "return not self.kinds & other.kinds", "return True", INCLUSION),
    # the search for a value
    Planted("solving: what must be there is not looked into", "schema/subsumption/solving/objects.py", "if self._member(name, ()) is EMPTY:", "if False:", SOLVING),
    Planted("solving: nobody has a name of his own", "schema/subsumption/solving/objects.py", "fresh = EMPTY if is_full else self._fresh", "fresh = EMPTY if True else self._fresh", SOLVING),
    Planted("solving: names that are spoken of are never asked", "schema/subsumption/solving/objects.py", "more = () if is_full else self._known", "more = ()", SOLVING),
    Planted("solving: names need not fit propertyNames", "schema/subsumption/solving/objects.py", "if not all(self._solver.judge.holds(term, name) for term in self._cell.names):", "if False:", SOLVING),
    Planted("solving: as many items fit as are asked for", "schema/subsumption/solving/arrays.py", "if possible < some.least:", "if False:", SOLVING),
    Planted("solving: never as many items fit as are asked for", "schema/subsumption/solving/arrays.py", "if possible < some.least:", "if possible <= some.least:", SOLVING),
    Planted("solving: there are always too few", "schema/subsumption/solving/arrays.py", "if some.least <= few.most:", "if some.least < few.most:", SOLVING),
    Planted("solving: what must be few is not counted", "schema/subsumption/solving/arrays.py", "return self._solver.solve((some.term, self._sparing(few))) is EMPTY", "return False", SOLVING),
    Planted("solving: equal items are never found", "schema/subsumption/solving/arrays.py", "return NOBODY_KNOWS if unknown else EMPTY", "return NOBODY_KNOWS", SOLVING),
    Planted("solving: different items are always found", "schema/subsumption/solving/arrays.py", "is_alike = self._listed == 0 and not self._extra", "is_alike = False", SOLVING),
    Planted("solving: what nothing follows after is no end", "schema/subsumption/solving/solver.py", "            self._lowest = min(self._lowest, self._open[key])\n            return EMPTY", "            self._lowest = min(self._lowest, self._open[key])\n            return NOBODY_KNOWS", SOLVING),
    Planted("solving: who gives up has proved it", "schema/subsumption/solving/solver.py", "        if self._steps < 0:\n            return NOBODY_KNOWS", "        if self._steps < 0:\n            return EMPTY", SOLVING),
    Planted("solving: ways that nobody looked into are none", "schema/subsumption/solving/solver.py", "                answers.append(NOBODY_KNOWS)\n                break", "                break", SOLVING),
    Planted("solving: what is pending holds", "schema/subsumption/solving/solver.py", "        if pending is not None:\n", "        if False:\n", SOLVING),
    Planted("solving: one way is as good as all", "schema/subsumption/solving/solver.py", "for way in self.ways(pending):", "for way in self.ways(pending)[:1]:", SOLVING),
    Planted("solving: a schema never contradicts itself", "schema/subsumption/solving/solver.py", "if cell.is_plainly_empty or self._contradict(known):", "if cell.is_plainly_empty:", SOLVING),
    Planted("solving: enum fails nowhere", "schema/subsumption/solving/refusing.py", 'yield Cell(without=tuple(schema["enum"]))', "yield from ()", SOLVING),
    Planted("solving: a type fails nowhere", "schema/subsumption/solving/refusing.py", "        if left:\n", "        if False:\n", SOLVING),
    Planted("solving: required fails nowhere", "schema/subsumption/solving/refusing.py", 'for name in schema.get("required", ()):', "for name in ():", SOLVING),
    Planted("solving: properties fail nowhere", "schema/subsumption/solving/refusing.py", "if not is_anything(inner) or _is_marked(term, inner):", "if False:", SOLVING),
    Planted("solving: patternProperties fail nowhere", "schema/subsumption/solving/refusing.py", 'for pattern, inner in schema.get("patternProperties", {}).items():', "for pattern, inner in ():", SOLVING),
    Planted("solving: additionalProperties fail nowhere", "schema/subsumption/solving/refusing.py", 'if not is_anything(schema.get("additionalProperties", True)):', "if False:", SOLVING),
    Planted("solving: additionalProperties are about all properties", "schema/subsumption/solving/refusing.py", 'declared = frozenset(schema.get("properties", ()))', "declared = frozenset()", SOLVING),
    Planted("solving: propertyNames fail nowhere", "schema/subsumption/solving/refusing.py", 'if "propertyNames" in schema:', "if False:", SOLVING),
    Planted("solving: dependentSchemas fail nowhere", "schema/subsumption/solving/refusing.py", 'for name, inner in schema.get("dependentSchemas", {}).items():', "for name, inner in ():", SOLVING),
    Planted("solving: unevaluatedProperties fail nowhere", "schema/subsumption/solving/refusing.py", "if not _evaluates_all(term, schema):", "if False:", SOLVING),
    Planted("solving: unevaluatedItems fail nowhere", "schema/subsumption/solving/refusing.py", 'if not any("items" in part for part in parts):', "if False:", SOLVING),
    Planted("solving: items fail nowhere", "schema/subsumption/solving/refusing.py", 'if not is_anything(schema.get("items", True)):', "if False:", SOLVING),
    Planted("solving: contains fails nowhere", "schema/subsumption/solving/refusing.py", "    if least > 0:\n", "    if False:\n", SOLVING),
    Planted("solving: maxContains fails nowhere", "schema/subsumption/solving/refusing.py", 'if "maxContains" in schema:', "if False:", SOLVING),
    Planted("solving: not fails nowhere", "schema/subsumption/solving/refusing.py", '    if "not" in schema:\n', "    if False:\n", SOLVING),
    Planted("solving: anyOf fails nowhere", "schema/subsumption/solving/refusing.py", 'elif keyword == "anyOf" and keyword in schema:', "elif False:", SOLVING),
    Planted("solving: of oneOf two may hold", "schema/subsumption/solving/refusing.py", "for one, other in combinations(listed, 2):", "for one, other in ():", SOLVING),
    Planted("solving: of oneOf none may hold", "schema/subsumption/solving/refusing.py", "    yield Cell(pending=tuple(term.condition(part, wanted=False) for part in listed))\n", "    yield from ()\n", SOLVING),
    Planted("solving: then and else fail nowhere", "schema/subsumption/solving/refusing.py", "            if keyword in schema:\n                yield Cell(pending=(term.condition(condition", "            if False:\n                yield Cell(pending=(term.condition(condition", SOLVING),
    Planted("solving: a condition holds without its consequence", "schema/subsumption/solving/holding.py", 'term.part(schema.get("then", True))', "term.part(True)", SOLVING),
    Planted("solving: oneOf holds as anyOf does", "schema/subsumption/solving/holding.py", "yield Cell(pending=(term.part(part), *barred), barred=tuple(rest))", "yield Cell(pending=(term.part(part),), barred=tuple(rest))", SOLVING),
    Planted("solving: not is passed over", "schema/subsumption/solving/holding.py", 'pending.append(term.condition(schema["not"], wanted=False))', "pass", SOLVING),
    Planted("solving: contains is passed over", "schema/subsumption/solving/holding.py", "some=_some(term, schema),", "", SOLVING),
    Planted("solving: maxContains is passed over", "schema/subsumption/solving/holding.py", "few=_few(term, schema),", "", SOLVING),
    Planted("solving: unevaluatedItems is passed over", "schema/subsumption/solving/holding.py", "parts=_unevaluated(term, schema),", "", SOLVING),
    Planted("solving: unevaluatedProperties is passed over", "schema/subsumption/solving/holding.py", "limits=_limits(term, schema),", "", SOLVING),
    Planted("solving: a closed side has no limits", "schema/subsumption/solving/solver.py", "Cell(limits=self._closing(terms))", "Cell()", SOLVING),
    Planted("solving: a value that is left out is found", "schema/subsumption/solving/growing.py", "if not isinstance(answer, Found) or identity(answer.value) not in left_out:", "if True:", SOLVING),
    Planted("changes: a security alternative that is lost does not matter", "changes/security.py", 'wire: Level = "breaking" if lost else "info"', 'wire: Level = "info"', CHANGES),
    Planted("changes: a new scope does not matter", "changes/security.py", "        and set(wanted.scopes) <= set(one.scopes)\n", "", CHANGES),
    Planted("changes: path variables are matched by name alone", "changes/pairing.py", 'return "/" + _VARIABLE.sub("{}", path', 'return "/" + _VARIABLE.sub(lambda m: m[0], path', CHANGES),
    Planted("changes: a renamed operation breaks nobody", "changes/operations.py", 'yield _finding(pair, "operation-renamed", "info", "breaking"', 'yield _finding(pair, "operation-renamed", "info", "info"', CHANGES),
    Planted("changes: a new success status is fine", "changes/results.py", 'level: Level = "info" if flow.forward else _level(response.status, "breaking")', 'level: Level = "info"', CHANGES),
    Planted("changes: no success need be left", "changes/results.py", "if any(map(is_success, old)) and not any(map(is_success, new)):", "if False:", CHANGES),
    Planted("changes: a required header may vanish", "changes/results.py", "if header.required and not flow.forward:", "if False:", CHANGES),
    Planted("changes: a required parameter may be added", "changes/parameters.py", "if is_named or not (one.required and flow.forward):", "if True:", CHANGES),
    Planted("changes: an argument that vanished breaks nobody", "changes/parameters.py", '"parameter-removed", one, None, ("warning", "breaking"), because', '"parameter-removed", one, None, ("warning", "warning"), because', CHANGES),
    Planted("changes: another style is the same text", "changes/texts.py", "if _form(sender.parameter, shape) != _form(reader.parameter, shape):", "if False:", CHANGES),
    Planted("changes: a number is never text", "changes/texts.py", 'found = [_text(t) for t in sorted(turned)] if "string" in wanted else []', "found = []", CHANGES),
    Planted("changes: a body that is asked for breaks nobody", "changes/calls.py", "breaks = new.required if flow.forward else old.required", "breaks = False", CHANGES),
    Planted("changes: a media type may vanish", "changes/calls.py", '"media-type-removed", entry, None, "breaking", "a body', '"media-type-removed", entry, None, "info", "a body', CHANGES),
    Planted("changes: callers by name read as consumers", "changes/revisions.py", 'reading: Reading = "producer" if key[1] == "code" else "consumer"', 'reading: Reading = "consumer"', CHANGES),
    Planted("changes: webhooks are calls like others", "changes/webhooks.py", "found = [*calls.findings(pair, EVENT), *results.findings(pair, ANSWER)]", "found = [*calls.findings(pair, ANSWER), *results.findings(pair, EVENT)]", CHANGES),
    Planted("changes: an undecided verdict passes", "changes/schemas.py", 'if not verdict.breaks:\n            return "warning"', 'if not verdict.breaks:\n            return "info"', CHANGES),
    Planted("changes: each operation tells its own", "changes/schemas.py", 'else ("schema", *edit.key)', 'else ("schema", part.operation, *edit.key)', CHANGES),
    Planted("changes: a server that is gone is not told", "changes/servers.py", 'yield self._finding("server-removed", (server.url, None)', 'continue\n                yield self._finding("server-removed", (server.url, None)', CHANGES),
    Planted("changes: a tag that is gone breaks nobody", "changes/operations.py", 'level: Level = "breaking" if is_gone else "warning"', 'level: Level = "info"', CHANGES),
    Planted("changes: a text that looks alike is not compared", "changes/sameness.py", "return old == new and all(map(self._is_same, _references(old)))", "return old == new", CHANGES),
]  # fmt: skip


#: A failing example need not be shrunk to tell that there is one; what ends by itself ends in this time.
QUICK = """
from hypothesis import Phase
settings.register_profile("quick", settings.default, phases=[Phase.explicit, Phase.generate])
settings.load_profile("quick")
"""
TIMEOUT_S = 300


def copied(target: Path) -> None:
    """Copy what the tests need."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    with (target / "tests" / "conftest.py").open("a") as conftest:
        conftest.write(QUICK)


def found(copy: Path, fault: Planted) -> str:
    """Plant a fault, run its tests, take it out again, and return which test failed and why; "" where none did.

    Raises:
        LookupError: the text is not there, or more than once.

    """
    file = copy / "dynclient" / fault.file
    healthy = file.read_text()
    if healthy.count(fault.old) != 1:
        raise LookupError(
            f"{fault.file} has the text {healthy.count(fault.old)} times: {fault.old}"
        )
    file.write_text(healthy.replace(fault.old, fault.new))
    try:
        options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--tb=short"]
        command = [sys.executable, "-B", "-m", "pytest", *fault.tests, *options]
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        done = subprocess.run(
            command,
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return "it does not come to an end"
    finally:
        file.write_text(healthy)
    failed = re.search(
        r"^(?:FAILED|ERROR) \S+?\.py(?:::(.+?))?(?: - .*)?$", done.stdout, re.MULTILINE
    )
    if failed is None or done.returncode not in (1, 2):
        return ""
    why = re.search(r"^E {3}(?!  )\s*(\S.*)$", done.stdout, re.MULTILINE)
    return f"{failed[1] or 'at import'}: {why[1][:100] if why else ''}"


def main() -> int:
    """Print a line for each fault and return the exit code."""
    words = sys.argv[1:]
    wanted = [
        f for f in FAULTS if not words or any(word in f.what or word in f.file for word in words)
    ]
    missed = 0
    with tempfile.TemporaryDirectory() as directory:
        copied(Path(directory))
        for fault in wanted:
            told = found(Path(directory), fault)
            missed += not told
            print(f"{fault.file:<34}{fault.what:<60}{told or 'NOT FOUND'}", flush=True)
    print(f"{len(wanted) - missed} of {len(wanted)} faults were found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
