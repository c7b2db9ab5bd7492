"""Whether the tests that draw find a fault: `python benchmarks/planted.py [--check] [WORD …]`.

Each fault of the table is planted in a copy of the repository, one after the other, and one test file that draws its
examples is run on it: it must fail. With words, only faults whose description or file holds one of them are planted.
With `--check` nothing is planted and no test runs: it only checks that each row fits the source as it is now. A fault
that no test finds, or a row that does not fit, ends in exit code 1.
"""

from __future__ import annotations

import ast
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
MACHINE = ("tests/sandbox/test_state_machine.py",)
CONTAINMENT = ("tests/containment/test_containment_checker.py", "tests/containment/test_unions.py")
WITNESSES = ("tests/containment/test_witnesses.py", "tests/containment/test_containment_checker.py")
SWAGGER = ("tests/client/test_swagger.py", "-k", "read_back")
SWAGGER_DIALECT = ("tests/schema/test_swagger_dialect.py",)
SWAGGER_DIFF = ("tests/diffing/test_swagger_diff.py",)
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
    Planted("an exclusive bound of 3.0 is lost", "schema/translation/assertion_translator.py", "schema[exclusive] = schema.pop(bound)", "pass", DIALECTS),
    Planted("nullable is lost", "schema/translation/nullable_schemas.py", "return allow_null(schema)", "return schema", DIALECTS),
    Planted("readOnly and writeOnly are exchanged", "schema/dialect.py", '{"request": "readOnly", "response": "writeOnly"}', '{"request": "writeOnly", "response": "readOnly"}', DIALECTS),
    Planted("a pattern is lost", "schema/translation/assertion_translator.py", 'schema["pattern"] = pattern', "pass", DIALECTS),
    Planted("the upper bound of an integer format is lost", "schema/translation/assertion_translator.py", 'schema["maximum"] = min(schema.get("maximum", high), high)', "pass", DIALECTS),
    Planted("allOf is no longer read", "schema/dialect.py", 'SCHEMA_LIST_KEYWORDS = ("allOf", ', "SCHEMA_LIST_KEYWORDS = (", DOCUMENTS),
    # readings
    Planted("a producer's objects stay open", "schema/readings.py", "if isinstance(closed, Schema) and is_closable(schema, self.defs):", "if False:", WAY),
    Planted("a consumer's objects are closed", "plan/schemas.py", '        if reading == "producer":\n            closer = self._closers[direction]', "        if True:\n            closer = self._closers[direction]", WAY),
    Planted("what is only read may be sent", "schema/readings.py", "if self._is_refused(schema):", "if False:", DIALECTS),
    # binder
    Planted("positional arguments in the wrong order", "plan/binder.py", "in zip(self.positional, args", "in zip(self.positional[::-1], args", WAY),
    Planted("snake_case names are lost", "plan/binder.py", "if name not in by_spec_name:", "if name in by_spec_name:", WAY),
    Planted("an argument's value is put into the body", "plan/binder.py", "binding.put(*target, value, name)", 'binding.put("body", target[1], value, name)', WAY),
    # writers
    Planted("a path value is not escaped", "wire/parameters/parameter_writer.py", "return encode(to_text(value))\n\n    return write\n\n\ndef _build_label", "return to_text(value)\n\n    return write\n\n\ndef _build_label", WAY),
    Planted("a query value is not escaped", "wire/parameters/parameter_writer.py", "return prefix + encode(to_text(value))\n\n    return write\n\n\ndef _build_delimited", "return prefix + to_text(value)\n\n    return write\n\n\ndef _build_delimited", WAY),
    Planted("an exploded array loses its last item", "wire/parameters/parameter_writer.py", "for text in _encode_items(value, encode)]) or empty", "for text in _encode_items(value[:-1], encode)]) or empty", PLACES),
    Planted("a delimiter for another", "wire/parameters/parameter_writer.py", '"pipeDelimited": "%7C"', '"pipeDelimited": ","', PLACES),
    Planted("deepObject without its closing bracket", "wire/parameters/parameter_writer.py", "%5B{percent_encode(str(member))}%5D", "%5B{percent_encode(str(member))}", PLACES),
    Planted("matrix repeats no name", "wire/parameters/parameter_writer.py", "write_pair(percent_encode(k), ", "write_pair(key, ", PLACES),
    Planted("cookies joined by a comma", "plan/request_writer.py", 'return "; ".join(filter', 'return ", ".join(filter', PLACES),
    Planted("query parameters are joined by a semicolon", "plan/request_writer.py", 'query = "&".join(filter', 'query = ";".join(filter', PLACES),
    Planted("arrays in arrays have the outer delimiter", "wire/parameters/delimited_arrays.py", "return delimiter.join(write_delimited_array(item, delimiters[1:], encode)", "return delimiter.join(write_delimited_array(item, delimiters, encode)", SWAGGER),
    Planted("an item may hold the delimiter of its array", "plan/array_format_limits.py", "    if not characters:\n", "    if characters:\n", SWAGGER),
    Planted("x-nullable is lost", "schema/translation/swagger_dialect.py", 'members["nullable"] = members["x-nullable"]', "pass", SWAGGER_DIALECT),
    Planted("a form without consumes has no media type", "document/swagger/swagger_bodies.py", "return names or [URLENCODED]", "return names", SWAGGER_DIFF),
    Planted("a form escapes nothing", "wire/forms.py", 'return quote_plus(text, safe="*")', "return text", PLACES),
    Planted("a form writes an array as one value", "wire/forms.py", "for item in value if isinstance(value, list) else [value]:", "for item in [value]:", PLACES),
    Planted("a part ends with a stray line", "wire/multipart.py", 'pieces.append(b"\\r\\n")', 'pieces.append(b"\\r\\n\\r\\n")', PLACES),
    Planted("of several parts of a name only the first is written", "wire/multipart.py", "for item in value:\n            yield _build_part", "for item in value[:1]:\n            yield _build_part", PLACES),
    Planted("a header's values are escaped", "wire/parameters/parameter_writer.py", "return _build_simple_writer(parameter.explode, leave_unencoded)", "return _build_simple_writer(parameter.explode, percent_encode)", PLACES),
    # the limits of the wire
    Planted("an array of one empty text is let pass", "plan/serialization_limits.py", "limits.append(_NO_SINGLE_EMPTY_TEXT)", "pass", PLACES),
    Planted("a comma in a member of a header is let pass", "plan/serialization_limits.py", "[_IN_HEADER, _MEMBERS_IN_HEADER]", "[_IN_HEADER]", PLACES),
    Planted("a dot in a member of a label is let pass", "plan/serialization_limits.py", '("label", True): {X_SERIALIZATION: True, "items": _NO_DOT}', '("label", True): {X_SERIALIZATION: True}', PLACES),
    # the sandbox
    Planted("what is wrong with a body is passed over", "plan/request_reader.py", "return not parsed_call.is_body_opaque", "return False", WAY),
    Planted("exploded objects take what others claim", "plan/request_reader.py", "if not self._is_claimed_by_another(parameter, types, unquote(name))", "", PLACES),
    Planted("a PUT keeps what it leaves out", "sandbox/state/stateful_operation.py", "if name not in declared}", "if name or declared}", MACHINE),
    Planted("no conflict is met", "sandbox/state/existence_checks.py", "if not self.declares_error(CONFLICT):", "if True:", MACHINE),
    Planted("what is deleted is no more than unknown", "sandbox/state/item_store.py", "        identities[identity] = None\n", "", MACHINE),
    Planted("a dry call is kept", "sandbox/state/stateful_operation.py", "is_stored=all(convention.store for convention in conventions)", "is_stored=True", MACHINE),
    Planted("strict is not asked", "sandbox/state/existence_checks.py", "if self._is_strict and not", "if False and not", MACHINE),
    Planted("a page begins one too late", "sandbox/state/page_window.py", "items[self.skip : self.skip + self.size]", "items[self.skip + 1 : self.skip + 1 + self.size]", MACHINE),
    Planted("a page is one too long", "sandbox/state/page_window.py", "self.skip + self.size]", "self.skip + self.size + 1]", MACHINE),
    Planted("there is always more", "sandbox/state/item_mapper.py", "first + len(items) < total", "first + len(items) <= total", MACHINE),
    Planted("the total is that of the page", "sandbox/state/item_mapper.py", "has_more=has_more, total=total)", "has_more=has_more, total=len(items))", MACHINE),
    Planted("every item has the same identity", "sandbox/state/item_mapper.py", "yield first + n", "yield first", MACHINE),
    Planted("a remembered item is put where it does not fit", "sandbox/state/item_mapper.py", "            if body.is_valid(candidate):\n                return candidate\n\n        for name, member", "            return candidate\n\n        for name, member", WAY),
    Planted("a chosen status is ignored", "sandbox/preferences.py", "int(code) if _STATUS.fullmatch(code) else None", "None", MACHINE),
    Planted("a chosen answer is carried out", "sandbox/sandbox.py", "            if preferred is not None:\n", "            if preferred is not None:\n                prepared.stateful_operation.execute(request, parsed_call.call)\n", MACHINE),
    Planted("a dropped answer comes all the same", "sandbox/fault_injection.py", 'if kind in ("drop", "truncate"):', 'if kind == "truncate":', MACHINE),
    Planted("a wrong schema is right", "sandbox/fault_injection.py", "if not accepts(candidate):", "if accepts(candidate):", MACHINE),
    Planted("a fault befalls every operation", "sandbox/fault_injection.py", 'if fault.operation not in ("", operation):', "if False:", MACHINE),
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
    Planted("containment: undecided keywords are accepted", "containment/containment_checker.py", "        yield from suspect_undecided_keywords(self, sub, json_type, sup)\n", "", CONTAINMENT),
    Planted("containment: one fitting keyword is enough", "containment/containment_checker.py", "            if not suspected:\n                return ()\n", "            if suspected:\n                return ()\n", CONTAINMENT),
    Planted("containment: a witness is not confirmed", "containment/witness_finder.py", "return value if do_engines_agree(receiver, value, is_valid=False) else NO_WITNESS", "return value", CONTAINMENT),
    Planted("containment: an assumption outlives its pair", "containment/worklist.py", "if self._suspected[key] and not was_refuted:", "if False:", CONTAINMENT),
    Planted("containment: the causes of a pair are not passed on", "containment/worklist.py", "return (build_link(key),) if self._suspected[key] else ()", "return ()", CONTAINMENT),
    Planted("containment: readOnly properties can be sent", "containment/schema_view.py", "return any(part.get(annotation) is True", "return any(False and part.get(annotation) is True", CONTAINMENT),
    Planted("containment: producers send undeclared properties", "containment/schema_view.py", "if not has_properties or not is_closable(", "if True or not is_closable(", CONTAINMENT),
    Planted("containment: schemas are equal whatever the values of their keywords are", "containment/schema_equality.py", "        return _build_keyword_value_key(keyword, first) == _build_keyword_value_key(keyword, second)", "        return True", CONTAINMENT),
    Planted("containment: the two places are exchanged", "containment/containment_checker.py", "one.subschema_place,\n        one.superschema_place", "one.superschema_place,\n        one.subschema_place", CONTAINMENT),
    Planted("containment: an excluded cause proves the whole", "containment/containment_checker.py", "settled = [self.settle_whole(suspected[0], subschema, superschema)]", "pass", CONTAINMENT),
    Planted("containment: a witness that was not found does not exist", "containment/witness_finder.py", "if result is UNSATISFIABLE and witness is NO_WITNESS:", "if not isinstance(result, Witness) and witness is NO_WITNESS:", CONTAINMENT),
    Planted("containment: unevaluated keywords mean the same everywhere", "containment/undecided_keywords.py", "if not is_true_schema(value):", "if False:", CONTAINMENT),
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
    Planted("witnesses: no fresh name exists", "containment/witnesses/object_witnesses.py", "        if self._is_full():\n            return UNSATISFIABLE\n", "        if True:\n            return UNSATISFIABLE\n", WITNESSES),
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
    Planted("witnesses: type never fails", "containment/witnesses/negated_expansion.py", "    if other_types:", "    if False:", WITNESSES),
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
    Planted("changes: a security alternative that is lost does not matter", "diffing/compare/security_changes.py", "breaks_wire=bool(insufficient), ", "breaks_wire=False, ", CHANGES),
    Planted("changes: a new scope does not matter", "diffing/compare/security_changes.py", "            and set(required.scopes) <= set(one.scopes)\n", "", CHANGES),
    Planted("changes: path variables are matched by name alone", "diffing/compare/request_urls.py", 'return TEMPLATE_VARIABLE.sub("{}", template)', "return template", CHANGES),
    Planted("changes: a renamed operation breaks nobody", "diffing/verdict_table.py", '"operation-renamed", "renamed", "info", "breaking"', '"operation-renamed", "renamed", "info", "info"', CHANGES),
    Planted("changes: a new success status is fine", "diffing/compare/result_changes.py", 'situation = "success" if is_success_status(response.status) else "error"', 'situation = "error"', CHANGES),
    Planted("changes: no success need be left", "diffing/compare/result_changes.py", "if any(map(is_success_status, old)) and not any(map(is_success_status, new)):", "if False:", CHANGES),
    Planted("changes: a required header may vanish", "diffing/compare/result_changes.py", "is_required = header.required and not self._context.old_sends", "is_required = False", CHANGES),
    Planted("changes: a required parameter may be added", "diffing/compare/parameter_changes.py", "if was_in_path or not new.required or not context.old_sends:", "if True:", CHANGES),
    Planted("changes: an argument that vanished breaks nobody", "diffing/verdict_table.py", '"parameter-removed", "call", "warning", "breaking"', '"parameter-removed", "call", "warning", "warning"', CHANGES),
    Planted("changes: another style is the same text", "diffing/compare/parameter_changes.py", "if not is_serialized_alike(sender, reader):", "if False:", CHANGES),
    Planted("changes: a number is never text", "diffing/decide/text_containment.py", 'if not text_types or "string" not in read_types or may_be_read_as_integer:', "if True:", CHANGES),
    Planted("changes: a body that is asked for breaks nobody", "diffing/compare/call_changes.py", 'situation = "required" if new.required else "optional"', 'situation = "optional"', CHANGES),
    Planted("changes: a media type may vanish", "diffing/verdict_table.py", '"media-type-removed", "call", "breaking", "breaking"', '"media-type-removed", "call", "info", "info"', CHANGES),
    Planted("changes: callers by name read as consumers", "diffing/decide/document_pair.py", 'reading: Reading = "producer" if key[1] == "code" else "consumer"', 'reading: Reading = "consumer"', CHANGES),
    Planted("changes: webhooks are calls like others", "diffing/compare/webhook_changes.py", "CallComparer(call_context, self._schemas)", "CallComparer(result_context, self._schemas)", CHANGES),
    Planted("changes: an undecided verdict passes", "diffing/compare/schema_changes.py", "return find_undecided_row().wire", 'return "info"', CHANGES),
    Planted("changes: each operation tells its own", "diffing/compare/schema_changes.py", 'key: Hashable = ("schema", *edit.key)', 'key: Hashable = ("schema", part.operation_key, *edit.key)', CHANGES),
    Planted("changes: a server that is gone is not told", "diffing/compare/server_changes.py", 'situation = "default" if key == old_default else "other"', "continue", CHANGES),
    Planted("changes: a tag that is gone breaks nobody", "diffing/verdict_table.py", '"tag-removed", "namespace", "none", "breaking"', '"tag-removed", "namespace", "none", "info"', CHANGES),
    Planted("changes: a text that looks alike is not compared", "diffing/detect/unchanged.py", "return all(map(self._is_same_target, _collect_references(old_parts)))", "return True", CHANGES),
]  # fmt: skip


#: A failing example need not be shrunk to tell that there is one; what ends by itself ends in this time.
QUICK = """
from hypothesis import Phase, settings
settings.register_profile("quick", settings.default, phases=[Phase.explicit, Phase.generate])
settings.load_profile("quick")
"""
TIMEOUT_S = 300


def copy_tree(target: Path) -> None:
    """Copy what the tests need."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    with (target / "tests" / "conftest.py").open("a") as conftest:
        conftest.write(QUICK)


def find_mistake(fault: Planted) -> str:
    """Return why a row does not fit the source as it is now; "" where it does."""
    file = ROOT / "dynclient" / fault.file
    if not file.is_file():
        return "there is no such file"
    missing = [test for test in fault.tests if test.endswith(".py") and not (ROOT / test).is_file()]
    if missing:
        return f"there is no {missing[0]}"
    healthy = file.read_text(encoding="utf-8")
    count = healthy.count(fault.old)
    if count != 1:
        return f"the text must stand there once, and stands there {count} times: {fault.old!r}"
    try:
        ast.parse(healthy.replace(fault.old, fault.new))
    except SyntaxError as error:
        return f"with the fault it is no Python, at line {error.lineno}: {error.msg}"
    return ""


def find_failure(copy: Path, fault: Planted) -> str:
    """Plant a fault, run its tests, take it out again, and return which test failed and why; "" where none did."""
    file = copy / "dynclient" / fault.file
    healthy = file.read_text(encoding="utf-8")
    file.write_text(healthy.replace(fault.old, fault.new), encoding="utf-8")
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
        file.write_text(healthy, encoding="utf-8")
    failed = re.search(
        r"^(?:FAILED|ERROR) \S+?\.py(?:::(.+?))?(?: - .*)?$", done.stdout, re.MULTILINE
    )
    if failed is None or done.returncode not in (1, 2):
        return ""
    why = re.search(r"^E {3}(?!  )\s*(\S.*)$", done.stdout, re.MULTILINE)
    return f"{failed[1] or 'at import'}: {why[1][:100] if why else ''}"


def select_faults(words: list[str]) -> list[Planted]:
    """Return the faults whose description or file holds one of some words; all where there are none."""
    if not words:
        return FAULTS
    return [f for f in FAULTS if any(word in f.what or word in f.file for word in words)]


def check(faults: list[Planted]) -> int:
    """Print the rows that do not fit the source, and return how many."""
    mistakes = 0
    for fault in faults:
        mistake = find_mistake(fault)
        if mistake:
            mistakes += 1
            print(f"{fault.file}  {fault.what}: {mistake}")
    print(f"{len(faults) - mistakes} of {len(faults)} rows fit the source")
    return mistakes


def plant(faults: list[Planted]) -> int:
    """Plant the faults, print a line for each, and return how many no test finds."""
    missed = 0
    with tempfile.TemporaryDirectory() as directory:
        copy_tree(Path(directory))
        for fault in faults:
            failure = find_failure(Path(directory), fault)
            missed += not failure
            print(f"{fault.file:<44}{fault.what:<60}{failure or 'NOT FOUND'}", flush=True)
    print(f"{len(faults) - missed} of {len(faults)} faults were found")
    return missed


def main() -> int:
    """Check the rows, then plant the faults unless only a check is asked for; return the exit code."""
    words = sys.argv[1:]
    faults = select_faults([word for word in words if word != "--check"])
    if check(faults):
        return 1
    return 1 if "--check" not in words and plant(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
