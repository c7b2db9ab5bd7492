"""Whether the tests that draw find a fault: `python benchmarks/planted.py [WORD …]`.

Each fault of the table is planted in a copy of the repository, one after the other, and one test file that draws its
examples is run on it: it must fail. With words, only faults whose description holds one of them are planted. A fault
that no test finds, or whose text is no longer there, ends in exit code 1.
"""

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
CONTAINMENT = ("tests/containment/test_containment_checker.py", "tests/containment/test_unions.py")
WITNESSES = ("tests/containment/test_witnesses.py", "tests/containment/test_containment_checker.py")
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
    Planted("containment: required is not compared", "containment/object_rules.py", "    yield from _compare_required(checker, sub, sup)\n", "", CONTAINMENT),
    Planted("containment: properties are not compared", "containment/object_rules.py", "            yield from _compare_property(checker, sub, sup, name)", "            yield from ()", CONTAINMENT),
    Planted("containment: the number of properties is not compared", "containment/object_rules.py", "    yield from _compare_property_counts(checker, sub, sup)\n", "", CONTAINMENT),
    Planted("containment: dependentRequired is not compared", "containment/object_rules.py", "    yield from _compare_dependent_required(checker, sub, sup)\n", "", CONTAINMENT),
    Planted("containment: any two members of oneOf are disjoint", "containment/object_rules.py", "return all(are_disjuncts_disjoint(", "return True or all(are_disjuncts_disjoint(", CONTAINMENT),
    Planted("containment: items are not compared", "containment/array_rules.py", "    yield from _compare_items(checker, sub, sup, most)\n", "", CONTAINMENT),
    Planted("containment: minItems is inverted", "containment/array_rules.py", "if least < minimum:", "if least > minimum:", CONTAINMENT),
    Planted("containment: equal items are accepted", "containment/array_rules.py", "if True in sup.collect_values", "if None in sup.collect_values", CONTAINMENT),
    Planted("containment: every pattern and length is contained", "containment/scalar_rules.py", "        return string_sets.find_counterexample(own, other)", "        return None", CONTAINMENT),
    Planted("containment: every number is contained", "containment/scalar_rules.py", "        return number_sets.find_counterexample(own, other)", "        return None", CONTAINMENT),
    Planted("containment: listed values are not checked", "containment/scalar_rules.py", "    if refused:", "    if False:", CONTAINMENT),
    Planted("containment: an infinite set fits an enumeration", "containment/scalar_rules.py", "    if sup.enumeration is not None:", "    if False:", CONTAINMENT),
    Planted("containment: an integer is any number", "containment/scalar_rules.py", 'if json_type == "number" and sup.is_integer', "if False and sup.is_integer", CONTAINMENT),
    Planted("containment: only the first type is compared", "containment/containment_checker.py", "for json_type in sorted(sub.types - _FINITE_TYPES.keys()):", "for json_type in sorted(sub.types - _FINITE_TYPES.keys())[:1]:", CONTAINMENT),
    Planted("containment: only the first disjunct is compared", "containment/containment_checker.py", "        for sub in sub_disjuncts:\n            values", "        for sub in sub_disjuncts[:1]:\n            values", CONTAINMENT),
    Planted("containment: undecided keywords are accepted", "containment/containment_checker.py", "        yield from self._suspect_undecided_keywords(sub, json_type, sup)\n", "", CONTAINMENT),
    Planted("containment: one fitting keyword is enough", "containment/containment_checker.py", "            if not suspected:\n                return ()\n", "            if suspected:\n                return ()\n", CONTAINMENT),
    Planted("containment: a witness is not confirmed", "containment/containment_checker.py", "return value if do_engines_agree(receiver, value, is_valid=False) else NO_WITNESS", "return value", CONTAINMENT),
    Planted("containment: an assumption outlives its pair", "containment/worklist.py", "if self._suspected[key] and not was_refuted:", "if False:", CONTAINMENT),
    Planted("containment: the causes of a pair are not passed on", "containment/worklist.py", "return (build_link(key),) if self._suspected[key] else ()", "return ()", CONTAINMENT),
    Planted("containment: readOnly properties can be sent", "containment/schema_view.py", "return any(part.get(annotation) is True", "return any(False and part.get(annotation) is True", CONTAINMENT),
    Planted("containment: producers send undeclared properties", "containment/schema_view.py", "if not has_properties or not is_closable(", "if True or not is_closable(", CONTAINMENT),
    Planted("containment: schemas are equal whatever the values of their keywords are", "containment/schema_equality.py", "        return _build_keyword_value_key(keyword, first) == _build_keyword_value_key(keyword, second)", "        return True", CONTAINMENT),
    Planted("containment: the two places are exchanged", "containment/containment_checker.py", "one.subschema_place,\n        one.superschema_place", "one.superschema_place,\n        one.subschema_place", CONTAINMENT),
    Planted("containment: an excluded cause proves the whole", "containment/containment_checker.py", "settled = [self.settle_whole(suspected[0], subschema, superschema)]", "pass", CONTAINMENT),
    Planted("containment: a witness that was not found does not exist", "containment/containment_checker.py", "if result is UNSATISFIABLE and witness is NO_WITNESS:", "if not isinstance(result, Witness) and witness is NO_WITNESS:", CONTAINMENT),
    Planted("containment: unevaluated keywords mean the same everywhere", "containment/containment_checker.py", "if not is_true_schema(value):", "if False:", CONTAINMENT),
    Planted("containment: contains is not compared", "containment/array_rules.py", "    yield from _compare_contains(checker, sub, sup)\n", "", CONTAINMENT),
    Planted("containment: a closed view accepts undeclared properties", "containment/schema_view.py", "self._set_closed(disjunct, is_closed=is_closed), forbidden", "self._set_closed(disjunct, is_closed=False), forbidden", CONTAINMENT),
    Planted("containment: a closed view accepts any name that fits a pattern", "containment/object_rules.py", "if sup.is_closed and not is_evaluated and", "if False and", CONTAINMENT),
    Planted("containment: a closed view accepts readOnly properties", "containment/object_rules.py", "elif sup.refused_annotation and any(", "elif False and any(", CONTAINMENT),
    Planted("containment: a disjunct is sent without the properties of others", "containment/schema_view.py", "self._set_closed(disjunct & Disjunct(unevaluated_part), is_closed=True)", "self._set_closed(disjunct, is_closed=True)", CONTAINMENT),
    Planted("containment: schemas close alone instead of together", "containment/containment_checker.py", 'if self.superschema_view.reading == "consumer":', "if True:", CONTAINMENT),
    Planted("containment: an open alternative is closed", "containment/evaluated_properties.py", "if is_closed_by_reading and any(", "if False and any(", CONTAINMENT),
    Planted("containment: a format is an assertion", "containment/witnesses/validator_cache.py", 'if keyword != "format" and not', "if not", CONTAINMENT),
    Planted("containment: the bounds of int64 are assertions", "containment/schema_view.py", '        part.get("format") == "int64"\n', "        False\n", CONTAINMENT),
    Planted("containment: a witness needs no format", "containment/witnesses/witness_generator.py", "formatted = find_formatted_string(strings, constraints.formats)", "formatted = None", CONTAINMENT),
    Planted("containment: one enumeration of several counts", "containment/disjuncts.py", "values, *others = sorted(lists, key=len)", "values, others = min(lists, key=len), list[Any]()", CONTAINMENT),
    Planted("containment: a value of two members of oneOf fits", "containment/enumerations.py", 'if keyword == "oneOf":', "if False:", CONTAINMENT),
    Planted("containment: properties of other disjuncts are refused", "containment/containment_checker.py", "evaluated_elsewhere=declarations.intersection(borrowed)", "evaluated_elsewhere=frozenset()", CONTAINMENT),
    Planted("containment: every undeclared property is allowed", "containment/disjuncts.py", "return () if is_allowed else (False,)", "return ()", CONTAINMENT),
    Planted("containment: every alternative stays open", "containment/schema_view.py", "stays_open = bool(is_alone) and self._stays_open(member)", "stays_open = True", CONTAINMENT),
    Planted("containment: required properties are declared", "containment/disjuncts.py", "name in self.required - self.forbidden", "name in self.required", CONTAINMENT),
    Planted("containment: any two required properties are disjoint", "containment/schema_view.py", "if self.types.isdisjoint(other.types):", "if True:", CONTAINMENT),
    # the search for a value
    Planted("witnesses: required properties are not searched", "containment/witnesses/object_witnesses.py", "if self._search_property(name, ()) is UNSATISFIABLE:", "if False:", WITNESSES),
    Planted("witnesses: no fresh name exists", "containment/witnesses/object_witnesses.py", "        if not self._is_full():\n            names_in_use", "        if False:\n            names_in_use", WITNESSES),
    Planted("witnesses: known names are never tried", "containment/witnesses/object_witnesses.py", "        if not self._is_full():\n            names +=", "        if False:\n            names +=", WITNESSES),
    Planted("witnesses: names need not fit propertyNames", "containment/witnesses/object_witnesses.py", "if not self._satisfies_all(self._constraints.property_names, name):", "if False:", WITNESSES),
    Planted("witnesses: enough items always fit", "containment/witnesses/array_witnesses.py", "if possible_count < at_least.count:", "if False:", WITNESSES),
    Planted("witnesses: never do enough items fit", "containment/witnesses/array_witnesses.py", "if possible_count < at_least.count:", "if possible_count <= at_least.count:", WITNESSES),
    Planted("witnesses: the two bounds of contains always contradict", "containment/witnesses/array_witnesses.py", "if at_least.count <= at_most.count:", "if at_least.count < at_most.count:", WITNESSES),
    Planted("witnesses: the two bounds of contains never contradict", "containment/witnesses/array_witnesses.py", "return self._generator.search(outside) is UNSATISFIABLE", "return False", WITNESSES),
    Planted("witnesses: equal items are never excluded", "containment/witnesses/array_witnesses.py", "return UNDETERMINED if is_undecided else UNSATISFIABLE", "return UNDETERMINED", WITNESSES),
    Planted("witnesses: unique items are always found", "containment/witnesses/array_witnesses.py", "are_items_alike = self._prefix_length == 0 and not self._placed_schemas", "are_items_alike = False", WITNESSES),
    Planted("witnesses: recursion is no proof", "containment/witnesses/witness_generator.py", "            self._lowlink = min(self._lowlink, self._in_progress[key])\n            return UNSATISFIABLE", "            self._lowlink = min(self._lowlink, self._in_progress[key])\n            return UNDETERMINED", WITNESSES),
    Planted("witnesses: giving up is a proof", "containment/witnesses/witness_generator.py", "        if self._steps_left < 0:\n            return UNDETERMINED", "        if self._steps_left < 0:\n            return UNSATISFIABLE", WITNESSES),
    Planted("witnesses: disjuncts that were not tried are unsatisfiable", "containment/witnesses/witness_generator.py", "                results.append(UNDETERMINED)\n                break", "                break", WITNESSES),
    Planted("witnesses: an unexpanded conjunct holds", "containment/witnesses/witness_generator.py", "        if conjunct is not None:\n", "        if False:\n", WITNESSES),
    Planted("witnesses: only the first disjunct is tried", "containment/witnesses/witness_generator.py", "for disjunct in self.expand(conjunct):", "for disjunct in self.expand(conjunct)[:1]:", WITNESSES),
    Planted("witnesses: a schema never contradicts itself", "containment/witnesses/witness_generator.py", "if constraints.is_trivially_empty or self._has_contradiction(expanded):", "if constraints.is_trivially_empty:", WITNESSES),
    Planted("witnesses: enum never fails", "containment/witnesses/negated_expansion.py", 'yield ConstraintSet(excluded_values=tuple(schema["enum"]))', "yield from ()", WITNESSES),
    Planted("witnesses: type never fails", "containment/witnesses/negated_expansion.py", "        if other_types:\n", "        if False:\n", WITNESSES),
    Planted("witnesses: required never fails", "containment/witnesses/negated_expansion.py", 'for name in schema.get("required", ()):', "for name in ():", WITNESSES),
    Planted("witnesses: properties never fail", "containment/witnesses/negated_expansion.py", "if not is_true_schema(inner) or _is_excluded_by_direction(signed, inner):", "if False:", WITNESSES),
    Planted("witnesses: patternProperties never fail", "containment/witnesses/negated_expansion.py", 'for pattern, inner in schema.get("patternProperties", {}).items():', "for pattern, inner in ():", WITNESSES),
    Planted("witnesses: additionalProperties never fails", "containment/witnesses/negated_expansion.py", "    if not is_true_schema(additional):", "    if False:", WITNESSES),
    Planted("witnesses: additionalProperties applies to all properties", "containment/witnesses/negated_expansion.py", 'excluded_names=frozenset(schema.get("properties", ())),', "", WITNESSES),
    Planted("witnesses: propertyNames never fails", "containment/witnesses/negated_expansion.py", 'if "propertyNames" in schema:', "if False:", WITNESSES),
    Planted("witnesses: dependentSchemas never fails", "containment/witnesses/negated_expansion.py", 'for name, inner in schema.get("dependentSchemas", {}).items():', "for name, inner in ():", WITNESSES),
    Planted("witnesses: unevaluatedProperties never fails", "containment/witnesses/negated_expansion.py", "if not is_true_schema(unevaluated) and not _evaluates_all_properties(signed, schema):", "if False:", WITNESSES),
    Planted("witnesses: unevaluatedItems never fails", "containment/witnesses/negated_expansion.py", "    yield _require_items(AtLeast(start, signed.sign_inner(unevaluated)))", "    yield from ()", WITNESSES),
    Planted("witnesses: items never fails", "containment/witnesses/negated_expansion.py", "    if not is_true_schema(items):", "    if False:", WITNESSES),
    Planted("witnesses: contains never fails", "containment/witnesses/negated_expansion.py", "    if minimum > 0:\n", "    if False:\n", WITNESSES),
    Planted("witnesses: maxContains never fails", "containment/witnesses/negated_expansion.py", 'if "maxContains" in schema:', "if False:", WITNESSES),
    Planted("witnesses: not never fails", "containment/witnesses/negated_expansion.py", '    if "not" in schema:\n', "    if False:\n", WITNESSES),
    Planted("witnesses: anyOf never fails", "containment/witnesses/negated_expansion.py", '        elif keyword == "anyOf":\n            yield ConstraintSet(unexpanded=tuple(map(signed.sign_part, schema["anyOf"])))', '        elif keyword == "anyOf":\n            yield from ()', WITNESSES),
    Planted("witnesses: two members of oneOf may fit", "containment/witnesses/negated_expansion.py", "for pair in combinations(fitting, 2):", "for pair in ():", WITNESSES),
    Planted("witnesses: no member of oneOf has to fit", "containment/witnesses/negated_expansion.py", "    yield ConstraintSet(unexpanded=tuple(none))\n", "    yield from ()\n", WITNESSES),
    Planted("witnesses: then and else never fail", "containment/witnesses/negated_expansion.py", "            if keyword in schema:\n                condition", "            if False:\n                condition", WITNESSES),
    Planted("witnesses: if holds without then", "containment/witnesses/positive_expansion.py", 'signed.sign_part(schema.get("then", True))', "signed.sign_part(True)", WITNESSES),
    Planted("witnesses: oneOf is an anyOf", "containment/witnesses/positive_expansion.py", "unexpanded=(signed.sign_part(member), *negations)", "unexpanded=(signed.sign_part(member),)", WITNESSES),
    Planted("witnesses: not is ignored", "containment/witnesses/positive_expansion.py", 'conjuncts.append(signed.sign_condition(schema["not"], is_positive=False))', "pass", WITNESSES),
    Planted("witnesses: contains is ignored", "containment/witnesses/positive_expansion.py", "contains_at_least=at_least,", "", WITNESSES),
    Planted("witnesses: maxContains is ignored", "containment/witnesses/positive_expansion.py", "contains_at_most=at_most,", "", WITNESSES),
    Planted("witnesses: unevaluatedItems is ignored", "containment/witnesses/positive_expansion.py", "applicators=_build_unevaluated_items(signed, schema),", "", WITNESSES),
    Planted("witnesses: unevaluatedProperties is ignored", "containment/witnesses/positive_expansion.py", "unevaluated=_build_unevaluated_rules(signed, schema),", "", WITNESSES),
    Planted("witnesses: a closed view has no rules", "containment/witnesses/witness_generator.py", "ConstraintSet(unevaluated=closing_rules)", "ConstraintSet()", WITNESSES),
    Planted("witnesses: an excluded value is found", "containment/witnesses/distinct_values.py", "if not isinstance(result, Witness) or compute_identity(result.value) not in excluded:", "if True:", WITNESSES),
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
