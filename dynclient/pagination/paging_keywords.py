"""The keywords that `pages` and `items` take beside the arguments of the operation."""

from __future__ import annotations

from dynclient.plan.plan import Plan

#: Each keyword, and what it means.
PAGING_KEYWORDS = {
    "limit": "how many items at most",
    "max_items": "how many items at most",
    "max_pages": "how many pages at most",
    "resume": "the cursor of a page, after which the list goes on",
}


def list_paging_keywords(plan: Plan, media_type: str | None) -> list[str]:
    """Return the keywords of pages whose names no argument of the operation has.

    Args:
        plan: of the operation.
        media_type: of the body, which decides what names there are.

    """
    binder = plan.get_binder(media_type if plan.accepts_media_type(media_type) else None)
    own_names = {*binder.targets, *binder.ambiguous, *binder.members}
    return [name for name in PAGING_KEYWORDS if name not in own_names]
