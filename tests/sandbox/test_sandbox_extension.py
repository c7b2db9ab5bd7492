"""Talon.One's conventions: data in the document, not code in the library."""

from __future__ import annotations

import pytest
from support.documents import parameter
from support.sandboxes import unexplained
from support.shops import shop

from dynclient import Client, Sandbox
from dynclient.errors import Conflict, NotFound


@pytest.fixture(autouse=True)
def agreed(sandbox):
    yield
    assert unexplained(sandbox) == []


def test_silent_answers_204_where_it_is_declared_and_the_declared_success_otherwise(client):
    event = {"profile_id": "p-1", "type": "viewed", "attributes": {}}
    assert client["trackEventV2"].send(silent="yes", **event).status == 204
    assert client["trackEventV2"].send(**event).status == 204
    assert client["trackEventV2"].send(silent="no", **event).status == 200
    advocates = {"campaign_id": 1, "usage_limit": 1, "advocate_profile_integration_ids": ["p-1"]}
    assert (
        client["createReferralsForMultipleAdvocates"].send(silent="yes", **advocates).status == 204
    )
    assert (
        client["createReferralsForMultipleAdvocates"].send(silent="no", **advocates).status == 201
    )


def test_silent_without_a_204_is_the_declared_success():
    made = shop(**{"x-sandbox": {"conventions": [{"query": {"dry": True}, "answer": 204}]}})
    assert (
        Client(made, transport=Sandbox(made, second_opinion=True))["create"]
        .send(name="Rex", dry=True)
        .status
        == 201
    )


ALWAYS = {"effects", "createdCoupons", "createdReferrals"}


@pytest.mark.parametrize("parts", [[], ["loyalty"], ["coupons", "customerSession", "event"]])
def test_an_answer_has_the_parts_that_a_request_asks_for(client, sandbox, parts):
    told = client.update_customer_session_v2(
        "s-1", customer_session={"profileId": "p-7"}, response_content=parts
    )
    assert set(told) == ALWAYS | set(parts)
    assert sandbox.state["items"]["/v2/customer_sessions"]["s-1"]["profileId"] == "p-7"
    if "customerSession" in parts:
        assert told["customerSession"]["profileId"] == "p-7"
    event = client.track_event_v2(
        profile_id="p-7", type="x", attributes={}, response_content=["event"], silent="no"
    )
    assert set(event) == ALWAYS | {"event"}


def test_without_the_convention_such_a_property_means_nothing():
    made = shop(**{"x-sandbox": {"parts": ["name"]}})
    assert "name" in Client(made, transport=Sandbox(made, second_opinion=True)).create(name="Rex")


def test_dry_answers_in_full_and_stores_nothing(client, sandbox):
    told = client.update_customer_session_v2("s-1", customer_session={"profileId": "p-7"}, dry=True)
    assert told["customerSession"]["profileId"] == "p-7"
    assert sandbox.state["items"] == {}


def test_a_session_remembers_what_later_updates_leave_out(client):
    client.update_customer_session_v2("s-1", customer_session={"profileId": "p-7", "state": "open"})
    client.update_customer_session_v2("s-1", customer_session={"state": "closed"}, dry=True)
    found = client.get_customer_session("s-1")["customerSession"]
    assert (found["integrationId"], found["profileId"], found["state"]) == ("s-1", "p-7", "open")
    client.update_customer_session_v2("s-1", customer_session={"state": "closed"})
    found = client.get_customer_session("s-1")["customerSession"]
    assert (found["profileId"], found["state"]) == ("p-7", "closed")
    client.reopen_customer_session("s-1")
    assert client.get_customer_session("s-1")["customerSession"]["state"] == "open"


def test_an_audience_lives_and_goes(client):
    audience = client.create_audience_v2(name="Gold")
    assert client.update_audience_v2(audience["id"], name="Silver") == {
        **audience,
        "name": "Silver",
    }
    client.delete_audience_v2(audience["id"])
    calls = (client.delete_audience_v2, client.delete_audience_memberships_v2)
    for call in (*calls, lambda i: client.update_audience_v2(i, name="x")):
        with pytest.raises(NotFound):
            call(audience["id"])


def test_a_third_partys_audience_is_there_once(client):
    client.create_audience_v2(name="a", integration="mparticle", integration_id="x")
    client.create_audience_v2(name="a", integration="segment", integration_id="x")
    client.create_audience_v2(name="a")
    client.create_audience_v2(name="a")
    with pytest.raises(Conflict):
        client.create_audience_v2(name="b", integration="mparticle", integration_id="x")


def test_an_event_has_an_identity_of_the_clients(client):
    event = {"profile_id": "p-1", "type": "viewed", "attributes": {"a": 1}}
    told = client.track_event_v3(integration_id="e-1", silent="no", **event)["advancedEvent"]
    assert client.get_event_v3("e-1") == {**client.get_event_v3("e-1"), **told}
    with pytest.raises(Conflict):
        client.track_event_v3(integration_id="e-1", **event)
    client.track_event_v3(integration_id="e-2", dry=True, **event)
    client.track_event_v3(integration_id="e-2", **event)


def test_reservations_of_a_coupon_are_counted(client):
    client.create_coupon_reservation("SUMMER", integration_ids=["p-1", "p-2", "p-2"])
    found = client.get_reserved_customers("SUMMER")
    assert [profile["integrationId"] for profile in found["data"]] == ["p-1", "p-2"]
    assert found["totalResultSize"] == 2
    client.delete_coupon_reservation("SUMMER", integration_ids=["p-1", "p-2"])
    assert client.get_reserved_customers("SUMMER") == {"data": [], "totalResultSize": 0}


def test_deleting_customer_data_clears_the_attributes_and_keeps_the_profile(client):
    client.update_customer_profile_v2("p-5", attributes={"Name": "Ada"})
    assert client.get_customer_inventory("p-5", profile=True)["profile"]["attributes"] == {
        "Name": "Ada"
    }
    client.delete_customer_data("p-5")
    assert client.get_customer_inventory("p-5", profile=True)["profile"]["attributes"] == {}


def test_campaigns_that_were_loaded_are_paged(client, sandbox):
    campaign = client.integration_get_all_campaigns()["data"]
    mould = campaign[0] if campaign else {}
    items = {str(n): {**mould, "id": n, "name": f"c{n}"} for n in range(5)}
    sandbox.state = {"items": {"/v1/integration/campaigns": items}}
    page = client.integration_get_all_campaigns(page_size=2, skip=1)
    assert ([c["id"] for c in page["data"]], page["hasMore"]) == ([1, 2], True)
    assert client.integration_get_all_campaigns(page_size=2, skip=3)["hasMore"] is False


def test_every_example_still_works_on_one_sandbox(client):
    for operation in client.operations.values():
        operation(operation.example())


@pytest.mark.parametrize(
    "given",
    [
        1,
        {"conventions": 1, "operations": []},
        {"operations": {"create": 1}, "conventions": [1, {}]},
    ],
)
def test_an_extension_that_makes_no_sense_says_nothing(given):
    made = shop(**{"x-sandbox": given})
    client = Client(made, transport=Sandbox(made, second_opinion=True))
    assert client.read(client.create(name="Rex")["id"])["name"] == "Rex"


def test_a_convention_counts_where_its_parameter_is_declared():
    made = shop(**{"x-sandbox": {"conventions": [{"query": {"dry": True}, "store": False}]}})
    made["paths"]["/codes"]["post"]["parameters"] = [
        parameter("dry", schema={"type": "boolean", "default": True})
    ]
    sandbox = Sandbox(made, second_opinion=True)
    client = Client(made, transport=sandbox)
    client.create(name="Rex", dry=True)
    client.make(code="A")
    assert sandbox.state["items"] == {}
    client.create(name="Rex")
    client.make(code="A", dry=False)
    assert list(sandbox.state["items"]) == ["/pets", "/codes"]


def test_profiles_made_together_are_there(client):
    client.update_customer_profiles_v2(
        customer_profiles=[{"integrationId": "p-8", "attributes": {"Name": "Eve"}}]
    )
    assert client.get_customer_inventory("p-8", profile=True)["profile"]["attributes"] == {
        "Name": "Eve"
    }
