"""References between files: where they are followed, what each of them costs, and whom a broken one concerns."""

from __future__ import annotations

import pytest
from support.documents import Server, content, document, operation, parameter, single

import dynclient
from dynclient import errors
from dynclient.document.files import file_loader

#: A document of many small files, with a `$ref` in place of nearly every object.
SPLIT = {
    "api.yaml": """
openapi: 3.0.3
info: {$ref: parts/info.yml}
servers: [{$ref: 'parts/servers.yml#/main'}]
tags: [{$ref: 'parts/tags.yml#/pets'}]
paths:
  /pets:
    get: {$ref: ./resources/pets_list.yml}
    post: {$ref: ./resources/pets_create.yml}
  /pets/{id}:
    $ref: resources/pet.yml
    delete: {operationId: removePet, responses: {204: {description: gone}}}
  /again:
    get:
      operationId: listAgain
      parameters: [{$ref: '#/paths/~1pets/get/parameters/0'}]
      responses: {200: {$ref: '#/components/responses/Done'}}
components: {$ref: parts/components.yml}
""",
    "parts/info.yml": "title: Pets\nversion: '1'\ndescription: {$ref: 'texts.yml#/intro'}\n",
    "parts/texts.yml": "intro: All about pets.\n",
    "parts/servers.yml": "main: {url: 'https://{host}.example', variables: {$ref: '#/variables'}}\nvariables: {host: {$ref: '#/host'}}\nhost: {default: api}\n",
    "parts/tags.yml": "pets: {name: pets, description: Furry}\n",
    "parts/components.yml": "schemas: {Pet: {$ref: '../schemas/pet.yml'}}\nresponses: {Done: {description: done}}\nsecuritySchemes: {$ref: security.yml}\n",
    "parts/security.yml": "key: {$ref: '#/real'}\nreal: {type: apiKey, in: header, name: X-Key}\n",
    "resources/pets_list.yml": "operationId: listPets\ntags: [pets]\nsecurity: [{key: []}]\nparameters: [{name: limit, in: query, schema: {type: integer}}]\nresponses: {$ref: '../parts/responses.yml#/list'}\n",
    "parts/responses.yml": "list: {'200': {$ref: '#/pets'}, default: {$ref: 'error.json'}}\npets: {description: pets, headers: {$ref: '#/headers'}, content: {$ref: '#/content'}}\nheaders: {X-Total: {$ref: '#/total'}}\ntotal: {schema: {type: integer}}\ncontent: {application/json: {schema: {type: array, items: {$ref: '../schemas/pet.yml'}}, examples: {$ref: 'examples.yml'}}}\n",
    "parts/examples.yml": "one: {$ref: '../schemas/example.yml'}\n",
    "schemas/example.yml": "{value: [{name: Rex}]}\n",
    "parts/error.json": '{"description": "failed"}',
    "resources/pets_create.yml": "operationId: createPet\nrequestBody: {content: {application/json: {schema: {$ref: '../api.yaml#/components/schemas/Pet'}}}}\nresponses: {201: {description: created}}\n",
    "resources/pet.yml": "parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\nget: {operationId: getPet, responses: {200: {description: a pet}}}\n",
    "schemas/pet.yml": "type: object\nrequired: [name]\nproperties: {$ref: properties.yml}\n",
    "schemas/properties.yml": "name: {type: string}\ndefault: {$ref: '{kind}.yml'}\nparent: {$ref: pet.yml}\n",
    "schemas/{kind}.yml": "enum: [cat, dog]\n",
}


def write_files(folder, files):
    """Write files below a folder; return the path of the first one."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / next(iter(files))


@pytest.fixture
def split(tmp_path):
    return dynclient.load(write_files(tmp_path, SPLIT))


def reasons(found):
    return [each.message for each in found.problems if each.code == "unresolvable-reference"]


def test_every_operation_of_a_document_of_many_files_can_be_called(split):
    assert list(split.operations) == ["listPets", "createPet", "getPet", "removePet", "listAgain"]
    client = dynclient.Client(split, server="https://a.test", credentials={"key": "k"})
    for key in client.operations:
        call = client[key].example()
        assert client[key].validate(call) == []
        assert client[key].request(call).url.startswith("https://a.test/")
    assert split.problems == ()


def test_a_reference_is_followed_in_place_of_any_object(split):
    assert split.info["title"] == "Pets"
    assert split.info["description"] == "All about pets."
    assert split.servers[0].variables == {"host": ("api", ())}
    assert dict(split.tags) == {"pets": "Furry"}
    assert split.security_schemes["key"].name == "X-Key"
    listing = split.operations["listPets"]
    assert listing.security[0][0].scheme.name == "X-Key"
    assert list(listing.responses) == ["200", "default"]
    assert list(listing.responses["200"].headers) == ["X-Total"]
    assert listing.responses["200"].content["application/json"].examples == [[{"name": "Rex"}]]


def test_a_property_called_like_a_keyword_is_loaded_from_its_file(split):
    client = dynclient.Client(split, server="https://a.test")
    [violation] = client.createPet.validate(body={"name": "Rex", "default": "fish"})
    assert violation.path == ("body", "default")
    assert client.createPet.validate(body={"name": "a", "parent": {"name": "b"}}) == []
    assert client.createPet.validate(body={"name": "a", "parent": {"nam": "b"}})


def test_a_pointer_leads_through_the_references_on_its_way(split):
    client = dynclient.Client(split, server="https://a.test")
    assert client.listAgain.request(limit=3).url == "https://a.test/again?limit=3"
    assert client.listAgain.validate(limit="x")


def test_the_place_of_a_violation_is_in_the_file_that_says_so(split):
    client = dynclient.Client(split, server="https://a.test")
    with pytest.raises(errors.InvalidCall, match=r"\(properties\.yml:1\)"):
        client.createPet.request(body={"name": 5})


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_fields_beside_the_reference_of_a_path_item_are_merged(tmp_path, version):
    item = {
        "$ref": "item.json",
        "parameters": [parameter("q")],
        "get": operation(operationId="own"),
        "post": operation(operationId="own_post"),
    }
    write_files(
        tmp_path,
        {"item.json": '{"post": {"operationId": "other"}, "put": {"responses": {}}}'},
    )
    found = dynclient.load(document({"/x": item}, version=version), base=tmp_path)
    assert sorted(found.operations) == ["PUT /x", "own", "own_post"]
    assert [each.name for each in found.operations["PUT /x"].parameters] == ["q"]
    [problem] = [each for each in found.problems if each.code == "duplicate-field"]
    assert str(problem) == (
        "mapping#/paths/~1x/post: error: `post` stands here and in what the $ref names; "
        "the one here is used [duplicate-field]"
    )


def test_fields_beside_the_reference_of_an_operation_or_map_are_merged(tmp_path):
    write_files(
        tmp_path,
        {"parts.yml": "op: {parameters: [{name: q, in: query, schema: {}}], responses: {200: {description: x}}}\npaths: {/b: {get: {operationId: b, responses: {200: {description: x}}}}}\n"},
    )  # fmt: skip
    paths = {
        "$ref": "parts.yml#/paths",
        "/a": {"get": {"$ref": "parts.yml#/op", "operationId": "a", "tags": ["t"]}},
    }
    found = dynclient.load(document(paths), base=tmp_path)
    assert sorted(found.operations) == ["a", "b"]
    assert found.operations["a"].parameters[0].name == "q"
    assert found.problems == ()


def test_a_broken_reference_concerns_only_the_operations_that_need_it(tmp_path):
    made = document(
        {
            "/a": {"get": {"$ref": "missing.yml"}},
            "/b": {"$ref": "broken.yml"},
            "/c": {"get": operation({"$ref": "missing.yml#/q"}, operationId="c")},
            "/d": {"get": operation(operationId="d", parameters={"$ref": "missing.yml#/all"})},
            "/e": {"post": operation(operationId="e", body=content({"$ref": "missing.yml#/s"}))},
            "/f": {"get": operation(operationId="f")},
        }
    )
    write_files(tmp_path, {"broken.yml": "a: [\n"})
    found = dynclient.load(made, base=tmp_path)
    client = dynclient.Client(found, transport=Server())
    assert list(client.operations) == ["GET /a", "c", "d", "e", "f"]
    assert client.f() is None
    for key in ("GET /a", "c", "d"):
        with pytest.raises(errors.UnresolvableReference, match=r"missing\.yml"):
            client[key].request()
    assert len(reasons(found)) == 5
    assert {each.code for each in found.problems} == {"unresolvable-reference"}


def test_a_file_is_read_once_and_only_when_it_is_needed(tmp_path, monkeypatch):
    path = write_files(
        tmp_path,
        {
            "api.yaml": "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a: {get: {operationId: a, requestBody: {$ref: body.yml}, responses: {200: {$ref: response.yml}}}}\n  /b: {get: {operationId: b, responses: {200: {$ref: response.yml}}}}\n",
            "body.yml": "content: {application/json: {schema: {$ref: '%7Bid%7D.yml'}}}\n",
            "{id}.yml": "properties: {self: {$ref: '{id}.yml#'}, other: {$ref: './x/../{id}.yml'}}\n",
            "response.yml": "description: fine\n",
        },
    )
    read, opened = file_loader.read_file, []
    monkeypatch.setattr(
        "dynclient.transport.document_fetcher.read_file",
        lambda uri, **_: (opened.append(uri.rpartition("/")[2]), read(uri))[1],
    )
    found = dynclient.load(path)
    assert list(found.operations) == ["a", "b"]
    assert opened == ["api.yaml"]
    client = dynclient.Client(found, server="https://a.test")
    assert client.b.request().url == "https://a.test/b"
    assert client.a.validate(body={"self": {"other": {}}}) == []
    assert sorted(opened) == ["%7Bid%7D.yml", "api.yaml", "body.yml", "response.yml"]
    assert found.problems == ()


def test_references_in_data_are_data(tmp_path):
    data = {"$ref": "missing.yml"}
    schema = {"type": "object", "default": data, "enum": [data, {}], "example": data}
    made = single(body=content(schema, examples={"a": {"value": data}}))
    found = dynclient.load(made, base=tmp_path)
    assert reasons(found) == []
    assert dynclient.Client(found).run.validate(body=data) == []


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"$ref": "#/components/schemas/A"}},
        {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
        {"A": {"$ref": "#/components/schemas/A/properties/x"}},
        {"A": {"$ref": "#/components/schemas/B/x"}, "B": {"$ref": "#/components/schemas/A/y"}},
    ],
)
def test_references_that_lead_in_a_circle_are_a_problem(schemas):
    found = dynclient.load(
        single(body=content({"$ref": "#/components/schemas/A"}), components={"schemas": schemas})
    )
    assert reasons(found)
    assert dynclient.Client(found).operations["run"].example() is not None


@pytest.mark.parametrize(
    "made",
    [
        document({"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}),
        document({"/a": {"get": {"$ref": "#/paths/~1a/get", "operationId": "x"}}}),
        document({"$ref": "#/paths"}),
        document(components={"$ref": "#/components"}),
        {**document(), "info": {"$ref": "#/info"}, "tags": {"$ref": "#/tags"}},
        document({"/a": {"get": operation({"$ref": "#/paths/~1a/get/parameters/0"})}}),
        document({"/a": {"get": operation(callbacks={"c": {"$ref": "#/paths/~1a/get/callbacks/c"}})}}),
    ],
)  # fmt: skip
def test_a_circle_of_other_objects_is_a_problem_too(made):
    found = dynclient.load(made)
    assert list(found.operations) is not None
    assert found.servers
    assert found.title
    assert reasons(found)


def test_callbacks_and_path_items_may_lead_back_to_themselves(tmp_path):
    path = write_files(
        tmp_path,
        {
            "api.yaml": "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {$ref: item.yml}}\n",
            "item.yml": "get: {operationId: a, callbacks: {again: {'{$url}': {$ref: item.yml}}}, responses: {200: {description: x}}}\n",
        },
    )
    found = dynclient.load(path)
    assert list(found.operations) == ["a"]
    assert found.problems == ()


def test_a_long_chain_of_references_is_a_problem():
    count = 2_000
    schemas = {f"S{i}": {"$ref": f"#/components/schemas/S{i + 1}"} for i in range(count)}
    schemas[f"S{count}"] = {"type": "integer"}
    made = single(
        body=content({"$ref": "#/components/schemas/S0"}), components={"schemas": schemas}
    )
    found = dynclient.load(made)
    assert dynclient.Client(found).run.validate(body=1) == []
    assert "2,000 references follow one another, more than 100" in reasons(found)[0]
    assert dynclient.Client(found).run.validate(body="x") == []


@pytest.mark.parametrize("reference", ["http://[::1", "//[x", "a:b:c", "%", "#%", "#/%zz", "x" * 9_999, "#/" + "9" * 9_999, "file://[", "file:x.yml"])  # fmt: skip
def test_hostile_references_are_problems(tmp_path, reference):
    made = single(body=content({"$ref": reference}))
    for found in (dynclient.load(made), dynclient.load(made, base=tmp_path)):
        assert len(reasons(found)) == 1


@pytest.mark.parametrize("target", ["Dog.v1", "dog.yml", "./dog.yml"])
def test_a_mapping_names_a_schema_with_a_dot_or_a_file_that_stands_only_there(tmp_path, target):
    write_files(
        tmp_path,
        {
            "dog.yml": "type: object\nrequired: [kind, bark]\nproperties: {kind: {}, bark: {type: integer}}\n"
        },
    )
    cat = {"type": "object", "required": ["kind", "meow"], "properties": {"kind": {}, "meow": {}}}
    schema = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog.v1"}],
        "discriminator": {"propertyName": "kind", "mapping": {"woof": target}},
    }
    schemas = {"Cat": cat, "Dog.v1": {"$ref": "dog.yml"}}
    found = dynclient.load(
        single(body=content(schema), components={"schemas": schemas}), base=tmp_path
    )
    assert reasons(found) == []
    run = dynclient.Client(found).run
    assert run.validate(body={"kind": "woof", "bark": 1}) == []
    assert [v.path for v in run.validate(body={"kind": "woof", "bark": "x"})] == [("body", "bark")]
