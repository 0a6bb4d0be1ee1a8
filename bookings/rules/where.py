"""Where a service is done when nobody named an establishment. Pure."""

from collections.abc import Collection, Iterable


def usual_department(sites: Iterable[str | None], seat: str | None, region: Collection[str]) -> str | None:
    """Where the organisation has most of its open establishments: in the region if it has any there, else anywhere.

    Its seat only when it has none: 22 % of hospital sites belong to an entity seated in another département.
    """
    places = sorted(one for one in sites if one)
    near = [one for one in places if one in region] or places
    return max(near, key=near.count) if near else seat
