"""Our clients of Chorus Pro and of a platform, against strict fakes that are away, slow, angry or confused."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from billing.gateway.channel import Barred, ChannelError, Deposit, Refused, Unknown, Unsent
from billing.gateway.chorus import read_instant
from billing.gateway.outgoing import call
from billing.gateway.platform import Platform
from billing.rules.routing import LARGEST_FILE
from kit.settings import settings
from tests.billing.portals import Chorus, a_chorus, a_platform, parcel
from tests.notifications.post import free_port
from tests.peers.chorus.portal import Structure
from tests.peers.chorus.server import Accredited

DEPOSIT, SEARCH = "factures/v1/deposer/flux", "factures/v1/rechercher/fournisseur"


@pytest.fixture
def chorus() -> Iterator[Chorus]:
    with a_chorus() as found:
        yield found


@pytest.fixture
def platform() -> Iterator[tuple[Accredited, Platform]]:
    with a_platform() as found:
        yield found


def test_an_invoice_is_deposited_and_followed_to_its_payment(chorus: Chorus) -> None:
    """The file arrives whole; statuses come with the portal's words and hours, the oldest first."""
    channel, portal = chorus.channel(), chorus.portal
    deposit = channel.deposit(parcel())
    assert (portal.flows[0].name, portal.flows[0].content) == ("F2026-000001.pdf", parcel().content)
    assert deposit == Deposit(portal.flows[0].number)
    portal.say("F2026-000001", "MISE_A_DISPOSITION")
    portal.say("F2026-000001", "SUSPENDUE", "Il manque  le service\nfait.")
    said = channel.news(parcel(), deposit.reference)
    assert [one.code for one in said] == ["IN_INTEGRE", "DEPOSEE", "MISE_A_DISPOSITION", "SUSPENDUE"]
    assert said[-1].detail == "Il manque le service fait."
    assert said[1].said_at == datetime(2026, 3, 2, 8, 1, tzinfo=UTC), "nine in Paris"
    assert portal.refusals == []


def test_a_token_is_asked_once_and_again_when_it_ends(chorus: Chorus) -> None:
    channel, portal = chorus.channel(), chorus.portal
    for number in range(3):
        channel.deposit(parcel(f"F2026-00000{number}"))
    assert portal.calls.count("token") == 1
    portal.tokens.clear()  # withdrawn before its time
    channel.deposit(parcel("F2026-000009"))
    assert portal.calls.count("token") == 2
    portal.token_seconds = 1
    portal.tokens.clear()
    channel.deposit(parcel("F2026-000010"))
    time.sleep(0.6)  # half of a token of one second is kept as margin
    before = len(portal.refusals)
    channel.deposit(parcel("F2026-000011"))
    assert portal.calls.count("token") == 4
    assert len(portal.refusals) == before, "it was renewed before the portal refused it"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"client_secret": "autre-cle"}, "PISTE refuse l’identifiant ou le secret de l’application."),
        ({"client_id": "autre"}, "PISTE refuse l’identifiant ou le secret de l’application."),
        ({"password": "périmé"}, "Chorus Pro refuse le compte technique"),
        ({"login": "autre"}, "Chorus Pro refuse le compte technique"),
    ],
)
def test_a_refused_account_bars_the_channel(chorus: Chorus, words: dict[str, str], sentence: str) -> None:
    with pytest.raises(Barred) as refused:
        chorus.channel(**words).deposit(parcel())
    assert refused.value.sentence.startswith(sentence)
    assert chorus.portal.flows == []
    for secret in (chorus.portal.client_secret, chorus.portal.password):
        assert secret not in refused.value.sentence
    assert chorus.portal.password not in repr(chorus.channel())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (429, Unsent),
        ("redirect", Unsent),
        (500, Unknown),
        (502, Unknown),
        ("hang up", Unknown),
        ("hang up after", Unknown),
        ("nonsense", Unknown),
        (400, Refused),
        (403, Barred),
    ],
)
def test_what_a_bad_answer_to_a_deposit_means(chorus: Chorus, fault: object, kind: type[ChannelError]) -> None:
    """Certainly nothing done, or perhaps something: never taken one for the other."""
    chorus.portal.faults[DEPOSIT] = [fault]
    with pytest.raises(kind) as raised:
        chorus.channel().deposit(parcel())
    assert type(raised.value) is kind
    assert len(chorus.portal.flows) == (fault == "hang up after")


@pytest.mark.parametrize("fault", [500, "nonsense", "hang up", 429])
def test_a_token_that_does_not_come_leaves_the_invoice_here(chorus: Chorus, fault: object) -> None:
    chorus.portal.faults["token"] = [fault]
    with pytest.raises(Unsent):
        chorus.channel().deposit(parcel())
    assert chorus.portal.flows == []


def test_a_portal_that_is_slow_or_away(chorus: Chorus) -> None:
    chorus.portal.faults[DEPOSIT] = ["slow"]
    begun = time.monotonic()
    with pytest.raises(Unknown):
        chorus.channel(patience=0.5).deposit(parcel())
    assert time.monotonic() - begun < 2.5
    with pytest.raises(Unsent):
        chorus.channel(api_url=f"http://127.0.0.1:{free_port()}").deposit(parcel())


def test_what_the_portal_would_refuse_is_not_sent(chorus: Chorus) -> None:
    with pytest.raises(Refused, match="10 Mo"):
        chorus.channel().deposit(parcel(content=b"%PDF" + bytes(LARGEST_FILE)))
    assert chorus.portal.calls == []
    with pytest.raises(Refused, match="GDP_MSG"):
        chorus.channel().deposit(parcel(content=b"no PDF"))


def test_whether_the_portal_knows_an_invoice(chorus: Chorus) -> None:
    """By its very number, of ours, and not the one it rejected."""
    channel, portal = chorus.channel(), chorus.portal
    assert channel.find(parcel()) is None
    channel.deposit(parcel("AF2026-000001-B"))
    assert channel.find(parcel("F2026-000001")) is None, "a longer number is another invoice"
    deposit = channel.deposit(parcel())
    assert channel.find(parcel()) == deposit
    portal.say("F2026-000001", "REJETEE", "Doublon")
    assert channel.find(parcel()) is None
    again = channel.deposit(parcel())
    assert channel.find(parcel()) == again
    portal.supplier = "26600000900016"
    assert channel.find(parcel()) is None, "of another issuer"
    assert portal.refusals == []


def test_a_flow_that_waits_and_a_flow_that_is_refused(chorus: Chorus) -> None:
    channel, portal = chorus.channel(), chorus.portal
    portal.integrates = False
    deposit = channel.deposit(parcel())
    assert [one.code for one in channel.news(parcel(), deposit.reference)] == ["IN_EN_ATTENTE_TRAITEMENT"]
    portal.flows[0].state, portal.flows[0].errors = "IN_REJETE", ["Le SIRET du destinataire est inconnu."]
    (said,) = channel.news(parcel(), deposit.reference)
    assert (said.code, said.detail) == ("IN_REJETE", "Le SIRET du destinataire est inconnu.")


@pytest.mark.parametrize(
    ("flags", "requirement"),
    [({}, "none"), ({"service": True}, "service"), ({"engagement": True}, "engagement"), ({"either": True}, "either")],
)
def test_what_a_structure_wants(chorus: Chorus, flags: dict[str, bool], requirement: str) -> None:
    services = {"COMPTA": True, "ANCIEN": False, "FACTURES_PUBLIQUES": True, "ACHATS": True, "DSI": True}
    chorus.portal.structures = [Structure(7, "26600000900016", "CH de Brest", services=services, **flags)]
    found = chorus.channel().structure("26600000900016")
    assert found is not None
    assert (found.name, found.requirement, found.is_active) == ("CH de Brest", requirement, True)
    assert found.services == {"COMPTA": True, "ANCIEN": False, "ACHATS": True, "DSI": True}, "all the pages"
    assert chorus.channel().structure("13000797400012") is None
    assert "CH de Brest" in chorus.channel().test("26600000900016")
    assert "ne connaît pas" in chorus.channel().test("13000797400012")
    assert chorus.portal.refusals == []


def test_a_platform_takes_and_follows(platform: tuple[Accredited, Platform]) -> None:
    fake, channel = platform
    assert channel.find(parcel()) is None
    deposit = channel.deposit(parcel())
    assert (deposit.reference, channel.find(parcel())) == ("flux-1", deposit)
    assert [one.code for one in channel.news(parcel(), "flux-1")] == ["Pending"]
    details = [{"level": "Error", "reasonCode": "BR-FR-10", "reasonMessage": "Destinataire inconnu"}]
    fake.flows[0]["acknowledgement"] = {"status": "Error", "details": details}
    fake.flows[0]["updatedAt"] = "2026-03-02T09:00:00Z"
    (said,) = channel.news(parcel(), "flux-1")
    assert (said.code, said.detail) == ("Error", "BR-FR-10 Destinataire inconnu")
    assert said.said_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert channel.find(parcel()) is None, "what was refused is not there"
    assert "accepte votre jeton" in channel.test("")
    with pytest.raises(Barred):
        Platform(channel.url, "autre").test("")
    assert fake.refusals == ["health: token"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(500, Unknown), (429, Unsent), ("nonsense", Unknown), ("hang up after", Unknown), (422, Refused)],
)
def test_a_platform_in_trouble(platform: tuple[Accredited, Platform], fault: object, kind: type[ChannelError]) -> None:
    platform[0].faults["flows"] = [fault]
    with pytest.raises(kind):
        platform[1].deposit(parcel())


@pytest.mark.parametrize(
    "url",
    [
        "http://api.piste.gouv.fr/",
        "ftp://api.piste.gouv.fr/",
        "https://user:word@api.piste.gouv.fr/",
        "https://api.piste.gouv.fr/?a=b",
        "https:///",
        "https://[::1",
        "file:///etc/passwd",
        "https://a b/",
        "",
    ],
)
def test_an_address_that_is_not_called(url: str) -> None:
    with pytest.raises(Unsent):
        call("Le portail", "GET", url, {}, None)


@pytest.fixture
def real_installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CRRC_BASE_URL", "https://crrc.example")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("real_installation")
@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:8443/", "https://10.0.0.8/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/"]
)
def test_our_own_network_is_not_called_from_a_real_installation(url: str) -> None:
    """The address is typed by people of one tenant among others."""
    with pytest.raises(Unsent, match="notre réseau"):
        call("Le portail", "GET", url, {}, None)


@pytest.mark.usefixtures("real_installation")
def test_the_address_that_was_looked_at_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds the name may answer another address to the second question: nobody asks it."""
    asked, called = [], []

    def answers(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(None, None, None, "", ("203.0.114.7" if len(asked) == 1 else "127.0.0.1", 443))]

    def connect(wire: socket.socket, where: tuple[str, int]) -> None:
        called.append(where)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr("kit.wire.Wire.connect", connect)
    with pytest.raises(Unsent):
        call("Le portail", "GET", "https://portail.example/v1", {}, None)
    assert (asked, called) == (["portail.example"], [("203.0.114.7", 443)])


def test_times_of_the_portal() -> None:
    assert read_instant("2026-07-01 10:00") == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert read_instant("2026-07-01T10:00:00.000+02:00") == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert read_instant("hier") is read_instant(None) is read_instant(3) is None
