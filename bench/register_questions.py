"""What people ask of the full register, timed: `python -m bench.register_questions`, on a database that holds it.

The hand-written statement knows that the Bretagne rule is about open structures, these categories and départements on
the same establishment; it gives the same figures as the preview (eligible, information missing, the table), which is
checked before anything is timed.
"""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from campaigns.service.audience import preview_audience
from campaigns.service.campaign import save_campaign
from campaigns.service.eligibility import check_number
from eligibility.queries.audience import audience
from eligibility.rules import read_rule
from finess.queries.edition import get_current_edition
from finess.queries.search import search
from kit.actor import operator
from kit.document.source import read_yaml
from kit.transaction import transaction
from tenants.service.tenant import create_tenant

CALL = Path(__file__).resolve().parent.parent / "docs/examples/campaigns/bretagne-2025-exercice.yaml"
SLUG = "bretagne-2025-exercice"
ROUNDS = 15
NAMES = (
    *("ehpad rennes", "les tilleuls", "association saint michel", "centre hospitalier quimper", "ssiad vannes"),
    *("mas l'horizon", "pharmacie de la gare 35", "œuvre des marins", "ehpad", "fondation", "ccas brest", "zzz"),
)
BY_HAND = text(
    """
    with current_et as not materialized (
        select * from establishment
        where is_open and first_edition <= :edition and (last_edition is null or last_edition >= :edition)
    ), seen as (
        select finess_ej, department, category_code, true as holds from current_et
        where department in :departments and category_code in :categories
        union all
        select finess_ej, department, category_code, null from current_et
        where (department is null and (category_code is null or category_code in :categories))
            or (department in :departments and category_code is null)
    ), judged as (
        select seen.finess_ej, bool_or(holds) as eligible
        from seen join legal_entity entity on entity.finess_ej = seen.finess_ej and entity.is_open
            and entity.first_edition <= :edition and (entity.last_edition is null or entity.last_edition >= :edition)
        group by 1
    )
    select 'eligible', null, null, count(*) from judged where eligible
    union all
    select 'missing', null, null, count(*) from judged where eligible is null
    union all
    select 'cell', department, category_code, count(*)
    from seen join judged using (finess_ej) where holds and eligible group by 2, 3
    """
).bindparams(bindparam("departments", expanding=True), bindparam("categories", expanding=True))


def milliseconds(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median time of an act, after one that does not count."""
    act()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return 1000 * median(times)


def the_rule() -> tuple[dict[str, Any], dict[str, Any]]:
    """The Bretagne rule as its document has it, and the two lists that the hand-written statement needs."""
    rule = yaml.safe_load(CALL.read_bytes())["rule"]
    clauses = rule["all"][1]["establishments"]["such_that"]["all"]
    lists = {key: value for clause in clauses for key, value in clause.items()}
    return rule, {"departments": lists["department"], "categories": lists["category"]}


def by_hand(session: Session, edition: int, lists: dict[str, Any]) -> Sequence[Any]:
    """The rows of the hand-written statement."""
    return session.execute(BY_HAND, {"edition": edition, **lists}).all()


def timed(session: Session) -> dict[str, float]:
    """The preview against the hand-written statement, and the searches."""
    edition = get_current_edition(session).id
    document, lists = the_rule()
    rule = read_rule(document)
    counted = audience(session, edition, rule)
    figures = {(what, *where): figure for what, *where, figure in by_hand(session, edition, lists)}
    table = {("cell", cell.department, cell.category_code): cell.establishments for cell in counted.cells}
    totals = {("eligible", None, None): counted.eligible, ("missing", None, None): counted.information_missing}
    assert figures == totals | table, "the two statements count differently"
    hand = milliseconds(lambda: by_hand(session, edition, lists))
    preview = milliseconds(lambda: audience(session, edition, rule))
    searches = [milliseconds(partial(search, session, edition, name), 5) for name in NAMES]
    return {
        "preview.ratio": preview / hand,
        "preview.ms": preview,
        "preview.by_hand_ms": hand,
        "preview.eligible": counted.eligible,
        "search.ms": median(searches),
        "search.worst_ms": max(searches),
    }


def main() -> None:
    """Everything, as one line of JSON."""
    tenant = create_tenant(
        operator("bench"),
        "bretagne",
        "e-santé Bretagne",
        ars="ARS Bretagne",
        region_code="53",
        zone="Europe/Paris",
        contact_email="bench@crrc.invalid",
    )
    actor = operator("bench", tenant.id)
    save_campaign(actor, read_yaml(CALL.read_bytes()))
    with transaction(actor) as tx:
        figures = timed(tx.session)
        some = text("select finess_ej from legal_entity where is_open order by md5(finess_ej) limit 40")
        numbers = tx.session.scalars(some).all()
    page = milliseconds(lambda: preview_audience(actor, SLUG))
    checks = [milliseconds(partial(check_number, actor, SLUG, number), 3) for number in numbers]
    print(json.dumps(figures | {"preview.page_ms": page, "check.ms": median(checks)}))


if __name__ == "__main__":
    main()
