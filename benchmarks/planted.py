"""Whether the tests find a fault: `python benchmarks/planted.py [--check] [WORD …]`.

Each fault of the table is planted in a copy of the repository, one after the other, and the tests of its row are run
on it: one of them must fail. Without the fault they must pass, which is tried once for each set of tests. With words,
only faults whose description or file holds one of them are planted. With `--check` nothing is planted and no test runs:
it only checks that each row fits the source as it is now. A fault that no test finds, also one with which the tests
come to no end or cannot be collected, and a row that does not fit end in exit code 1.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("docs", "dynclient", "spec", "tests", "README.md", "pyproject.toml")

WAY = ("tests/strategies/test_whole_way.py",)
DOCUMENTS = ("tests/strategies/test_documents.py", "-k", "call_of_any_document")
CLOSED_PARTS = ("tests/schema/test_closed_parts.py",)
LIMITS = ("tests/document/test_loading_limits.py",)
CHAINS = ("tests/client/test_long_chains.py",)
PLACES = ("tests/strategies/test_places.py",)
ONE_WAY = ("tests/schema/test_one_way_properties.py",)
CONJUNCTS = ("tests/schema/test_conjuncts.py",)
MODEL = ("tests/model/test_document.py",)
VERBOSE_SECRETS = ("tests/cli/test_verbose_secrets.py",)
DIALECTS = ("tests/strategies/test_dialects.py",)
MACHINE = ("tests/sandbox/test_state_machine.py",)
CONTAINMENT = ("tests/containment/test_containment_checker.py", "tests/containment/test_unions.py")
UNIONS = (
    "tests/containment/test_known_members.py",
    "tests/containment/test_unions.py",
    "tests/diffing/test_bounded_effort.py",
)
WITNESSES = ("tests/containment/test_witnesses.py", "tests/containment/test_containment_checker.py")
SWAGGER = ("tests/client/test_swagger.py", "-k", "read_back")
SWAGGER_DIALECT = ("tests/schema/test_swagger_dialect.py",)
SWAGGER_DIFF = ("tests/diffing/test_swagger_diff.py",)
STREAMS = ("tests/streams/test_streams.py",)
RESULT_LINKS = ("tests/client/test_result_links.py",)
CONDITIONS = ("tests/client/test_conditional_requests.py",)
POLLING = ("tests/client/test_polling.py",)
SAVED_FILES = ("tests/streams/test_downloads.py",)
TRANSFERS = ("tests/client/test_transfer_progress.py",)
SPLITTERS = ("tests/wire/test_item_splitters.py",)
SHAPES = ("tests/pages/test_shapes.py",)
PAGES = ("tests/pages/test_pages.py",)
FILLED_ARGUMENTS = ("tests/description/test_filled_arguments.py",)
PAGED_LISTS = ("tests/sandbox/test_paged_lists.py",)
CHANGES = (
    "tests/diffing/test_diff.py",
    "tests/diffing/test_mutations.py",
    "tests/diffing/test_evolution.py",
    "tests/diffing/test_invariance.py",
)
VERDICTS = ("tests/diffing/test_verdicts.py", "-k", "part_of_a_result or parts_of_a_webhook")
ATTRIBUTION = ("tests/diffing/test_attribution.py",)
EFFORT = ("tests/diffing/test_bounded_effort.py", "-k", "no_value or alternatives")
DIFF_OVERLAYS = ("tests/cli/test_diff.py", "-k", "overlay")
SWAGGER_CLIENT = ("tests/client/test_swagger.py",)
QUERYSTRING = ("tests/plan/test_querystring.py",)
ITEMS = ("tests/plan/test_item_sequences.py",)
OPENAPI_3_2 = ("tests/client/test_openapi_3_2.py",)
DEFAULT_MAPPING = ("tests/schema/test_default_mapping.py",)
SCOPES = ("tests/schema/test_dynamic_references.py",)
RESOURCES = ("tests/document/test_schema_resources.py",)
BOUNDARIES = ("tests/transport/test_reference_boundaries.py",)
OVERLAYS = ("tests/document/test_overlay.py",)
FETCHER = (
    "tests/transport/test_document_fetcher.py",
    "tests/transport/test_reference_boundaries.py",
)
NAMES = ("tests/test_names.py", "tests/model/test_operation_names.py")
OPERATION_NAMES = ("tests/model/test_operation_names.py",)
CHECK = ("tests/cli/test_check.py",)
CHECK_USED = ("tests/cli/test_uses.py", "tests/cli/test_exit_codes.py")
RULES = ("tests/plan/test_document_check.py", "tests/plan/test_schema_rules.py")
OVERLAPS = ("tests/plan/test_overlap_rules.py",)
CACHE = ("tests/document/test_document_cache.py",)
INDEXED = ("tests/document/test_indexed_tree.py", "tests/document/test_document_cache.py")
FETCHER = ("tests/transport/test_document_fetcher.py",)
DOWNLOADS = ("tests/transport/test_downloaded_files.py",)
DOWNLOADS_TLS = ("tests/transport/test_downloaded_files.py", "tests/transport/test_tls.py")
SHARED_ROOTS = ("tests/schema/test_fast_roots.py", "tests/schema/test_engine.py")
ENGINES = (
    "tests/schema/test_fast_roots.py",
    "tests/schema/test_engine.py",
    "tests/schema/test_bounds.py",
)
STEPS = (
    "tests/schema/test_bounds.py",
    "tests/generate/test_value_choices.py",
    "tests/generate/test_example_generator.py",
)
DRAWS = ("tests/strategies/test_from_schema.py", "tests/strategies/test_engines.py")
DIFF_LIMITS = ("tests/diffing/test_bounded_effort.py",)
NOTEBOOK = ("tests/client/test_notebook.py",)
RECORDED_STREAMS = ("tests/repl/test_recorded_streams.py",)
REPL_COMPLETION = ("tests/repl/test_completion.py",)
REPL_RECORDING = ("tests/repl/test_recording.py",)
REPL_SCRIPTS = ("tests/repl/test_session_script.py",)
PROFILES = ("tests/cli/test_profiles.py",)
SHELL_WORDS = ("tests/cli/test_call_words.py",)
SHELL_COMPLETION = ("tests/cli/test_shell_completion.py",)
STUBS_CHECK = ("tests/cli/test_stubs.py",)
STUBS = ("tests/stubs/test_stub_text.py",)
RECORDINGS = ("tests/recording/test_record_and_replay.py",)
DRIFTS = ("tests/cli/test_check_recordings.py",)
MAPS = ("tests/bulk/test_call_map.py",)
MISSING = ("tests/cli/test_bulk.py", "-k", "missing_credential")
EXECUTORS = ("tests/bulk/test_executors.py",)
WORKERS = ("tests/bulk/test_workers.py", "-k", "processes")
BULK = ("tests/cli/test_bulk.py", "-k", "killed")
RUN_FILES = ("tests/bulk/test_run_files.py",)
CONNECTIONS = ("tests/transport/test_connection_settings.py",)
REQUESTS = ("tests/plan/test_requests.py",)
OPTION_HEADERS = ("tests/client/test_options.py", "tests/client/test_sending.py")
PROVIDERS = ("tests/transport/test_credential_providers.py", "tests/transport/test_signing.py")
TOKENS = ("tests/oauth",)
LOGINS = ("tests/oauth/test_flows.py", "-k", "no_login or no_refresh")
OPEN_BODIES = ("tests/transport/test_open_bodies.py",)
WRITTEN_REQUESTS = ("tests/transport/test_written_requests.py",)
FORMATS = ("tests/schema/test_formats.py", "-k", "fast_engine")
MEDIA = ("tests/wire/test_media.py",)


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
    Planted("a closed part of a whole stays closed", "schema/translation/closed_parts.py", "if schema.get(keyword) is False:", "if False:", CLOSED_PARTS),
    Planted("a whole whose parts are opened stays open", "schema/translation/closed_parts.py", 'schema["unevaluatedProperties"] = False', "pass", CLOSED_PARTS),
    Planted("nullable is lost", "schema/translation/nullable_schemas.py", "return allow_null(schema)", "return schema", DIALECTS),
    Planted("errors of the transport show a declared secret of a path", "transport/exchange.py", "    url = request.secret_names.mask_url(request.url)\n", "    url = request.url\n", VERBOSE_SECRETS),
    Planted("an operation of a document can be assigned to", "model/frozen_object.py", 'raise FrozenInstanceError(f"cannot assign to {name!r}")', "vars(self)[name] = value", MODEL),
    Planted("readOnly and writeOnly are exchanged", "schema/dialect.py", '"request": "readOnly",\n    "response": "writeOnly",', '"request": "writeOnly",\n    "response": "readOnly",', DIALECTS),
    Planted("writeOnly of the text is not looked for", "document/files/document_files.py", "if is_read_only else features.may_have_write_only", "if is_read_only else features.may_have_read_only", ONE_WAY),
    Planted("what is required alone is not translated", "schema/translation/translator.py", '        "discriminator",\n        "required",\n    )\n)', '        "discriminator",\n    )\n)', CONJUNCTS),
    Planted("a pattern is lost", "schema/translation/assertion_translator.py", 'schema["pattern"] = pattern', "pass", DIALECTS),
    Planted("the upper bound of an integer format is lost", "schema/translation/assertion_translator.py", 'schema["maximum"] = min(schema.get("maximum", high), high)', "pass", DIALECTS),
    Planted("allOf is no longer read", "schema/dialect.py", 'SCHEMA_LIST_KEYWORDS = ("allOf", ', "SCHEMA_LIST_KEYWORDS = (", DOCUMENTS),
    # readings
    Planted("a producer's objects stay open", "schema/readings.py", "if isinstance(closed, Schema) and is_closable(schema, self.defs):", "if False:", WAY),
    Planted("a consumer's objects are closed", "plan/schemas.py", '        if reading == "producer":\n            closer = self._closers[direction]', "        if True:\n            closer = self._closers[direction]", WAY),
    Planted("a long chain counts as one schema", "plan/document_check/check_context.py", "self._composed_size_left -= size", "self._composed_size_left -= 1", CHAINS),
    Planted("what no engine can check is said to be wrong", "schema/engines/engine.py", "if self._fast_validator is None:", "if False:", CHAINS),
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
    Planted("containment: a member that is known to fit does not count", "containment/witnesses/known_members.py", "                fitting.append(member)\n", "                pass\n", UNIONS),
    Planted("containment: of several members the fitting one is known", "containment/witnesses/known_members.py", "return candidates if len(candidates) == 1 else ()", "return candidates", UNIONS),
    Planted("containment: what only a reading refuses is refused as it is written", "containment/witnesses/known_members.py", "return signed.is_positive or signed.is_open", "return True", UNIONS),
    Planted("containment: a witness is not confirmed", "containment/witness_finder.py", "return value if do_engines_agree(receiver, value, is_valid=False) else NO_WITNESS", "return value", CONTAINMENT),
    Planted("containment: an assumption outlives its pair", "containment/worklist.py", "if self._suspected[key] and not was_refuted:", "if False:", CONTAINMENT),
    Planted("containment: the causes of a pair are not passed on", "containment/worklist.py", "return (build_link(key),) if self._suspected[key] else ()", "return ()", CONTAINMENT),
    Planted("containment: readOnly properties can be sent", "containment/schema_view.py", "return any(part.get(annotation) is True", "return any(False and part.get(annotation) is True", CONTAINMENT),
    Planted("containment: producers send undeclared properties", "containment/schema_view.py", "if not has_properties or not is_closable(", "if True or not is_closable(", CONTAINMENT),
    Planted("containment: schemas are equal whatever the values of their keywords are", "containment/schema_equality.py", "        return _build_keyword_value_key(keyword, first) == _build_keyword_value_key(keyword, second)", "        return True", CONTAINMENT),
    Planted("containment: the two places are exchanged", "containment/containment_checker.py", "suspected.locate(subschema_place, superschema_place, condition)", "suspected.locate(superschema_place, subschema_place, condition)", CONTAINMENT),
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
    Planted("witnesses: an unexpanded conjunct holds", "containment/witnesses/witness_generator.py", "        if chosen is not None:\n", "        if False:\n", WITNESSES),
    Planted("witnesses: only the first disjunct is tried", "containment/witnesses/witness_generator.py", "for disjunct in cases:", "for disjunct in cases[:1]:", WITNESSES),
    Planted("witnesses: a schema never contradicts itself", "containment/witnesses/witness_generator.py", "if constraints.is_trivially_empty or self._has_contradiction(known, added):", "if constraints.is_trivially_empty:", WITNESSES),
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
    Planted("witnesses: two members of oneOf may fit", "containment/witnesses/negated_expansion.py", "for pair in combinations(conditions, 2):", "for pair in ():", WITNESSES),
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
    Planted("changes: the parts of a result may be encoded in any way", "diffing/compare/encoding_changes.py", "    if not names or _is_unchanged(context, old, new):", '    if not names or context.exposure.direction == "response":', VERDICTS),
    Planted("changes: a webhook's parts are read as those of a call", "diffing/compare/encoding_changes.py", "_choose_situation(name, *bodies, old_sends=context.old_sends)", "_choose_situation(name, *bodies, old_sends=True)", VERDICTS),
    Planted("changes: a property of one document explains nothing", "diffing/decide/attribution.py", "if edit.property_name and _is_shown_at(edit, places)]", "if False]", ATTRIBUTION),
    Planted("changes: a schema without values proves that nothing breaks", "diffing/decide/compatibility.py", "            self._check_without_values(verdicts, pair)\n", "            pass\n", EFFORT),
    Planted("changes: an overlay leaves git revisions as they are", "diffing/sources/document_sources.py", "        return open_at_revision(*revision, overlays)\n", "        return open_at_revision(*revision)\n", DIFF_OVERLAYS),
    Planted("changes: a text that looks alike is not compared", "diffing/detect/unchanged.py", "return all(map(self._is_same_target, _collect_references(old_parts)))", "return True", CHANGES),
    # Swagger 2.0
    Planted("a form with a file is urlencoded", "document/swagger/swagger_bodies.py", "    if any(is_file(parameter) for parameter in parameters):\n", "    if False:\n", SWAGGER_CLIENT),
    Planted("basePath is lost", "document/swagger/swagger_servers.py", 'return f"/{path}" if path else ""', 'return ""', SWAGGER_CLIENT),
    Planted("tsv is written with a space", "document/swagger/swagger_parameters.py", '"tsv": "\\t"', '"tsv": " "', SWAGGER_CLIENT),
    Planted("multi counts in every location", "document/swagger/swagger_parameters.py", 'is_misplaced = name == "multi" and (bool(formats) or location != "query")', "is_misplaced = False", SWAGGER_CLIENT),
    Planted("the form of a path is lost beside that of an operation", "document/swagger/swagger_shape.py", "[*{**inherited.form, **own.form}.values()]", "[*own.form.values()]", SWAGGER_CLIENT),
    Planted("the produces of the document do not count", "document/swagger/swagger_shape.py", "return read_media_type_names(self._root, key) if names is None else names", "return names", SWAGGER_CLIENT),
    Planted("a form may not be left out", "document/swagger/swagger_bodies.py", '    if required:\n        members["required"] = build_value(source, True)\n', '    members["required"] = build_value(source, True)\n', SWAGGER_CLIENT),
    # OpenAPI 3.2
    Planted("a query that is no form is not escaped", "wire/querystring.py", "return text if _is_form(content) else percent_encode(text)", "return text", QUERYSTRING),
    Planted("a querystring is read as form always", "wire/querystring.py", "    if _is_form(content):\n        return media.read(content.name, text.encode()", "    if True:\n        return media.read(content.name, text.encode()", QUERYSTRING),
    Planted("a cookie of the style cookie is escaped", "wire/parameters/parameter_writer.py", "return write_pair(name, check_cookie_value(to_text(value)))", "return write_pair(name, percent_encode(to_text(value)))", QUERYSTRING),
    Planted("a cookie may hold a semicolon where nothing is validated", "wire/parameters/text_encoding.py", "    if not re.fullmatch(_COOKIE_VALUE, text):\n", "    if False:\n", QUERYSTRING),
    Planted("a wrong item that is read has always the index 0", "wire/sequences.py", 'raise ValueError(f"item {len(items)}: {reason}")', 'raise ValueError(f"item 0: {reason}")', ITEMS),
    Planted("a wrong item that is written has always the index 0", "wire/sequences.py", 'raise ValueError(f"item {index}: {error}")', 'raise ValueError(f"item 0: {error}")', ITEMS),
    Planted("an event of several lines is one line", "wire/sequences.py", 'texts = text.split("\\n") if name == "data" else [text]', "texts = [text]", ITEMS),
    Planted("an additional method is sent in upper case", "model/openapi_operation.py", "            yield method, node\n", "            yield method.upper(), node\n", OPENAPI_3_2),
    Planted("with a default mapping the tag stays optional everywhere", "schema/translation/discriminators.py", "                if default is not None:\n                    self._require_tag", "                if False:\n                    self._require_tag", DEFAULT_MAPPING),
    Planted("the default mapping takes no other tag", "schema/translation/discriminators.py", "open_index = fallback if default is None else default", "open_index = fallback", DEFAULT_MAPPING),
    # identifiers and dynamic scopes
    Planted("the innermost dynamic anchor counts", "schema/translation/dynamic_scopes.py", "bound.setdefault(name, (node.uri, pointer))", "bound[name] = (node.uri, pointer)", SCOPES),
    Planted("a dynamic reference to a plain anchor is dynamic", "schema/translation/dynamic_scopes.py", "bound = scope.bindings.get(name) if is_dynamic else None", "bound = scope.bindings.get(name)", SCOPES),
    Planted("what a target needs of a scope is forgotten", "schema/translation/dynamic_scopes.py", "        self._add_needs_of_targets(needs, sources)\n        if", "        if", SCOPES),
    Planted("an id is relative to its file alone", "document/schema_resources.py", "join_uri(resource.uri, own_id)", "join_uri(self._uri, own_id)", RESOURCES),
    Planted("an id in data identifies a schema", "document/schema_resources.py", "        elif key not in _DATA_FIELDS:\n", "        else:\n", RESOURCES),
    # the boundary of references
    Planted("a link leads out of the folder", "document/files/reference_boundary.py", "path = _resolve_links(to_path(uri))", "path = to_path(uri)", BOUNDARIES),
    Planted("a reference reads the folder of git", "document/files/reference_boundary.py", "if _GIT_FOLDER in path.relative_to(self.folder).parts:", "if False:", BOUNDARIES),
    Planted("a reference names a file of another machine", "document/files/uris.py", 'if get_scheme(uri) != "file" or is_on_other_machine(uri):', 'if get_scheme(uri) != "file":', BOUNDARIES),
    Planted("an allowed URL vouches for what is above it", "document/files/reference_boundary.py", '    if ".." in map(unquote, segments):\n', "    if False:\n", BOUNDARIES),
    Planted("an allowed URL vouches for each that begins so", "document/files/reference_boundary.py", "return segments[: len(allowed_segments)] == allowed_segments", "return path.startswith(allowed_path)", BOUNDARIES),
    Planted("a document from the net reads a private host", "transport/document_download.py", "if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):", "if not addresses:", FETCHER),
    Planted("a second look-up decides which host is read", "transport/document_download.py", "    if address is None:\n        return url, {}", "    if True:\n        return url, {}", FETCHER),
    # overlays
    Planted("what is outside is removed first", "document/overlay.py", "key=lambda entry: -len(entry[0])", "key=lambda entry: len(entry[0])", OVERLAYS),
    Planted("items of an overlay stand in the document", "document/overlay.py", "self.origins.replace((*location, str(len(node))), origin)", "pass", OVERLAYS),
    Planted("a value takes the place of a list", "document/overlay.py", "if key in node and isinstance(node[key], list) and not isinstance(value, list):", "if False:", OVERLAYS),
    # names of operations
    Planted("a name that two operations lost is no problem", "model/operation_names.py", "if len(rivals) > 1:", "if len(rivals) > 2:", OPERATION_NAMES),
    Planted("a Python name wins over an id", "model/operation_names.py", "            if name in self.exact:\n", "            if False:\n", OPERATION_NAMES),
    Planted("a name is not normalized before its words are found", "names.py", 'name = _NOT_WORD.sub("_", unicodedata.normalize("NFKC", name))', 'name = _NOT_WORD.sub("_", name)', NAMES),
    Planted("a name is not normalized once it is in small letters", "names.py", 'characters = unicodedata.normalize("NFKC", _NOT_WORD.sub("_", name))', 'characters = _NOT_WORD.sub("_", name)', NAMES),
    Planted("a name may begin with what Python allows further on", "names.py", "    if not name.isidentifier():\n", "    if False:\n", NAMES),
    # the check
    Planted("--fail-on does not count", "cli/check.py", "counts[severity] for severity in _FAILING[fail_on]", 'counts[severity] for severity in _FAILING["error"]', CHECK),
    Planted("a line that does not fit ends in exit code 0", "cli/check.py", "ctx.exit(0 if is_conforming else USAGE_MISMATCH)", "ctx.exit(0)", CHECK_USED),
    Planted("a more concrete path is ambiguous", "plan/document_check/path_rules.py", "return has_text_in_one and has_text_in_other", "return has_text_in_one or has_text_in_other", RULES),
    Planted("the values of a variable never tell paths apart", "plan/document_check/path_rules.py", "return any(checker.accepts(value) for value in _list_readings(text))", "return True", RULES),
    Planted("paths on other servers clash", "plan/document_check/path_rules.py", 'TEMPLATE_VARIABLE.sub("{}", path.target), servers', 'TEMPLATE_VARIABLE.sub("{}", path.target), ()', RULES),
    Planted("a security scheme that is required is unused", "plan/document_check/unused_rules.py", "is_used = name in walk.required_schemes", "is_used = False", RULES),
    Planted("a schema that a mapping names is unused", "plan/document_check/unused_rules.py", "                    self._use_mapped(uri, target)\n", "                    pass\n", RULES),
    Planted("alternatives overlap though a discriminator is there", "plan/document_check/overlap_rules.py", 'if not isinstance(value.get("oneOf"), list) or "discriminator" in value:', 'if not isinstance(value.get("oneOf"), list):', OVERLAPS),
    # the cache
    Planted("a damaged entry is used", "document/cache/document_cache.py", "if not data.startswith(checksum):", "if False:", CACHE),
    Planted("everybody can read an entry", "document/cache/private_files.py", "            temporary_path.replace(path)\n", "            temporary_path.chmod(0o644)\n            temporary_path.replace(path)\n", CACHE),
    Planted("an entry that was used is removed first", "document/cache/document_cache.py", "        os.utime(path)  # It was used: others are removed before it.\n", "        pass\n", CACHE),
    Planted("an entry of another version is used", "document/cache/document_cache.py", 'hashlib.sha256(f"dynclient {__version__}\\n".encode())', "hashlib.sha256()", CACHE),
    Planted("a part of an index may lie behind the text", "document/cache/indexed_tree.py", "if not 0 <= first < first + second <= size_bytes:", "if not 0 <= first < first + second:", INDEXED),
    Planted("a part is parsed each time", "document/cache/indexed_tree.py", "            self[key] = value\n            return value", "            return value", INDEXED),
    # downloads
    Planted("a validator is sent to another URL", "transport/downloaded_file.py", "if digest_url(url) != self.final_url:", "if False:", DOWNLOADS),
    Planted("what must not be stored is kept", "transport/downloaded_file.py", 'may_be_kept = "no-store" not in headers.get("cache-control", "").lower()', "may_be_kept = True", DOWNLOADS),
    Planted("what is gone is kept", "transport/document_download.py", "        cache.remove_download(uri)  # It is gone, or may no longer be read.\n", "", DOWNLOADS),
    Planted("an overlay changes what it shares", "document/overlay.py", "node[key] = _copy_container(node[key])", "pass", OVERLAYS),
    Planted("the items behind a removed one count as copied", "document/overlay.py", "self._find_copied_keys(parent).clear()", "pass", OVERLAYS),
    Planted("where a redirect led is no base", "document/files/document_files.py", "retrieval_uri = self.retrieval_uri or self.uri", "retrieval_uri = self.uri", FETCHER),
    Planted("a redirect vouches for every origin", "document/files/reference_boundary.py", "return retrieved is not None and _get_origin(url) == _get_origin(retrieved)", "return True", FETCHER),
    Planted("an answer to no question means unchanged", "transport/document_download.py", "asked = known if conditions else None", "asked = known", DOWNLOADS),
    Planted("a cached text keeps to no limits", "document/files/file_loader.py", "if not self._limits.are_of_text:", "if False:", LIMITS),
    Planted("the values of JSON are not counted", "document/tree_limits.py", "if node_count > limits.nodes:", "if False:", LIMITS),
    Planted("a file is read whole before it is measured", "document/files/file_loader.py", "file.read(limits.file_bytes + 1)", "file.read()", LIMITS),
    Planted("a document of git has the usual limits", "client/source_loader.py", "        return _load_within(boundary, fetch, overlays, limits)\n    except", "        return _load_within(boundary, fetch, overlays, DEFAULT_LIMITS)\n    except", LIMITS),
    Planted("a false certificate means that the server is away", "transport/document_download.py", "if isinstance(error, httpx.TransportError) and not is_refused:", "if isinstance(error, httpx.TransportError):", DOWNLOADS_TLS),
    # definitions that roots share
    Planted("what stands beside a reference is passed over", "schema/engines/separate_members.py", '    if keywords == {"$ref"}:\n', '    if "$ref" in keywords:\n', SHARED_ROOTS),
    Planted("a member that is checked apart lies in the root", "schema/engines/separate_members.py", "SeparateMember((*path, name), definition)", "SeparateMember((name,), definition)", SHARED_ROOTS),
    Planted("only the root alone is checked", "schema/engines/jsonschema_rs_engine.py", "if wrapped is not None and not compiled.is_valid(wrapped):", "if False:", SHARED_ROOTS),
    Planted("the names of a root belong to all", "schema/engines/fast_roots.py", "return self._own if name.startswith(_ROOT_PREFIX) else self._definitions", "return self._definitions", SHARED_ROOTS),
    Planted("what is compiled is never released", "schema/engines/jsonschema_rs_engine.py", "                if total <= MAX_COMPILED_SIZE:\n", "                if True:\n", ENGINES),
    # limits of steps
    Planted("a limit inside a limit costs nothing", "schema/engines/step_limit.py", "            outer.remaining -= limit.given - limit.remaining\n", "", STEPS),
    Planted("a draw takes no steps of the limit", "generate/value_choices.py", "        charge_steps(steps * GENERATION_STEP)\n", "", STEPS),
    Planted("compiling takes no steps of the limit", "schema/engines/fast_roots.py", "charge_steps(self._sizes.size * (STEPS_PER_SCHEMA + STEPS_PER_ROUND * rounds))", "pass", STEPS),
    Planted("the attempts at a drawn value have no limit", "strategies/schema_strategies.py", "        with limit_steps(MAX_DRAW_STEPS):\n", "        if True:\n", DRAWS),
    Planted("the comparison of a document has no limit", "diffing/compare/document_changes.py", "        with limit_steps(MAX_DOCUMENT_STEPS):\n", "        if True:\n", DIFF_LIMITS),
    Planted("a part takes the steps of its operation", "diffing/compare/schema_changes.py", "with limit_steps(MAX_PART_STEPS):", "with limit_steps():", DIFF_LIMITS),
    Planted("what was not compared is proved", "diffing/compare/limited_comparison.py", '        limit=MAX_OPERATION_STEPS,\n        total=MAX_DOCUMENT_STEPS,\n    )\n    return replace(finding, proof="unknown")', "        limit=MAX_OPERATION_STEPS,\n        total=MAX_DOCUMENT_STEPS,\n    )\n    return finding", DIFF_LIMITS),
    # panels of notebooks
    Planted("a link of a description leads somewhere", "commonmark_html.py", """    return f'<span title="{""", """    return f'<span href="{""", NOTEBOOK),
    Planted("HTML in a description is HTML", "commonmark_html.py", '"html": False', '"html": True', NOTEBOOK),
    Planted("what is not asked for is built", "notebook_view.py", " - set(exclude or ())", "", NOTEBOOK),
    Planted("the text of a panel has no bound", "notebook_view.py", "[*lines[:MAX_TEXT_LINES],", "[*lines,", NOTEBOOK),
    # the REPL
    Planted("a misspelt server variable counts as none", "wire/servers.py", "    if variables:\n        _check", "    if False:\n        _check", ("tests/wire/test_servers.py",)),
    Planted("a wrong method is answered with nothing", "client/operation_lookup.py", "if operation.path == path][:MAX_LISTED]", "if False]", ("tests/client/test_finding.py",)),
    Planted("an overlay of the command line does not count", "cli/shell_completion/index_builder.py", "(*choice.overlays, *overlays)", "choice.overlays", ("tests/cli/test_shell_completion.py", "-k", "overlays")),
    Planted("what one alternative requires is required", "wire/schema_types.py", '{"anyOf": others}', "_build_any_of(others)", ("tests/wire/test_member_types.py",)),
    Planted("an interrupted coroutine stays in the loop", "repl/cancellable_run.py", "        task.cancel()\n        return loop.run_until_complete(task)", "        raise", ("tests/repl/test_interruption.py", "-k", "await")),
    Planted("a body is read before it is sent", "repl/request_call.py", "if not isinstance(request.body, bytes | None):", "if False:", REPL_RECORDING),
    Planted("calls of other documents are in the script", "repl/session_steps.py", " and is_of_session:", ":", REPL_RECORDING),
    Planted("a sign that a call is under way stays", "repl/progress_sign.py", "                self._status.stop()", "                pass", ("tests/repl/test_progress_sign.py",)),
    Planted("secrets of results are offered", "repl/seen_values.py", "if not secrets.has_property(name):", "if True:", REPL_COMPLETION),
    Planted("a completion waits for the garbage collector", "repl/collection_pauses.py", "    gc.freeze()\n", "", ("tests/repl/test_standard_console.py", "-k", "collector")),
    Planted("a list of names binds each operation", "repl/completion.py", "yield from _name_operations(owner.document.operations.values())", "yield from _name_operations(op.operation for op in owner.operations.values())", REPL_COMPLETION),
    Planted("the condition of wait_until is an argument", "repl/expression_resolver.py", '"wait_until": 1', '"wait_until": 0', REPL_COMPLETION),
    Planted("a script reads a stream to its end", "repl/session_script.py", "return items if read.is_whole else", "return items if True else", RECORDED_STREAMS),
    Planted("a stream that is only built is an exchange", "repl/recorded_stream.py", "        exchange.read_items = self._read\n", "        exchange.read_items = self._read\n        with record(exchange):\n            pass\n", RECORDED_STREAMS),
    Planted("the first value that was seen is offered first", "repl/seen_values.py", "            self._sources.pop(key, None)\n", "", REPL_COMPLETION),
    Planted("a default is what is equal to it", "repl/value_candidates.py", "is_default = value == default and type(value) is type(default)", "is_default = value == default", REPL_COMPLETION),
    Planted("a secret header stands in a script", "repl/session_script.py", "    if is_secret_header_name(name):\n", "    if False:\n", REPL_SCRIPTS),
    Planted("a secret of a URL stands in a script", "repl/session_script.py", "has_secret = mask_url(url) != url", "has_secret = False", REPL_SCRIPTS),
    Planted("a test asserts the value of a secret", "repl/session_script.py", "if secrets.has_property(name):", "if False:", REPL_SCRIPTS),
    Planted("what the user typed first becomes a variable", "repl/session_steps.py", "        if key in self._given:\n            return None\n", "", REPL_SCRIPTS),
    Planted("what comes from a deeper place is taken", "repl/session_steps.py", "return min(sources, key", "return max(sources, key", REPL_SCRIPTS),
    Planted("what is forgotten still counts", "repl/history.py", "self._size_bytes -= self._exchanges.popleft().size_bytes", "self._exchanges.popleft()", REPL_SCRIPTS),
    # the shell
    Planted("a project names any variable", "cli/profiles.py", "    if _PROJECT_VARIABLE.fullmatch(name):\n", "    if _ANY_VARIABLE.fullmatch(name):\n", PROFILES),
    Planted("a project runs a command", "cli/profiles.py", '    if not is_own:\n        raise UsageError(\n            f"{at} must be the name of a variable: a project', '    if False:\n        raise UsageError(\n            f"{at} must be the name of a variable: a project', PROFILES),
    Planted("a config that others can write is read", "cli/profiles.py", "    if not is_private:\n", "    if False:\n", PROFILES),
    Planted("a project mixes into a profile of the user", "cli/profiles.py", "return _parse_profile(name, own[name], config_file", "return _parse_profile(name, {**(project.profiles.get(name, {}) if project else {}), **own[name]}, config_file", PROFILES),
    Planted("a value that ends like a file is the document", "cli/command_words.py", 'is_other = "=" in word or word.startswith("@")', 'is_other = word.startswith("@")', SHELL_WORDS),
    Planted("the shortest known name leads into a value", "cli/nested_names.py", "for position in range(len(name) - 1, 0, -1):", "for position in range(1, len(name)):", SHELL_WORDS),
    Planted("an index that others can write is used", "cli/shell_completion/index_files.py", 'lines = file.read().split("\\n") if is_own else []', 'lines = file.read().split("\\n")', SHELL_COMPLETION),
    Planted("everybody can read an index", "cli/shell_completion/index_files.py", "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600", "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644", SHELL_COMPLETION),
    Planted("an index of another document is used", "cli/shell_completion/index_files.py", "or lines[0] != _write_head(kind, key) or", "or", SHELL_COMPLETION),
    # stubs
    Planted("stubs --check looks only whether the files are there", "cli/stubs.py", "if _read_file(path) != text.encode()]", "if _read_file(path) is None]", STUBS_CHECK),
    Planted("types have what travels the other way", "stubs/type_reader.py", 'part.get("not") == {} or part.get(self._excluded) is True', 'part.get("not") == {}', STUBS),
    Planted("every member is optional in types", "stubs/type_reader.py", "ModelField(name, expression, name in required, text)", "ModelField(name, expression, False, text)", STUBS),
    Planted("a keyword of pages hides an argument", "pagination/paging_keywords.py", "for name in PAGING_KEYWORDS if name not in own_names", "for name in PAGING_KEYWORDS", STUBS),
    Planted("an item of pages has the type of the list", "stubs/listed_items.py", "items = [each.item for each in arrays", "items = [each for each in arrays", STUBS),
    Planted("two objects at one path share a type", "stubs/type_reader.py", "        while key in self.models:\n", "        while False:\n", STUBS),
    Planted("a stream that does not fit says that its body was printed", "cli/main.py", "    if hint.startswith(_UNREAD_BODY):\n", "    if False:\n", ("tests/cli/test_stream.py",)),
    # recordings
    Planted("a secret of a body is recorded", "recording/secret_replacement.py", "            if replaced == data:\n", "            if True:\n", RECORDINGS),
    Planted("a secret of a path is recorded", "masking.py", "        if self.segments:\n", "        if False:\n", RECORDINGS),
    Planted("a password of a response is recorded", "plan/secret_names.py", "        properties |= _find_body_passwords(response.content)\n", "", RECORDINGS),
    Planted("a password of a header of a response is recorded", "plan/secret_names.py", "        headers |= {header.name.lower() for header in secret_headers}\n", "", RECORDINGS),
    Planted("a redirect to another operation shows its secrets", "recording/recorder.py", "            operation = call.operation\n", "            pass\n", RECORDINGS),
    Planted("a link holds a secret of another operation", "plan/exchange_secrets.py", "SecretNames() if operation is None else", "SecretNames() if True else", RECORDINGS),
    Planted("a whole body that is a secret is recorded", "recording/secret_replacement.py", "is_secret = names.are_members_secret if is_object else names.is_body_secret", "is_secret = False", ("tests/cli/test_verbose_secrets.py",)),
    Planted("a recorded body that is a secret finds no answer", "recording/replayer.py", 'replacer.replace_in_document(call.call["body"])', 'replacer.replace_in_data(call.call["body"])', RECORDINGS),
    Planted("a body that is a secret stands in a script", "repl/session_steps.py", "if value is not None and is_secret_value(location, name, secrets):", "if name and value is not None and is_secret_value(location, name, secrets):", REPL_SCRIPTS),
    Planted("a slash at the end of a link shows the secret before it", "masking.py", 'if url.endswith("/"):', "if False:", ("tests/plan/test_secret_names.py",)),
    Planted("a secret of a path stands in a curl command", "wire/curl_command.py", "self._get_variable(name, text) if name and text else text", "text", ("tests/cli/test_verbose_secrets.py",)),
    Planted("the URL decides which answer is given", "recording/recorded_calls.py", "        if operation is None:\n            return self.read(entry.request)", "        if True:\n            return self.read(entry.request)", RECORDINGS),
    Planted("an answer is given twice", "recording/replayer.py", "                    self._used.add(number)\n", "", RECORDINGS),
    Planted("a replay asks for credentials", "recording/replayer.py", "    needs_no_credentials = True\n", "", RECORDINGS),
    Planted("known drift that is mended passes", "cli/check_recordings.py", "return not new and not mended", "return not new", DRIFTS),
    Planted("a written baseline takes new drift", "cli/check_recordings.py", "sorted(drifting) if known is None else [line for line in known if line in drifting]", "sorted(drifting)", DRIFTS),
    # many calls
    Planted("a map ends when nothing is under way", "bulk/call_map.py", "                if is_exhausted:\n                    return\n                continue\n            mapped, future", "                return\n            mapped, future", MAPS),
    Planted("calls that wait for an earlier one have no bound", "bulk/call_queue.py", "return is_free and self.under_way + len(self._waiting) < self._limit", "return is_free", MAPS),
    Planted("a recipe holds secrets", "client/client_recipe.py", "        if not callable(credential):\n", "        if False:\n", MAPS),
    Planted("a call of a lost process is sent again", "bulk/remote_map.py", "        if can_send_twice(self._operation, call):\n            try:", "        if True:\n            try:", WORKERS),
    Planted("a line that was begun is sent again", "bulk/bulk_run.py", "if line.number in files.begun and not can_send_twice(operation, call):", "if False:", BULK),
    Planted("each run of a line has another key", "bulk/bulk_run.py", 'f"{files.run_id} {line.number}"', '""', BULK),
    Planted("a part of a line stays in the output", "bulk/run_files.py", "            os.ftruncate(self._descriptor, end)\n", "            pass\n", RUN_FILES),
    Planted("a missing credential is the answer of each line", "bulk/bulk_run.py", "return isinstance(outcome, UsageError) and not is_of_call", "return False", MISSING),
    Planted("a line that was not sent counts as begun", "bulk/bulk_run.py", "            files.note_unsent(call.number)\n", "", MISSING),
    Planted("a lost scheduler ends the whole map", "bulk/remote_map.py", "BrokenExecutor | CancelledError", "BrokenExecutor", EXECUTORS),
    Planted("each try of a call has another key", "bulk/remote_map.py", "        call = add_idempotency_key(self._operation, call)\n", "", EXECUTORS),
    Planted("any number of calls is under way", "bulk/call_queue.py", "is_free = self.under_way < self.concurrency", "is_free = True", MAPS),
    Planted("a map that is left goes on in a pool of the user", "bulk/call_map.py", "        for future in under_way:\n            future.cancel()\n", "        pass\n", MAPS),
    Planted("a call is noted after it is sent", "bulk/call_map.py", "                note_begin(mapped.call)\n                future = submit(mapped.call)\n", "                future = submit(mapped.call)\n                note_begin(mapped.call)\n", MAPS),
    Planted("an interrupted run goes on", "bulk/bulk_run.py", "        if should_stop():\n            return\n", "", ("tests/cli/test_bulk.py", "-k", "ctrl_c")),
    Planted("everybody can read the answers of a run", "bulk/run_files.py", "os.O_APPEND, 0o600", "os.O_APPEND, 0o644", RUN_FILES),
    Planted("a line is written in part", "bulk/run_files.py", "            while written < len(data):\n", "            while False:\n", RUN_FILES),
    # the HTTP library, URLs and headers
    Planted("the environment wins over the program", "transport/connection_settings.py", 'name = given if given is not None else os.environ.get(HTTP_VARIABLE) or "httpx"', 'name = os.environ.get(HTTP_VARIABLE) or given or "httpx"', CONNECTIONS),
    Planted("http2 is given together with a transport", "transport/connection_settings.py", "    if transport is not None and given:\n", "    if False:\n", CONNECTIONS),
    Planted("a client with HTTP/2 has several pools", "transport/connection_settings.py", 'is_httpx_pool = self.library == "httpx" and not self.http2', 'is_httpx_pool = self.library == "httpx"', CONNECTIONS),
    Planted("HTTP/1 and HTTP/2 share a TLS context", "transport/http_adapter.py", "library.__name__, read_certificate_paths(), http2=self.settings.http2\n", "library.__name__, read_certificate_paths(), http2=False\n", CONNECTIONS),
    Planted("a dot segment is written where nothing is validated", "plan/request_writer.py", "if _DOT_SEGMENT.search(path):", "if False:", REQUESTS),
    Planted("a header of a call stands beside the common one", "plan/request_writer.py", "if field[0].lower() not in own_names] + own", "] + own", REQUESTS),
    Planted("a header that frames the message is sent", "plan/request_writer.py", "if is_framing_header(name):", "if False:", REQUESTS),
    Planted("headers of the options are those of the first call", "client/operation.py", "if last is None or last[0] is not headers:", "if last is None:", OPTION_HEADERS),
    Planted("the Host is that of the first call", "transport/http_adapter.py", "self._build_headers(fields, host)", 'self._build_headers(fields, b"")', WRITTEN_REQUESTS),
    Planted("requests share their headers", "transport/http_adapter.py", 'request.headers["Content-Length"] = str', 'options["headers"]["Content-Length"] = str', WRITTEN_REQUESTS),
    Planted("an empty POST has no length", "transport/http_adapter.py", "if content or outgoing.method.upper() in _METHODS_WITH_BODY:", "if content:", WRITTEN_REQUESTS),
    Planted("hooks find no content of a request", "transport/http_adapter.py", "_set_content(request, content)", "_set_content(request, b'')", WRITTEN_REQUESTS),
    Planted("a NaN in a tuple is sent as null", "schema/translation/keyword_values.py", "isinstance(item, dict | list | tuple)", "isinstance(item, dict | list)", MEDIA),
    Planted("30 February exists for the fast engine", "schema/engines/fast_schema.py", "(0[13-9]|1[0-2])-(29|30)", "(0[1-9]|1[0-2])-(29|30)", FORMATS),
    Planted("the fast engine knows no 29 February", "schema/engines/fast_schema.py", '{"anyOf": [{"pattern": _USUAL_VALUES[format_name]}, exact]}', '{"pattern": _USUAL_VALUES[format_name]}', FORMATS),
    # streams
    Planted("a line end of CR and LF ends two lines", "wire/item_splitters.py", 'data = data.removeprefix(b"\\n")', "pass", SPLITTERS),
    Planted("a record of a JSON sequence is read twice", "wire/item_splitters.py", 'elif b"\\n" in content:', "elif content:", SPLITTERS),
    Planted("the delimiter of parts is not found across two pieces", "wire/part_splitter.py", "self._searched = end if end >= 0 else max(0, len(buffer) - len(self._delimiter) + 1)", "self._searched = len(buffer)", SPLITTERS),
    Planted("an item has no limit", "wire/item_splitters.py", "if self._limit is not None and self.size_bytes > self._limit:", "if False:", SPLITTERS),
    Planted("an item of a stream is not checked", "streams/checked_items.py", "violations = checker.check(value, path)", "violations = []", STREAMS),
    Planted("a stream that is left keeps its connection", "transport/open_bodies.py", "        finally:\n            self._release_connection()\n\n    def __del__(self) -> None:\n        self.close()", "        finally:\n            pass\n\n    def __del__(self) -> None:\n        self.close()", STREAMS),
    Planted("a broken event stream begins anew", "streams/reconnection.py", "if not last_event_id:", "if last_event_id:", STREAMS),
    Planted("a body that breaks keeps its connection", "transport/open_bodies.py", "        except BaseException as error:\n            self.close()\n", "        except BaseException as error:\n", OPEN_BODIES),
    Planted("a body that nobody holds keeps its connection", "transport/open_bodies.py", "    release()\n    task = loop", "    task = loop", OPEN_BODIES),
    Planted("a whole value of a stream has no limit", "streams/checked_items.py", "            check_value_count(body, self._content_type, limit)\n", "            pass\n", STREAMS),
    Planted("a server delays a stream for ever", "streams/reconnection.py", "min(first_s * float(2 ** min(attempt - 1, 10)), MAX_DELAY_S)", "first_s * float(2 ** min(attempt - 1, 10))", STREAMS),
    # tokens and signatures
    Planted("a refused credential is renewed without end", "transport/exchange.py", "self.provided is None or self.provided.is_renewal or not", "self.provided is None or not", PROVIDERS),
    Planted("a renewed credential that is the same is sent again", "transport/exchange.py", "if provided.is_same_as_refused:", "if False:", PROVIDERS),
    Planted("a redirect to another origin is signed", "transport/exchange.py", "if self.sign is None or self.outgoing.is_cross_origin:", "if self.sign is None:", PROVIDERS),
    Planted("each task requests a token of its own", "oauth/single_flight.py", "if flight is not None and not flight.is_lost:", "if False and flight is not None:", TOKENS),
    Planted("a login serves whoever waits for other scopes", "oauth/token_provider.py", "if outcome is not None and wanted.has_scopes_of(ticket.flight):", "if outcome is not None:", TOKENS),
    Planted("a deadline of one call ends those who wait for its token", "oauth/token_provider.py", "outcome = None if is_deadline else error", "outcome = error", TOKENS),
    Planted("a document from elsewhere names where secrets go", "oauth/authorization_server.py", "if demand.vouches_for_urls or get_origin(url) in demand.trusted_origins:", "if True:", TOKENS),
    Planted("an answer of another authorization server is taken", "oauth/login_grants.py", 'if is_issuer_known and answer.get("iss") != server.issuer:', "if False:", TOKENS),
    Planted("an answer of a login with another state is taken", "oauth/loopback_server.py", "or not is_expected or", "or", TOKENS),
    Planted("a token of another client's secret is taken from its file", "oauth/token_cache.py", "if not hmac.compare_digest(bound.encode(), self._sign(text).encode()):", "if False:", TOKENS),
    Planted("a token that others can read is taken", "oauth/token_cache.py", " or _is_readable_by_others(path)", "", ("tests/oauth/test_token_cache.py",)),
    Planted("a part of an answer of a login is taken", "oauth/loopback_server.py", " or len(self.path) > _MAX_TARGET_CHARS", "", ("tests/oauth/test_loopback_server.py",)),
    Planted("all logins have one PKCE secret", "oauth/login_grants.py", "secrets.token_urlsafe(64)", '"v" * 64', LOGINS),
    Planted("a refresh token goes to a server that the program does not name", "oauth/authorization_server.py", '        named.pop("refresh_url", None)  # it', "        pass  # it", LOGINS),
    Planted("a call waits for a task of its own thread", "oauth/single_flight.py", "if can_wait_here or not flight.is_of_this_thread:", "if True:", ("tests/oauth/test_single_flight.py", "-k", "blocks")),
    # pages
    Planted("pages: an offset does not count its own page", "pages/next_page.py", "(pagination.first if offset is None else offset) + item_count", "(pagination.first if offset is None else offset) + 1", SHAPES),
    Planted("pages: a number 0 is a cursor", "pages/next_page.py", 'return style == "cursor" and type(value) is int and value == 0', "return False", ("tests/pages/test_pages.py",)),
    Planted("pages: a page that says that there are more ends the list", "pages/next_page.py", "has_more is False:", "has_more is not None:", SHAPES),
    Planted("pages: a page may repeat", "pages/page_walk.py", "if items and self._digest_page(items, result) in self._digests:", "if False:", PAGES),
    Planted("pages: a cursor need not move", "pages/page_walk.py", "is_repeated = position in self._digests", "is_repeated = False", PAGES),
    Planted("pages: a link to another origin is followed", "pages/followed_link.py", "if get_origin(url) == get_origin(request.url):", "if True:", PAGES),
    Planted("pages: an empty page that promises more ends the list", "pages/page_walk.py", "return pointer is not None and find_value(page.data, pointer) is True", "return False", PAGES),
    Planted("pages: a repeated link shows its secrets", "pages/page_walk.py", "return secrets.find_link_names(self.request.url, link).mask_url(link)", "return link", PAGES),
    Planted("pages: every digest is kept", "pages/page_walk.py", "if len(self._digests) > MAX_DIGESTS:", "if False:", PAGES),
    Planted("pages: a limit asks for one page too many", "pages/page_walk.py", "self._item_count >= max_items", "self._item_count > max_items", PAGES),
    Planted("pages: empty pages between others add up", "pages/page_walk.py", "0 if page.items else self._empty_pages + 1", "self._empty_pages + (not page.items)", PAGES),
    Planted("pages: a link carries a user", "pages/followed_link.py", ' or "@" in urlsplit(url).netloc', "", PAGES),
    Planted("pages: a cursor of the sandbox skips an item", "sandbox/state/paged_list.py", "            return _read_last_digits(value)", "            return _read_last_digits(value) + 1", PAGED_LISTS),
    # links, ETags, waiting
    Planted("a link goes on where a value is missing", "plan/runtime_expressions.py", "raise MissingExpressionValue(shorten(expression[0])) from None", "return None", RESULT_LINKS),
    Planted("a 304 to another request gives the known data", "client/conditional_requests.py", "is_same = isinstance(known, Result) and known.request.url == request.url", "is_same = isinstance(known, Result)", CONDITIONS),
    Planted("waiting cuts what the server asks for", "client/polling.py", "if remaining_s <= 0 or asked_s > remaining_s or", "if remaining_s <= 0 or", POLLING),
    Planted("two states of a file are joined", "streams/byte_ranges.py", 'if tag.startswith(\'"\'):', "if tag:", SAVED_FILES),
    Planted("a download is in its place before it is complete", "streams/download.py", "if size_bytes is not None and came < size_bytes:", "if False:", SAVED_FILES),
    Planted("an upload is told before it is sent", "wire/observed_body.py", "observer.observe(sent_bytes, total_bytes)", "observer.observe(len(chunk), total_bytes)", TRANSFERS),
    # calls in production
    Planted("a Retry-After is undercut", "transport/retry_policy.py", "return retry_after_s if retry_after_s <= self.max_wait_s else None", "return retry_after_s / 2", ("tests/transport/test_retries.py", "tests/client/test_transport.py")),
    Planted("a Retry-After is cut to the longest wait", "transport/retry_policy.py", "return retry_after_s if retry_after_s <= self.max_wait_s else None", "return min(retry_after_s, self.max_wait_s)", ("tests/client/test_transport.py", "-k", "retry_after")),
    Planted("a date of Retry-After is measured by our clock alone", "transport/server_limits.py", "min(now_s, date_s)", "now_s", ("tests/transport/test_retries.py",)),
    Planted("a budget for retries is never spent", "transport/retry_budget.py", "            if cost > self._tokens:\n                return False\n", "", ("tests/transport/test_retry_policy.py",)),
    Planted("a POST without a key is repeated", "transport/exchange.py", "return has_key or self.policy.is_repeatable or outgoing.method in IDEMPOTENT_METHODS", "return True", ("tests/transport/test_retries.py",)),
    Planted("a pause that comes during a wait is not kept", "transport/exchange_steps.py", "        if wait_s <= 0:\n            return\n        yield Wait(wait_s)\n", "        if wait_s > 0:\n            yield Wait(wait_s)\n        return\n", ("tests/transport/test_rate_limits.py",)),
    Planted("a pause does not move the turns that were given before it", "transport/rate_limit.py", "self._paused_s += end - start", "self._paused_s += 0.0", ("tests/transport/test_rate_limits.py",)),
    Planted("an idempotency key of the caller is doubled", "plan/idempotency_keys.py", "if self._write_key is None or self._name in request.headers:", "if self._write_key is None:", ("tests/client/test_idempotency_keys.py",)),
    Planted("a ready call holds an idempotency key", "description/operation_text.py", "shown = plan.remove_filled(call)", "shown = call", FILLED_ARGUMENTS),
    Planted("a stream that was not read is told to be on standard output", "cli/main.py", "    if hint.startswith(_UNREAD_BODY):\n", "    if False:\n", ("tests/cli/test_stream.py",)),
    Planted("the command of an example holds an idempotency key", "cli/body_examples.py", "    call = plan.remove_filled(call)\n", "", FILLED_ARGUMENTS),
    Planted("a required key that the client fills in is shown as required", "description/operation_signature.py", "return places - plan.filled_places", "return places", FILLED_ARGUMENTS),
    Planted("a pagination of no operation waits for the first page", "client/client.py", "            _check_pagination(compiled.document, checked_options)\n", "", (*PAGES, "-k", "of_no_operation")),
    Planted("a pagination of a view names no operation", "client/client.py", "            _check_pagination(self.document, options)\n", "", (*PAGES, "-k", "of_no_operation")),
    Planted("a hook sees the secrets of a response", "plan/exchange_secrets.py", "shown = MASK", "shown = value", ("tests/transport/test_observers.py",)),
]  # fmt: skip


#: A failing example need not be shrunk to tell that there is one; what ends by itself ends in this time.
QUICK = """
from hypothesis import Phase, settings
settings.register_profile("quick", settings.default, phases=[Phase.explicit, Phase.generate])
settings.load_profile("quick")
"""
TIMEOUT_S = 300

#: How a run of tests ends. Only a test that failed has found something: who waits for ever for a run of the gate, or
#: sees nothing collected, does not know what is wrong.
PASSED = "PASSED"
FAILED = "FAILED"
TIMED_OUT = "TIMED OUT"
NOT_RUN = "NOT RUN"


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


class Outcome(NamedTuple):
    """How a run of tests ended: its verdict, and the test that failed first, with its reason."""

    verdict: str
    failure: str = ""


def run_tests(copy: Path, tests: Sequence[str]) -> Outcome:
    """Run tests in a copy of the repository, up to the first that fails."""
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--tb=short"]
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "pytest", *tests, *options],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with the processes that the tests started
        process.communicate()
        return Outcome(TIMED_OUT)
    return read_outcome(process.returncode, output)


def read_outcome(exit_code: int, output: str) -> Outcome:
    """Return how a run of pytest ended, by its exit code and what it printed."""
    if exit_code == 0:
        return Outcome(PASSED)
    failed = re.search(r"^FAILED \S+?\.py::(.+?)(?: - .*)?$", output, re.MULTILINE)
    error = re.search(r"^ERROR \S+?\.py::(.+?)(?: - .*)?$", output, re.MULTILINE)
    test = failed or error
    if exit_code != 1 or test is None:
        return Outcome(NOT_RUN, output.strip().rpartition("\n")[2])
    why = re.search(r"^E {3}(?!  )\s*(\S.*)$", output, re.MULTILINE)
    return Outcome(FAILED, f"{test[1]}: {why[1][:100] if why else ''}")


def try_fault(copy: Path, fault: Planted) -> Outcome:
    """Plant a fault, run its tests, and take it out again."""
    file = copy / "dynclient" / fault.file
    healthy = file.read_text(encoding="utf-8")
    file.write_text(healthy.replace(fault.old, fault.new), encoding="utf-8")
    try:
        return run_tests(copy, fault.tests)
    finally:
        file.write_text(healthy, encoding="utf-8")


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
    healthy: dict[tuple[str, ...], Outcome] = {}
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        copy_tree(copy)
        for fault in faults:
            if fault.tests not in healthy:
                healthy[fault.tests] = run_tests(copy, fault.tests)
            is_sound = healthy[fault.tests].verdict == PASSED
            outcome = try_fault(copy, fault) if is_sound else healthy[fault.tests]
            is_found = is_sound and outcome.verdict == FAILED
            missed += not is_found
            verdict = "" if is_found else describe_miss(outcome, is_sound=is_sound)
            print(f"{fault.file:<44}{fault.what:<60}{verdict}{outcome.failure}", flush=True)
    print(f"{len(faults) - missed} of {len(faults)} faults were found")
    return missed


def describe_miss(outcome: Outcome, *, is_sound: bool) -> str:
    """Return why a fault does not count as found, in capitals."""
    if not is_sound:
        return f"WITHOUT THE FAULT TOO: {outcome.verdict}  "
    return f"{'NOT FOUND' if outcome.verdict == PASSED else outcome.verdict}  "


def main() -> int:
    """Check the rows, then plant the faults unless only a check is asked for; return the exit code."""
    words = sys.argv[1:]
    faults = select_faults([word for word in words if word != "--check"])
    if check(faults):
        return 1
    return 1 if "--check" not in words and plant(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
