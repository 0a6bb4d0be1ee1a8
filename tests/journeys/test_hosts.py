"""Two of each: a web host, a worker host, a PgBouncer, an nginx and Redis' primary are lost in turn, their cable cut.

People apply and programs save all the time, through the only address; some hundred people are told a decision
meanwhile. What was acknowledged is there, each mail came once, and what failed was in the hands of what was lost.
docs/scale.md has the drawing and the figures.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from kit import signing
from kit.embedded.provision import conninfo
from tenants.models import Tenant
from tests.databases import turn
from tests.journeys.far_region import NOTICES, PAPER, Applicant, World
from tests.journeys.installation import WEBS, WORKERS, Base, Installation, own_base
from tests.journeys.street import Program, Street
from tests.kit.crew import eventually
from tests.kit.hosts import missing, network
from tests.kit.programs import program
from tests.notifications.post import Post, open_post

pytestmark = pytest.mark.slow


@pytest.fixture
def own(database: str) -> Iterator[Base]:
    """A PostgreSQL of the story's own, for a host to run it."""
    if lack := missing():
        pytest.skip(lack)
    program("nginx")
    with own_base() as base, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_DATABASE_URL", base.servers.database_url("crrc_app"))
        patch.setenv("CRRC_DATABASE_OWNER_URL", base.servers.database_url("crrc_owner"))
        turn()
        yield base
    turn()


@pytest.fixture
def post(own: Base) -> Iterator[Post]:
    """A mail server that the hosts reach: on every address of this machine."""
    with open_post(host="0.0.0.0") as opened:
        yield opened


@pytest.fixture
def world(own: Base, make_tenant: Callable[..., Tenant]) -> World:
    """What the story begins with."""
    signing.seal("")  # the key that every host is given
    return World(make_tenant())


@pytest.fixture
def portal(own: Base, world: World, post: Post, tmp_path: Path) -> Iterator[Installation]:
    """Everything runs."""
    with network(tmp_path) as net, ExitStack() as parts:
        post.host = net.here
        opened = Installation(net, own, post, parts)
        opened.start()
        yield opened


@pytest.fixture
def anne(portal: Installation, world: World) -> Iterator[Applicant]:
    """Somebody who applies."""
    arrived = Applicant(portal, world)
    yield arrived
    arrived.browser.hang_up()


def test_one_of_each_is_lost(portal: Installation, world: World, own: Base, post: Post, anne: Applicant) -> None:
    with world.street(portal) as street:
        street.settle()
        anne.begins()
        lost_web = web_is_lost(portal, own, world, street)
        anne.sends_a_piece()
        world.the_instant_comes()
        lost_worker = worker_is_lost(portal, post, street)
        pool_is_lost(portal, own, world, street)
        anne.sends_a_piece()
        portal.balancers[0].reload()
        street.settle()
        balancer_is_lost(portal, street)
        bell_is_lost(portal, street)
        come_back(portal, street, lost_web, lost_worker)
        anne.submits()
        everybody_was_told(own)
    tell(street)
    nothing_was_lost(own, world, street, anne)
    every_mail_came_once(own, world, post)
    nothing_was_sent_twice(portal)
    only_what_it_had_in_its_hands(street)


def web_is_lost(portal: Installation, own: Base, world: World, street: Street) -> str:
    """The one that has a save in its hands, which waits for the file."""
    with a_save_waits(own, world) as name:
        with street.loss(name):
            portal.hosts[name].lose()
    return name


@contextmanager
def a_save_waits(own: Base, world: World) -> Iterator[str]:
    """Hold a program's file until its next save waits; gives the web host that does it. The file is let go a second
    later: whoever waited has it then, and, if it was lost meanwhile, keeps it for nobody."""
    with psycopg.connect(conninfo(own.servers.database_url("postgres"))) as holder:
        holder.execute("select id from candidacy where id = %s for update", [world.programs[0][0]])
        found: list[str] = []

        def waits() -> bool:
            # Workers wait for locks of their own.
            rows = own.says(
                "select application_name from pg_stat_activity "
                "where wait_event_type = 'Lock' and application_name = any(%s)",
                list(WEBS),
            )
            found[:] = [str(row[0]) for row in rows]
            return bool(found)

        eventually(waits)
        let_go = threading.Timer(1, holder.rollback)
        let_go.start()
        yield found[0]
        let_go.join()


def worker_is_lost(portal: Installation, post: Post, street: Street) -> str:
    """The one that has said DATA: its mail has not left, and those it had taken in hand wait for another."""
    eventually(lambda: len(post.taken) >= 20)
    post.before_text = threading.Event()
    post.text_asked.clear()
    eventually(post.text_asked.is_set)
    lost = next(name for name in WORKERS if portal.hosts[name].address == post.asked_from)
    with street.loss(lost):
        portal.hosts[lost].lose()
        post.before_text.set()
    return lost


def pool_is_lost(portal: Installation, own: Base, world: World, street: Street) -> None:
    """The PgBouncer that everybody uses, a save in its hands too."""
    with a_save_waits(own, world):
        with street.loss("pool-1"):
            portal.hosts["pool-1"].lose()


def balancer_is_lost(portal: Installation, street: Street) -> None:
    """The nginx that has the address; the other one is given it."""
    with street.loss("balancer-1"):
        portal.hosts["balancer-1"].lose()
        portal.net.move(portal.name, portal.hosts["balancer-2"])


def bell_is_lost(portal: Installation, street: Street) -> None:
    """Redis' primary, with the Sentinel beside it; the two others name its replica."""
    first = portal.bells.primary()
    with street.loss("bell-1"):
        portal.hosts["bell-1"].lose()
        eventually(lambda: portal.bells.primary() is not first)


def come_back(portal: Installation, street: Street, web: str, worker: str) -> None:
    """Their cables, their programs: the web host serves again, and nobody has noticed."""
    for name in (web, worker):
        portal.hosts[name].plug()
        portal.put_up(name)
    there = f"{portal.hosts[web].address}:8000"
    eventually(lambda: any(one.status == 200 and one.tried[-1] == there for one in portal.balancers[1].passed()))
    street.settle()


def everybody_was_told(own: Base) -> None:
    """Nothing is left to send."""
    eventually(lambda: not own.says("select id from outbox_message where settled_at is null"), 90)
    eventually(lambda: not own.says("select id from notification where state in ('pending', 'held')"), 90)


def tell(street: Street) -> None:
    """Figures, for docs/scale.md."""
    for loss in street.losses:
        during = [one for one in street.said() if loss.holds(one)]
        failed = dict(Counter(f"{one.method} {one.status}" for one in street.failed(loss)))
        slowest = max((one.ended - one.begun for one in during if not one.failed), default=0)
        seconds = loss.ended - loss.begun
        print(f"\n{loss.what}: {seconds:.1f} s, {len(during)} asked, failed {failed}, slowest {slowest:.1f} s", end="")  # noqa: T201
    print(f"\n{len(street.said())} asked")  # noqa: T201


def nothing_was_lost(own: Base, world: World, street: Street, anne: Applicant) -> None:
    """Saves, the paper, the receipt; and nobody failed while nothing was being lost."""
    assert street.failed(None) == []
    assert {one.status for loss in street.losses for one in street.failed(loss)} <= {0, 503}
    for one, (file, _) in zip(street.people, world.programs, strict=False):
        assert isinstance(one, Program)
        assert one.strange == []
        assert one.saved > 20
        ((kept,),) = own.says("select answers->>'beds' from candidacy where id = %s", file)
        assert int(str(kept)) == one.saved
    paper = own.says("select sha256 from attachment")
    assert paper == [(hashlib.sha256(PAPER).hexdigest(),)]
    assert "valable" in anne.browser.look(f"{anne.home}/receipts/{anne.receipt}")
    assert own.says("select count(*) from submission where code = %s", anne.receipt) == [(1,)]


def every_mail_came_once(own: Base, world: World, post: Post) -> None:
    """By its Message-ID; and each person of the call was told."""
    assert own.says("select state, last_error, email from notification where state <> 'sent'") == []
    assert [one for one, times in Counter(post.ids).items() if times > 1] == []
    told = own.says(
        "select email from user_account u join organisation_member m on m.user_id = u.id "
        "join candidacy c using (tenant_id, organisation_id) where c.campaign_id = %s",
        world.told.id,
    )
    assert len(told) == NOTICES
    mails = Counter(post.recipients)
    assert [(email, mails[str(email)]) for (email,) in told if mails[str(email)] != 1] == []


def nothing_was_sent_twice(portal: Installation) -> None:
    """What changes something went to one web host alone; what only reads was asked of the other when one was lost."""
    passed = [one for balancer in portal.balancers for one in balancer.passed()]
    assert [one for one in passed if one.changes and any(one.sent[:-1])] == []
    assert any(one.changes and one.status == 503 for one in passed)
    assert {one.tried[-1] for one in passed if one.status == 200} == set(portal.webs)


def only_what_it_had_in_its_hands(street: Street) -> None:
    """When a web host was lost, the saves that it had begun have no answer; whatever came later has one."""
    loss = street.losses[0]
    failed = street.failed(loss)
    assert failed
    assert all(one.method == "PATCH" and one.begun < loss.cut for one in failed)
