"""`find` and `show`: operations by words, with the reason; parts of a document by name."""

from __future__ import annotations

import pytest
from support.consoles import open_names

from dynclient.errors import OperationNotFound


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("place order", "create_order  Place an order\n              by summary 'place', name createOrder"),
        ("group key", "get_customer_group\n                    by name getCustomerGroup, path /groups/{groupKey}"),
        ("skus", "by property sku"),
        ("an order", "by name createOrder\n"),
        ("plce", "nothing found for 'plce'; did you mean place?"),
        ("zzzz", "nothing found for 'zzzz'"),
    ],
)  # fmt: skip
def test_operations_are_found_by_words_and_it_is_said_why(names, text, shown):
    assert shown in repr(names["find"](text))


def test_a_word_without_meaning_counts_where_it_stands_alone(names):
    assert [each.id for each in names["find"]("an")] == ["createOrder", "getOrder", "updateOrder"]


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("Order.lines.skuu", "'Order.lines.skuu': there is no 'skuu'\n  hint: did you mean sku?"),
        ("order.lines", "'order.lines': there is no 'order'\n  hint: did you mean Order or "),
        ("createOrdr", "has no operation 'createOrdr' among its 6; nothing was sent\n  hint: did you mean createOrder"),
    ],
)  # fmt: skip
def test_a_wrong_topic_is_answered_with_the_right_one(names, topic, message):
    with pytest.raises(OperationNotFound) as caught:
        names["show"](topic)
    assert message in str(caught.value)


def test_an_operation_id_with_a_slash_is_answered_in_its_spelling():
    operation = {"operationId": "issues/create", "responses": {"204": {"description": "x"}}}
    names = open_names(
        {
            "openapi": "3.1.0",
            "info": {"title": "Issues", "version": "1"},
            "servers": [{"url": "https://x.example"}],
            "paths": {"/repos/{owner}/issues": {"post": operation}},
        }
    )
    with pytest.raises(OperationNotFound) as caught:
        names["client"]["issues/crate"]
    assert caught.value.suggestions == ("issues/create",)
