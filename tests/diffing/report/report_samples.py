"""One well-made diff that shows every kind of thing a report tells."""

from __future__ import annotations

from dynclient.diffing.change import Change, ChangeLocation
from dynclient.diffing.changeset import Revision
from dynclient.diffing.diff import Diff
from dynclient.violations import Place

FOLDER = "spec/revisions"


def source(file, pointer, line):
    """A place whose line is known."""
    return ChangeLocation.from_place(Place(file, pointer, lambda *_: (line, 1)))


def revision(version="1", title="Shop", uri="shop.yaml", operations=1):
    return Revision(title, version, uri, operations)


def diff_of(*changes, view="both", **revisions):
    """A diff of two revisions of a small API."""
    old, new = revisions.get("old", revision("1")), revisions.get("new", revision("2"))
    return Diff(old, new, view, changes)


def change(rule="property-required", level="breaking", wire=None, code="none", **fields):
    """A change, breaking for deployed programs where nothing else is said."""
    return Change(rule, level, {"wire": wire or level, "code": code}, **fields)


def example(folder):
    """Two revisions of an API whose documents are in a folder, named by its URI."""
    old, new = f"{folder}/2024-06.yaml", f"{folder}/2025-11.yaml"
    audience = source(new, "/components/schemas/NewAudience/required", 812)
    audience_before = source(old, "/components/schemas/NewAudience", 640)
    gone = source(old, "/paths/~1v1~1coupons~1{couponId}/delete", 1204)
    session = source(new, "/components/schemas/CartItem/properties/quantity", 2210)
    effects = source(new, "/components/schemas/Effect/properties/props", 2933)
    changes = (
        change(
            side="call",
            operation="createAudienceV2",
            operations=("createAudienceV2", "updateAudienceV2", "importAudience", "copyAudience"),
            where="body.name",
            old="optional",
            new="required",
            proof="witness",
            witness={"body": {}},
            refusal="body.name: is required",
            because="was optional, is required: a call without it is refused now",
            source=audience,
            old_source=audience_before,
            used=("shop/audiences.py:41", "shop/jobs/nightly.py:112"),
        ),
        change(
            rule="operation-removed",
            code="breaking",
            operation="deleteCouponV1",
            operations=("deleteCouponV1",),
            where="DELETE /v1/coupons/{couponId}",
            old="DELETE /v1/coupons/{couponId}",
            because="the operation is gone: whoever calls it gets 404, and the name is unknown to a client",
            source=gone,
            old_source=gone,
        ),
        change(
            rule="values-changed",
            side="result",
            operation="updateCustomerSessionV2",
            operations=tuple(
                ["updateCustomerSessionV2", "getCustomerSession"]
                + [f"trackEventV{n}" for n in range(2, 14)]
            ),
            where="200 application/json: effects[].effectType",
            old=["setDiscount", "acceptCoupon", "rejectCoupon"],
            new=["setDiscount", "acceptCoupon", "rejectCoupon", "awardGiveaway"],
            proof="witness",
            witness={"effects": [{"effectType": "awardGiveaway", "props": {}}]},
            refusal="effects[0].effectType: got 'awardGiveaway', want one of 'setDiscount', 'acceptCoupon', 'rejectCoupon'",
            because="a value may come that was not there before: a program that knows the old ones may not expect it",
            source=effects,
            old_source=source(old, "/components/schemas/Effect/properties/effectType", 2410),
        ),
        change(
            rule="range-changed",
            level="warning",
            side="call",
            operation="updateCustomerSessionV2",
            operations=("updateCustomerSessionV2",),
            where="body.customerSession.cartItems[].quantity",
            old={"type": "integer", "minimum": 1, "maximum": 1000},
            new={"type": "integer", "minimum": 1, "maximum": 1000, "multipleOf": 1},
            proof="unknown",
            because="the search for a payload was given up after 400 tries",
            source=session,
            old_source=source(old, "/components/schemas/CartItem/properties/quantity", 1888),
        ),
        change(
            rule="operation-renamed",
            level="warning",
            wire="none",
            code="warning",
            operation="getCustomerSession",
            operations=("getCustomerSession",),
            where="operationId",
            old="getCustomerSession",
            new="getCustomerSessionV2",
            because="client.get_customer_session still finds it, by the alias that the new document declares",
            source=source(
                new, "/paths/~1v2~1customer_sessions~1{customerSessionId}/get/operationId", 77
            ),
            old_source=source(
                old, "/paths/~1v2~1customer_sessions~1{customerSessionId}/get/operationId", 75
            ),
        ),
        change(
            rule="property-added",
            level="info",
            side="call",
            operation="createAudienceV2",
            operations=("createAudienceV2", "updateAudienceV2"),
            where="body.sandbox",
            new={"type": "boolean", "required": False},
            proof="rule",
            because="is optional: every old call is still accepted",
            source=source(new, "/components/schemas/NewAudience/properties/sandbox", 820),
        ),
        change(
            rule="operation-added",
            level="info",
            operation="GET /v1/loyalty_programs/{loyaltyProgramId}/transactions",
            where="GET /v1/loyalty_programs/{loyaltyProgramId}/transactions",
            because="is new",
            source=source(new, "/paths/~1v1~1loyalty_programs/get", 1450),
        ),
        change(
            rule="policy-removed-without-deprecation",
            level="warning",
            operation="deleteCouponV1",
            operations=("deleteCouponV1",),
            where="DELETE /v1/coupons/{couponId}",
            because="the old document did not mark it as deprecated",
            source=gone,
            old_source=gone,
            policy=True,
        ),
        change(
            rule="length-changed",
            side="call",
            operation="createCoupons",
            operations=("createCoupons",),
            where="body.couponPattern",
            old={"maxLength": 100},
            new={"maxLength": 64},
            proof="witness",
            witness={
                "path": {"applicationId": 7},
                "query": {"silent": "yes"},
                "body": {"couponPattern": "#" * 65},
            },
            refusal="body.couponPattern: got 65 characters, want at most 64",
            because="a pattern of more than 64 characters is refused now",
            source=source(new, "/components/schemas/NewCoupons/properties/couponPattern", 3001),
            old_source=source(old, "/components/schemas/NewCoupons/properties/couponPattern", 2700),
            accepted="no pattern of ours is longer than 20 characters (SHOP-1822)",
        ),
        change(
            rule="words-changed", level="none", operation="createAudienceV2", where="description"
        ),
    )
    title = "Talon.One Integration API"
    return Diff(
        revision("2024-06", title, old, 30),
        revision("2025-11", title, new, 32),
        "both",
        changes,
        {"compared": 210, "refuted": 3},
    )
