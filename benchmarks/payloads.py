"""Three operations of the shipped document with realistic payloads, and one fault for each side of each.

`CASES` holds an operation's arguments and body and its answer; every one is valid. Small: 168 → 232 bytes; cart:
6.3 → 17.5 kB; large: 103 → 438 kB.
"""

from __future__ import annotations

import copy
import json
from typing import Any

TIME = "2024-05-16T09:12:44.123456Z"
UUID = "68851723-e6fa-488f-ace9-112581e6c19b"

CART_ITEMS = 20
EFFECTS = 30
PROFILES = 1000

#: effect type → its properties.
EFFECT_PROPS: dict[str, dict[str, Any]] = {
    "setDiscountPerItem": {"name": "10% off", "scope": "cartItem", "value": 4.99, "position": 1},
    "acceptCoupon": {"value": "XMAS-20-2024"},
    "addLoyaltyPoints": {
        "name": "points",
        "programId": 4,
        "subLedgerId": "",
        "value": 12.5,
        "transactionUUID": UUID,
    },
}

LEDGER = {
    "currentBalance": 100.5,
    "pendingBalance": 10,
    "expiredBalance": 0,
    "spentBalance": 50.25,
    "tentativeCurrentBalance": 113.0,
    "currentTier": {"id": 11, "name": "Gold", "expiryDate": TIME},
}


def build_cart_item(index: int) -> dict[str, Any]:
    """Return one item of a cart; its `position` is read-only, and the answer alone has it."""
    return {
        "name": f"Running shoe, model {index}",
        "sku": f"SKU-{1000 + index}",
        "quantity": 1 + index % 3,
        "price": 49.9 + index,
        "category": "shoes" if index % 2 else "socks",
        "weight": 0.45,
        "height": 12.5,
        "width": 20.0,
        "length": 31.5,
        "attributes": {"color": "red", "size": 42, "limited": index % 5 == 0},
        "additionalCosts": {"wrapping": {"price": 2.5}},
        "product": {"name": f"Shoe {index}"},
    }


def build_session() -> dict[str, Any]:
    """Return a session with a cart."""
    return {
        "profileId": "URNGV8294NV",
        "storeIntegrationId": "STORE-001",
        "couponCodes": ["XMAS-20-2024"],
        "referralCode": "NT2K54D9",
        "loyaltyCards": ["loyalty-card-1"],
        "state": "open",
        "cartItems": [build_cart_item(index) for index in range(CART_ITEMS)],
        "additionalCosts": {"shipping": {"price": 9}},
        "identifiers": ["d41306257915f83fe01e54092ae470f631161ea16fcf4415842eed41470386ea"],
        "attributes": {"ShippingCity": "Berlin", "channel": "web", "employee": False},
    }


def build_profile(index: int) -> dict[str, Any]:
    """Return a customer profile as the server gives it."""
    return {
        "id": 6 + index,
        "created": TIME,
        "integrationId": f"customer-{index:05d}",
        "accountId": 31,
        "closedSessions": index % 17,
        "totalSales": 299.99 + index,
        "attributes": {"Language": "english", "ShippingCountry": "DE", "age": 20 + index % 60},
        "loyaltyMemberships": [{"joined": TIME, "loyaltyProgramId": 323414846}],
        "audienceMemberships": [{"id": 2, "name": "Travel audience"}],
        "lastActivity": TIME,
        "sandbox": True,
    }


def build_effect(index: int) -> dict[str, Any]:
    """Return an effect of a session."""
    kind = list(EFFECT_PROPS)[index % len(EFFECT_PROPS)]
    return {
        "campaignId": 244 + index % 4,
        "rulesetId": 73 + index % 4,
        "ruleIndex": index % 6,
        "ruleName": f"Give discount {index % 6}",
        "effectType": kind,
        "triggeredByCoupon": 4928,
        "conditionIndex": 0,
        "evaluationGroupID": 3,
        "evaluationGroupMode": "stackable",
        "props": EFFECT_PROPS[kind],
    }


def build_coupon(index: int) -> dict[str, Any]:
    """Return a coupon."""
    return {
        "id": 90 + index,
        "created": TIME,
        "campaignId": 244,
        "value": "XMAS-20-2024",
        "usageLimit": 100,
        "usageCounter": 4,
        "discountLimit": 30.0,
        "startDate": TIME,
        "expiryDate": TIME,
        "attributes": {"src": "mail"},
        "batchId": "tqyrgahe",
        "recipientIntegrationId": "URNGV8294NV",
        "profileRedemptionCount": 1,
        "isReservationMandatory": False,
        "reservation": False,
        "limits": [{"action": "redeemCoupon", "limit": 100, "entities": ["Coupon"]}],
    }


def build_session_state() -> dict[str, Any]:
    """Return the answer to an update of a session."""
    session = build_session()
    answered_session = {
        **session,
        "cartItems": [{**item, "position": i} for i, item in enumerate(session["cartItems"])],
        "id": 6,
        "created": TIME,
        "integrationId": "session-1",
        "applicationId": 6,
        "firstSession": True,
        "total": 1208.5,
        "cartItemTotal": 1199.5,
        "additionalCostTotal": 9,
        "updated": TIME,
        "updateCount": 3,
        "cartItemAdditionalCostTotal": 0,
    }
    program = {
        "id": 4,
        "title": "My program",
        "name": "Prog",
        "joinDate": TIME,
        "ledger": LEDGER,
        "subLedgers": {"mysub": LEDGER},
    }
    reason = {
        "campaignID": 244,
        "campaignName": "Summer",
        "rulesetID": 73,
        "ruleIndex": 1,
        "ruleName": "Give discount 1",
        "conditionIndex": 0,
        "details": "no match",
    }
    return {
        "customerSession": answered_session,
        "customerProfile": build_profile(0),
        "loyalty": {"programs": {"4": program}},
        "coupons": [build_coupon(index) for index in range(2)],
        "effects": [build_effect(index) for index in range(EFFECTS)],
        "createdCoupons": [],
        "createdReferrals": [],
        "ruleFailureReasons": [reason],
    }


def build_new_profile(index: int) -> dict[str, Any]:
    """Return a customer profile as a client sends it."""
    attributes = {"Language": "english", "ShippingCountry": "DE", "age": 20 + index % 60}
    return {"integrationId": f"customer-{index:05d}", "attributes": attributes}


AUDIENCE = {
    "name": "Travel audience",
    "integration": "mparticle",
    "integrationId": "382370BKDB946",
    "sandbox": True,
    "createdIn3rdParty": False,
    "lastUpdate": TIME,
}

#: operationId → method, path template, arguments, body, status and answer.
CASES: dict[str, dict[str, Any]] = {
    "createAudienceV2": {
        "method": "POST",
        "path": "/v2/audiences",
        "args": {},
        "body": AUDIENCE,
        "status": 201,
        "response": {**AUDIENCE, "id": 6, "accountId": 3886, "created": TIME},
    },
    "updateCustomerSessionV2": {
        "method": "PUT",
        "path": "/v2/customer_sessions/{customerSessionId}",
        "args": {"customerSessionId": "session-1", "dry": True},
        "body": {
            "customerSession": build_session(),
            "responseContent": ["customerSession", "customerProfile", "coupons", "loyalty"],
        },
        "status": 200,
        "response": build_session_state(),
    },
    "updateCustomerProfilesV2": {
        "method": "PUT",
        "path": "/v2/customer_profiles",
        "args": {"silent": "no"},
        "body": {"customerProfiles": [build_new_profile(index) for index in range(PROFILES)]},
        "status": 200,
        "response": {
            "integrationStates": [
                {"customerProfile": build_profile(index)} for index in range(PROFILES)
            ]
        },
    },
}


def encode(value: Any) -> bytes:
    """Return a value as the server sends it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def spoil(operation_id: str, side: str) -> Any:
    """Return the payload of one side with one fault, deep and late where it has depth.

    Args:
        operation_id: one of `CASES`.
        side: `body` or `response`.

    """
    payload = copy.deepcopy(CASES[operation_id][side])
    if operation_id == "createAudienceV2":
        payload["name"] = ""
    elif operation_id == "updateCustomerSessionV2":
        if side == "response":
            del payload["effects"][-1]["props"]
        else:
            del payload["customerSession"]["cartItems"][-1]["sku"]
    elif side == "body":
        payload["customerProfiles"][-1]["integrationId"] = 7
    else:
        payload["integrationStates"][-1]["customerProfile"]["totalSales"] = "many"
    return payload
