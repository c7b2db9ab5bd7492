"""Client and sandbox in any order of calls, against a dict."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from support.effort import share
from support.sandboxes import unexplained
from support.shops import shop

import dynclient
from dynclient import Client, Sandbox
from dynclient.errors import BrokenResponse, Conflict, InvalidResponse, NotFound

SHOP = dynclient.load(
    shop(**{"x-sandbox": {"conventions": [{"query": {"dry": True}, "store": False}]}})
)
NAMES = st.text("abc", min_size=1, max_size=4)
STRANGERS = st.integers(10**6, 10**6 + 3)


class Shop(RuleBasedStateMachine):
    """Pets, numbered by the server, and codes, named by the client."""

    strict = False
    pets = Bundle("pets")
    gone = Bundle("gone")

    def __init__(self):
        super().__init__()
        self.sandbox = Sandbox(SHOP, strict=self.strict, second_opinion=True)
        self.client = Client(SHOP, transport=self.sandbox)
        self.model = {}
        self.codes = {}

    def is_refused(self, call, *args, error=NotFound, **kwargs):
        try:
            call(*args, **kwargs)
        except error:
            return True
        return False

    @rule(target=pets, name=NAMES, tag=st.none() | NAMES)
    def create(self, name, tag):
        pet = self.client.create(**({"name": name} if tag is None else {"name": name, "tag": tag}))
        assert pet["id"] not in self.model
        assert (pet["name"], pet.get("tag")) == (name, tag)
        self.model[pet["id"]] = pet
        return pet["id"]

    @rule(target=pets, names=st.lists(NAMES, min_size=2, max_size=4))
    def create_several(self, names):
        return multiple(*(self.create(name, None) for name in names))

    @rule(pet=pets)
    def read(self, pet):
        assert self.client.read(pet) == self.model[pet]

    @rule(pet=pets, name=NAMES)
    def change(self, pet, name):
        self.model[pet] = {**self.model[pet], "name": name}
        assert self.client.change(pet, name=name) == self.model[pet]

    @rule(pet=pets, name=NAMES)
    def replace(self, pet, name):
        self.model[pet] = {k: v for k, v in self.model[pet].items() if k != "tag"} | {"name": name}
        assert self.client.replace(pet, name=name) == self.model[pet]

    @rule(target=gone, pet=consumes(pets))
    def delete(self, pet):
        assert self.client.delete(pet) is None
        del self.model[pet]
        return pet

    @rule(pet=gone, name=NAMES)
    def gone_is_gone(self, pet, name):
        assert self.is_refused(self.client.read, pet)
        assert self.is_refused(self.client.delete, pet)
        assert self.is_refused(self.client.change, pet, name=name)

    @rule(stranger=STRANGERS)
    def strangers_exist(self, stranger):
        assert self.client.read(stranger)["id"] == stranger
        self.client.delete(stranger)
        assert self.client.read(stranger)["id"] == stranger

    @rule(name=NAMES)
    def try_out(self, name):
        assert self.client.create(name=name, dry=True)["name"] == name

    @rule(pet=pets)
    def choose(self, pet):
        chooses = self.client.with_options(headers={"Prefer": "code=404"})
        assert self.is_refused(chooses.read, pet)
        assert self.is_refused(chooses.delete, pet)
        assert self.is_refused(chooses.change, pet, name="chosen")

    @rule(target=pets, name=NAMES)
    def lose_the_answer(self, name):
        self.sandbox.inject_fault("drop", "create")
        assert self.is_refused(self.client.create, name=name, error=BrokenResponse)
        pet = self.client.list()["data"][-1]
        self.sandbox.clear_faults()
        assert pet["id"] not in self.model
        assert pet["name"] == name
        self.model[pet["id"]] = pet
        return pet["id"]

    @rule(pet=pets)
    def garble(self, pet):
        self.sandbox.inject_fault("wrong-schema", "read")
        assert self.is_refused(self.client.read, pet, error=InvalidResponse)
        self.sandbox.clear_faults()

    @rule(size=st.integers(1, 4), skip=st.integers(0, 5))
    def page(self, size, skip):
        found = self.client.list(page_size=size, skip=skip)
        assert found["data"] == list(self.model.values())[skip : skip + size]
        assert found["hasMore"] == (skip + size < len(self.model))
        assert found["totalResultSize"] == len(self.model)

    @rule(code=NAMES, percent=st.integers(0, 99))
    def make(self, code, percent):
        refused = self.is_refused(self.client.make, code=code, percent=percent, error=Conflict)
        assert refused == (code in self.codes)
        self.codes.setdefault(code, percent)

    @rule(code=NAMES, percent=st.integers(0, 99))
    def store(self, code, percent):
        status = self.client["store"].send(code, body={"code": code, "percent": percent}).status
        assert status == (200 if code in self.codes else 201)
        self.codes[code] = percent

    @rule(code=NAMES)
    def withdraw(self, code):
        if self.codes.pop(code, None) is not None:
            self.client.withdraw(code)
            assert self.is_refused(self.client.code, code)

    @rule(target=pets)
    def reload(self):
        other = Sandbox(SHOP, strict=self.strict, second_opinion=True)
        other.state = self.sandbox.state
        self.sandbox, self.client = other, Client(SHOP, transport=other)
        return multiple()

    @invariant()
    def everything_is_there(self):
        assert self.client.list()["totalResultSize"] == len(self.model)
        assert all(
            self.client.code(code)["percent"] == percent for code, percent in self.codes.items()
        )
        assert unexplained(self.sandbox) == []


class StrictShop(Shop):
    """The same, where nobody knows a stranger."""

    strict = True

    @rule(stranger=STRANGERS)
    def strangers_exist(self, stranger):
        assert self.is_refused(self.client.read, stranger)
        assert self.is_refused(self.client.delete, stranger)
        assert self.is_refused(self.client.change, stranger, name="a")


Shop.TestCase.settings = settings(share(0.4), stateful_step_count=25)
TestShop = Shop.TestCase
StrictShop.TestCase.settings = settings(share(0.2), stateful_step_count=25)
TestStrictShop = StrictShop.TestCase
