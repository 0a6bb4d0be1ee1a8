"""Deliverables: who sends them, when, their versions, what is kept, who reads them."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from bookings.models import Deliverable
from bookings.service.deliverable import Upload, add_deliverable, read_deliverable, share_deliverable, view_deliverable
from kit import signing
from kit.actor import Actor
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.storage import keep_bytes, storage
from tenants.models import Tenant
from tests.bookings import sent
from tests.bookings.doing import Scene, a_scene, accept, add_file, deliver
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility, a_member, a_supplier


@pytest.fixture
def scene(tenant: Tenant) -> Scene:
    """A planned mission."""
    return a_scene(tenant)


def send(actor: Actor, scene: Scene) -> Deliverable:
    return add_deliverable(actor, scene.mission.id, Upload("rapport.pdf", io.BytesIO(sent.a_pdf())))


def reads(actor: Actor, deliverable: Deliverable) -> bool:
    """Whether somebody may read it."""
    try:
        return view_deliverable(actor, deliverable.id).id == deliverable.id
    except NotFound:
        return False


def test_what_is_sent_is_kept_as_it_is(scene: Scene) -> None:
    content = sent.a_pdf()
    deliverable = add_file(scene, "C:\\Bureau\\Retour d’expérience.pdf", content, note="Version  de travail")
    assert (deliverable.name, deliverable.version) == ("Retour d’expérience.pdf", 1)
    assert (deliverable.content_type, deliverable.size) == ("application/pdf", len(content))
    assert (deliverable.sha256, deliverable.note) == (signing.sha256(content), "Version de travail")
    assert read_deliverable(scene.buyer, deliverable.id)[1] == content


def test_the_same_name_is_the_next_version_and_another_name_may_be_too(scene: Scene) -> None:
    assert add_file(scene).version == 1
    assert add_file(scene).version == 2
    renamed = add_file(scene, "RETEX définitif.pdf", document="Retour d’expérience.pdf")
    assert (renamed.name, renamed.version, renamed.file_name) == ("Retour d’expérience.pdf", 3, "RETEX définitif.pdf")
    assert add_file(scene, "Annexe.pdf").version == 1
    with pytest.raises(Invalid) as refused:
        add_file(scene, "Annexe.pdf", document="Autre chose.pdf")
    assert refused.value.fields.keys() == {"document"}


def test_versions_sent_at_once_have_each_their_number(scene: Scene) -> None:
    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(lambda _: add_file(scene).version, range(6)))
    assert sorted(versions) == [1, 2, 3, 4, 5, 6]


def test_only_the_provider_sends(scene: Scene) -> None:
    reader = a_member(scene.tenant, scene.market.supplier.provider.id, "reader")
    for actor in (scene.buyer, reader):
        with pytest.raises(Forbidden):
            send(actor, scene)
    others = (a_supplier(scene.tenant).owner, a_facility(scene.tenant).owner, a_person(scene.tenant, "ars_manager"))
    for stranger in others:
        with pytest.raises((NotFound, Forbidden)):
            send(stranger, scene)


def test_an_accepted_mission_takes_no_more(scene: Scene) -> None:
    deliver(scene)
    accept(scene)
    with pytest.raises(Conflict, match="n’attend plus de livrable"):
        add_file(scene)


def test_what_is_refused_is_not_kept(scene: Scene) -> None:
    for refused in (
        lambda: add_file(scene, "rapport.pdf", sent.with_script()),
        lambda: add_file(scene, document="Autre chose.pdf"),
    ):
        with pytest.raises(Invalid):
            refused()
    assert storage().names(scene.tenant.id) == []


def test_what_the_first_versions_kept_under_its_digest_is_read(scene: Scene) -> None:
    deliverable, digest = add_file(scene), signing.sha256(sent.a_pdf())
    (name,) = storage().names(scene.tenant.id)
    storage().forget(name)
    keep_bytes(f"deliverables/{scene.tenant.id}/{digest[:2]}/{digest}", sent.a_pdf())
    assert read_deliverable(scene.buyer, deliverable.id)[1] == sent.a_pdf()


@pytest.mark.parametrize(
    ("upload", "field"),
    [(Upload("", io.BytesIO()), "file"), (Upload("a.txt", io.BytesIO(b"x"), note="x" * 201), "note")],
)
def test_an_upload_names_what_is_wrong(scene: Scene, upload: Upload, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_deliverable(scene.doer, scene.mission.id, upload)
    assert refused.value.fields.keys() == {field}


def test_the_grades_reads_what_is_shared_and_the_ars_never(scene: Scene) -> None:
    deliverable = add_file(scene)
    ars, other = a_person(scene.tenant, "ars_manager"), a_supplier(scene.tenant).owner
    assert [reads(one, deliverable) for one in (scene.buyer, scene.doer, scene.grades, ars, other)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    share_deliverable(scene.buyer, deliverable.id, True)
    assert [reads(one, deliverable) for one in (scene.grades, ars, other)] == [True, False, False]
    share_deliverable(scene.buyer, deliverable.id, False)
    assert not reads(scene.grades, deliverable)
    with pytest.raises(Forbidden):
        share_deliverable(scene.doer, deliverable.id, True)
    with pytest.raises(NotFound):
        share_deliverable(scene.grades, deliverable.id, True)
