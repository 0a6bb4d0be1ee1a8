"""PostgreSQL is restarted while news and mails are on their way: they arrive, once; the processes stay."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from kit import embedded
from kit.embedded import place as places
from kit.embedded import postgres
from kit.embedded.provision import conninfo
from migrations import upgrade
from tests.kit.crew import crew, eventually
from tests.notifications.post import open_post

TENANT = UUID(int=22)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[embedded.Endpoints]:
    """Servers of the test's own, with one tenant."""
    home = tmp_path / "home"
    endpoints = embedded.start(home, durable=False)
    try:
        upgrade(endpoints.database_url("crrc_owner"))
        with psycopg.connect(conninfo(endpoints.database_url("crrc_owner"))) as connection:
            connection.execute(
                "insert into tenant (id, slug, name, ars, region_code, zone, colour, contact_email, created_at) values "
                "(%s, 'seul', 'e-santé', 'ARS', '53', 'Europe/Paris', '#0b4f6c', 'contact@crrc.invalid', now())",
                [TENANT],
            )
        yield endpoints
    finally:
        embedded.reset(home)


def write(own: embedded.Endpoints) -> None:
    """Two hundred mails and fifty pieces of news."""
    with psycopg.connect(conninfo(own.database_url("crrc_owner"))) as connection:
        connection.execute(
            "insert into notification (tenant_id, id, key, template, subject_id, email, title, text_body, path, "
            "created_at, state, attempts, next_attempt_at) select %s, gen_random_uuid(), n::text, 'x', %s, "
            "'n' || n || '@ehpad.fr', 'Bonjour', 'Bonjour', '', now(), 'pending', 0, now() "
            "from generate_series(1, 200) n",
            [TENANT, TENANT],
        )
        connection.execute(
            "insert into outbox_message (tenant_id, id, topic, subject_id, key, emitted_at, relay_after, relays) "
            "select %s, gen_random_uuid(), 'test.one', %s, n::text, now(), now(), 0 from generate_series(1, 50) n",
            [TENANT, TENANT],
        )


def left(own: embedded.Endpoints, column: str, table: str, condition: str) -> list[str]:
    """The values of a column."""
    with psycopg.connect(conninfo(own.database_url("crrc_owner"))) as connection:
        rows = connection.execute(f"select {column} from {table} where {condition}").fetchall()  # type: ignore[arg-type]
    return [row[0] for row in rows]


def test_postgresql_restarted(own: embedded.Endpoints, tmp_path: Path) -> None:
    place = places.find(tmp_path / "home")
    assert place is not None
    addresses = {"CRRC_DATABASE_URL": own.database_url("crrc_app"), "CRRC_REDIS_URL": own.redis_url}
    with open_post() as post, crew(tmp_path, CRRC_SMTP_URL=post.url, **addresses) as hands:
        members = [hands.start("scheduler"), hands.start("worker")]
        write(own)
        eventually(lambda: len(post.taken) > 20)
        postgres.stop(place)
        postgres.start(place, durable=False)
        eventually(lambda: not left(own, "id", "notification", "state = 'pending'"))
        with psycopg.connect(conninfo(own.database_url("crrc_owner"))) as connection:
            connection.execute("update outbox_message set relay_after = now() where settled_at is null")
        eventually(lambda: not left(own, "id", "outbox_message", "settled_at is null"))
        done = left(own, "facts->>'key'", "audit_line", "action = 'test.done'")
        assert sorted(done, key=int) == [str(number) for number in range(1, 51)]
        assert len(set(post.recipients)) == 200
        assert Counter(post.ids).most_common(1)[0][1] == 1
        assert [member.poll() for member in members] == [None, None]
