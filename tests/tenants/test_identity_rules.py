"""What providers say, read without trusting it; their places; their refusals; browsers in words."""

from typing import Any

import pytest

from kit.errors import Invalid
from tenants.rules.agent import agent_in_words
from tenants.rules.identity import (
    LEVELS,
    MOST_ACTIVITIES,
    SECOND_FACTOR,
    is_enough,
    read_activities,
    read_told,
    told_status,
)
from tenants.rules.provider import PLACES, SANDBOXES, SUFFIXES, check_client, check_level, check_place, described
from tenants.rules.refusal import refusal

PLACE = "https://op.example/api/v2/.well-known/openid-configuration"
GOOD: dict[str, Any] = {
    "issuer": "https://op.example/api/v2",
    "authorization_endpoint": "https://op.example/authorize",
    "token_endpoint": "https://op.example/token",
    "userinfo_endpoint": "https://op.example/userinfo",
    "jwks_uri": "https://op.example/jwks",
}


def told(provider: str = "proconnect", said: dict[str, Any] | None = None, **id_claims: Any) -> Any:
    return read_told(provider, "https://op.example", {"sub": "s"} | id_claims, said or {}, "")


def test_proconnect_is_read() -> None:
    said = {
        "given_name": "ANNE",
        "usual_name": "Le Goff",
        "email": "Anne@ARS.fr",
        "siret": "130 007 960 00010",
        "roles": ["agent_public"],
    }
    found = told(said=said, acr="eidas2")
    assert (found.name, found.email, found.siret, found.acr, found.factor) == (
        "Anne Le Goff",
        "anne@ars.fr",
        "13000796000010",
        "eidas2",
        True,
    )
    assert found.claims["roles"] == ["agent_public"]
    assert found.activities is None


@pytest.mark.parametrize("odd", [7, None, [], {}, "\0\x1b[31m", "x" * 9000, "١" * 14, True], ids=range(8))
def test_what_is_no_text_is_not_kept(odd: Any) -> None:
    fields = ("given_name", "usual_name", "email", "siret", "roles", "organization_label", "SubjectRefPro")
    for provider in ("proconnect", "psc"):
        found = told(provider, dict.fromkeys(fields, odd), acr=odd)
        assert (found.email, found.siret) == ("", None)
        assert len(str(found.claims)) < 1500
        assert "\0" not in str(found.claims)
        assert "\x1b" not in str(found.claims)


def test_empty_roles_are_unknown_and_never_private() -> None:
    assert told_status({"roles": []}) == told_status({}) == told_status({"roles": None}) == "Statut non précisé"
    assert told_status({"roles": ["agent_public"]}) == "Agent public"
    assert told_status({"roles": ["agent_public", "agent_public_etat"]}) == "Agent public de l’État"
    assert told_status({"roles": ["other"]}) == "Agent public"


def test_activities_are_places_each_once() -> None:
    one = {
        "numeroSiretSite": "26600000000015",
        "numeroSirenSite": "",
        "numeroFinessSite": "59000000A",
        "numeroFinessetablissementJuridique": "2A0000014",
        "raisonSocialeSite": " EHPAD  TEST ",
    }
    said = {
        "SubjectRefPro": {
            "exercices": [{"activities": [one, one, {}, {"numeroSiretSite": ""}, "x", None]}, 3, {"activities": "x"}]
        }
    }
    assert read_activities(said) == [
        {"name": "EHPAD TEST", "siret": "26600000000015", "siren": "", "finess_et": "", "finess_ej": "2A0000014"}
    ]
    many = [{"raisonSocialeSite": f"Lieu {number}"} for number in range(500)]
    assert len(read_activities({"SubjectRefPro": {"exercices": [{"activities": many}]}})) == MOST_ACTIVITIES
    for odd in (None, [], "x", {"exercices": {}}, {"exercices": [[]]}):
        assert read_activities({"SubjectRefPro": odd}) == []


@pytest.mark.parametrize("acr", [*LEVELS, None, "", "EIDAS3", "eidas4"])
def test_levels(acr: str | None) -> None:
    assert is_enough("proconnect", acr, [])
    assert is_enough("proconnect", acr, SECOND_FACTOR) == (acr in ("eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"))
    assert is_enough("psc", acr, ["eidas1"]) == (acr in ("eidas1", "eidas2", "eidas3"))


def test_an_installation_trusts_the_places_of_production_alone() -> None:
    for kind, places in PLACES.items():
        for place in places:
            assert check_place(kind, f" {place} ", places, False) == place
            assert place.endswith(SUFFIXES[kind])
        for wrong in (
            SANDBOXES[kind],
            "",
            "https://evil.example" + SUFFIXES[kind],
            "javascript:alert(1)",
            next(iter(places)) + "?x",
        ):
            with pytest.raises(Invalid) as refused:
                check_place(kind, wrong, places, False)
            assert refused.value.fields.keys() == {"discovery_url"}
    assert check_place("psc", "http://127.0.0.1:4/x" + SUFFIXES["psc"], {}, True)
    with pytest.raises(Invalid, match="se termine par"):
        check_place("psc", "http://127.0.0.1:4/x" + SUFFIXES["proconnect"], {}, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"issuer": "https://auth.agentconnect.gouv.fr/api/v2"}, "n’est pas celle de"),
        ({"issuer": "https://op.example/api/v2/"}, "n’est pas celle de"),
        ({"jwks_uri": None}, "jwks_uri"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "pas sûre"),
        ({"end_session_endpoint": "https://user@op.example/"}, "pas sûre"),
        ({"userinfo_endpoint": "gopher://op.example"}, "pas sûre"),
    ],
    ids=range(6),
)
def test_nobody_speaks_for_another_issuer(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        described("proconnect", PLACE, GOOD | change)


def test_a_description_is_read_and_what_it_lacks_is_said() -> None:
    found = described("proconnect", PLACE, GOOD)
    assert found["issuer"] == "https://op.example/api/v2"
    assert found["remarks"] == ["La déconnexion n’est pas annoncée (end_session_endpoint)."]
    poor = {
        "code_challenge_methods_supported": ["plain"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }
    poor |= {"id_token_signing_alg_values_supported": ["HS256"], "acr_values_supported": ["0"]}
    assert len(described("proconnect", PLACE, GOOD | poor)["remarks"]) == 5
    for odd in (None, [], "x", 3):
        with pytest.raises(ValueError, match="pas lisible"):
            described("proconnect", PLACE, odd)


def test_what_a_provider_gave_is_checked() -> None:
    assert check_client(" id ", " s3cret ", False) == ("id", "s3cret")
    assert check_client("id", "", True) == ("id", "")
    for client_id, secret, known, named in (
        ("", "x", False, "client_id"),
        ("a b", "x", False, "client_id"),
        ("a", "", False, "client_secret"),
        ("a", "é", True, "client_secret"),
        ("a" * 999, "x", True, "client_id"),
    ):
        with pytest.raises(Invalid) as refused:
            check_client(client_id, secret, known)
        assert refused.value.fields.keys() == {named}
    assert check_level("psc", "whatever") == ["eidas1"]
    assert check_level("proconnect", "any") == []
    with pytest.raises(Invalid):
        check_level("proconnect", "eidas3")


def test_refusals_never_repeat_what_was_sent() -> None:
    assert refusal("proconnect", "x", "foo Y500015 bar").reason == "Y500015"
    assert refusal("proconnect", "x", "Y5000151").reason == "other"
    odd = refusal("psc", "<b>\r\n{provider}", "{0}")
    assert "<b>" not in odd.sentence
    assert "Pro Santé Connect" in odd.sentence


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox sur Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge sur Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Chrome sur Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Mobile Safari/604.1",
            "Safari sur iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 SamsungBrowser/25.0 Chrome/121 Mobile Safari/537",
            "Samsung Internet sur Android",
        ),
        ("curl/8.0 (Linux)", "Navigateur sur Linux"),
        ("", "Navigateur inconnu"),
        ("<script>alert(1)</script>\r\nX: y", "Navigateur inconnu"),
    ],
    ids=range(8),
)
def test_browsers_in_words(header: str, words: str) -> None:
    assert agent_in_words(header) == words
