"""A region for the storm: a call that many answer on its last evening, and each applicant's manager signed in.

`python -m bench.storm.world N REGISTER` on a fresh database; prints what the crowd needs, as one line of JSON.
"""

import json
import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench.booking_world import analyse
from campaigns.service.campaign import save_campaign
from campaigns.service.publication import publish_campaign
from finess.service.register import import_register
from kit import signing
from kit.actor import operator
from kit.db import uuid7
from kit.document.source import read_data
from tenants.models import Tenant
from tenants.service.tenant import create_tenant
from tests.campaigns.documents import document

SLUG = "dernier-soir"
FIELDS = [f"question_{number}" for number in range(1, 21)]
APPLICANTS = """
    select e.finess_ej from legal_entity e where e.is_open and e.last_edition is null
    and exists (select from establishment s where s.finess_ej = e.finess_ej and s.is_open and s.last_edition is null)
    order by e.finess_ej limit %s
"""


def call() -> dict[str, Any]:
    """The call: twenty questions, a file, a referent and a commitment; everybody may answer."""
    asked = [
        {"key": key, "label": f"Question {number}", "type": ("text", "long_text", "number", "boolean")[number % 4]}
        for number, key in enumerate(FIELDS, start=1)
    ]
    asked.append({"key": "proof", "label": "Attestation signée", "type": "file"})
    now = datetime.now(UTC)
    day = [(now + timedelta(days=days)).date().isoformat() for days in range(40)]
    return document(
        slug=SLUG,
        title="Exercice de gestion de crise",
        windows=[{"name": "1re phase", "opens_at": "2025-09-09T16:00", "closes_at": f"{day[2]}T23:59"}],
        instruction={"from": day[3], "until": day[10]},
        notification_at=f"{day[20]}T09:00",
        completion_on=day[39],
        rule={"version": 1, "all": [{"open": True}, {"establishments": {"at_least": 1, "such_that": {"open": True}}}]},
        form={"sections": [{"key": "project", "title": "Votre projet", "fields": asked}]},
    )


def sign_in(people: int) -> list[str]:
    """So many accounts, each with a session: their secrets."""
    now, ends = datetime.now(UTC), datetime.now(UTC) + timedelta(hours=12)
    found = [(uuid7(), secrets.token_urlsafe(32)) for _ in range(people)]
    with psycopg.connect(os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")) as owner:
        cursor = owner.cursor()
        with cursor.copy("copy user_account (id, email, email_norm, name, created_at) from stdin") as copy:
            for number, (user_id, _) in enumerate(found):
                address = f"direction{number}@storm.invalid"
                copy.write_row((user_id, address, address, f"Camille Le Bihan {number}", now))
        columns = "digest, id, user_id, method, created_at, seen_at, proved_at, expires_at"
        with cursor.copy(f"copy session ({columns}) from stdin") as copy:
            for user_id, secret in found:
                digest = signing.sha256(secret.encode())
                copy.write_row((digest, uuid7(), user_id, "link", now, now, now, ends))
    return [secret for _, secret in found]


def entities(count: int) -> list[str]:
    """FINESS numbers of so many open legal entities that have an open establishment."""
    url = os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(url, row_factory=dict_row) as owner:
        return [row["finess_ej"] for row in owner.execute(APPLICANTS, [count])]


def make(count: int, register: Path) -> tuple[Tenant, dict[str, Any]]:
    """The region, and what the crowd needs of it."""
    boss = operator("bench")
    import_register(boss, [register])
    tenant: Tenant = create_tenant(
        boss,
        "bretagne",
        "e-santé Bretagne",
        ars="ARS Bretagne",
        region_code="53",
        zone="Europe/Paris",
        contact_email="bench@crrc.invalid",
    )
    inside = operator("bench", tenant.id)
    save_campaign(inside, read_data(call()))
    publish_campaign(inside, SLUG)
    numbers = entities(count)
    applicants = list(zip(sign_in(len(numbers)), numbers, strict=True))
    analyse()
    return tenant, {"tenant": tenant.slug, "slug": SLUG, "applicants": applicants}


if __name__ == "__main__":
    print(json.dumps(make(int(sys.argv[1]), Path(sys.argv[2]))[1]))
