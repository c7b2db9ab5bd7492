"""Parameters that share a query: an exploded object takes its members, and leaves the others theirs."""

import dynclient


def test_a_free_object_leaves_the_pairs_of_other_parameters_alone():
    free = {
        "name": "free",
        "in": "query",
        "schema": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
    plain = {"name": "n", "in": "query", "schema": {"type": "string"}}
    get = {
        "operationId": "run",
        "parameters": [free, plain],
        "responses": {"200": {"description": "-"}},
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"get": get}},
    }
    client = dynclient.Client(document, transport=dynclient.Sandbox(document))

    assert client.run.send(free={"a": 1}, n="x").status == 200
