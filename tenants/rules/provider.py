"""Identity providers as a portal is registered with them: where they are, what they must say of themselves. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kit.address import address_fault
from kit.errors import Invalid
from tenants.rules.identity import LEVELS, PSC_LEVELS, SECOND_FACTOR

SUFFIXES = {
    "proconnect": "/.well-known/openid-configuration",
    "psc": "/.well-known/wallet-openid-configuration",  # the usual suffix leads to another authorisation page
}
# Production, as the Internet sees it, then as the network of the State does.
PLACES = {
    "proconnect": {
        "https://auth.agentconnect.gouv.fr/api/v2/.well-known/openid-configuration": "Production",
        "https://auth.agentconnect.rie.gouv.fr/api/v2/.well-known/openid-configuration": "Production, réseau de l’État",
    },
    "psc": {f"https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet{SUFFIXES['psc']}": "Production"},
}
# Sandboxes: anybody is whoever they like there. An installation names those it trusts (CRRC_IDENTITY_SANDBOXES).
SANDBOXES = {
    "proconnect": "https://fca.integ01.dev-agentconnect.fr/api/v2/.well-known/openid-configuration",
    "psc": ("https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"),
}
SCOPES = {
    "proconnect": "openid given_name usual_name email siret roles organization_label",
    "psc": "openid scope_all",
}
ALGORITHMS = {"proconnect": ["ES256", "RS256"], "psc": ["RS256"]}
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
ENDPOINTS = (*NEEDED, "end_session_endpoint")
LONGEST = 400
SECRET = "client_secret"  # noqa: S105 (the name of the field)
_PRINTED = re.compile(r"[\x21-\x7e]+")
NBSP = "\N{NO-BREAK SPACE}"


def check_place(kind: str, typed: str, allowed: Mapping[str, str], anywhere: bool) -> str:
    """The address of a provider's description, when this installation trusts it. Raises Invalid (`discovery_url`).

    Accounts are shared by every portal: whoever runs a provider could be anybody in all of them, so a portal chooses
    among those that the installation trusts. `anywhere` is for a trial on one machine.
    """
    place = typed.strip()
    fault = address_fault(place)
    if not fault and place not in allowed:
        if not anywhere:
            fault = "Choisissez une adresse de la liste."
        elif not place.endswith(SUFFIXES[kind]):
            fault = f"L’adresse se termine par {SUFFIXES[kind]}."
    if fault:
        raise Invalid(fault, {"discovery_url": fault})
    return place


def check_client(client_id: str, secret: str, has_secret: bool) -> tuple[str, str]:
    """The identifier and the secret that the provider gave; "" keeps the secret that is known. Raises Invalid."""
    client_id, secret = client_id.strip(), secret.strip()
    faults = {}
    if not _PRINTED.fullmatch(client_id) or len(client_id) > LONGEST:
        faults["client_id"] = "Recopiez l’identifiant donné par le fournisseur, sans espace."
    if not secret and not has_secret:
        faults[SECRET] = "Recopiez le secret donné par le fournisseur."
    elif secret and (not _PRINTED.fullmatch(secret) or len(secret) > LONGEST):
        faults[SECRET] = "Ce secret contient un caractère inattendu, ou il est trop long."
    if faults:
        raise Invalid("L’enregistrement n’est pas complet.", faults)
    return client_id, secret


def check_level(kind: str, typed: str) -> list[str]:
    """The levels to ask for: `factor` or `any`. Pro Santé Connect has one way to be asked. Raises Invalid (`level`)."""
    if kind == "psc":
        return [PSC_LEVELS[0]]
    if typed not in ("factor", "any"):
        raise Invalid("Choisissez un niveau.", {"level": "Choisissez un niveau de la liste."})
    return list(SECOND_FACTOR) if typed == "factor" else []


def described(kind: str, discovery_url: str, said: Any) -> dict[str, Any]:
    """What a provider's description says, checked: issuer and endpoints. Raises ValueError with a sentence.

    The issuer is where the description was read (OpenID Connect Discovery §4.3): nobody speaks for another.
    """
    if not isinstance(said, dict):
        raise ValueError("La description n’est pas lisible.")
    issuer = discovery_url.removesuffix(SUFFIXES[kind])
    if said.get("issuer") != issuer:
        raise ValueError(f"La description n’est pas celle de {issuer}.")
    missing = [name for name in NEEDED if not isinstance(said.get(name), str)]
    if missing:
        raise ValueError(f"Il manque à la description{NBSP}: {', '.join(missing)}.")
    found = {name: said[name] for name in ENDPOINTS if isinstance(said.get(name), str)}
    for name, address in found.items():
        if address_fault(address, may_ask=True) or (urlsplit(address).scheme, urlsplit(issuer).scheme) == (
            "http",
            "https",
        ):
            raise ValueError(f"Cette adresse n’est pas sûre{NBSP}: {name}.")
    return {
        "issuer": issuer,
        **found,
        "says_issuer": said.get("authorization_response_iss_parameter_supported") is True,
        "remarks": _remarks(kind, said),
    }


def _remarks(kind: str, said: Mapping[str, Any]) -> list[str]:
    """What a description does not announce, and that we need: they may know it all the same."""

    def lacks(name: str, *wanted: str) -> bool:
        announced = said.get(name)
        return isinstance(announced, list) and not any(one in announced for one in wanted)

    remarks = {
        "PKCE (S256) n’est pas annoncé.": lacks("code_challenge_methods_supported", "S256"),
        "L’authentification par client_secret_post n’est pas annoncée.": lacks(
            "token_endpoint_auth_methods_supported", "client_secret_post"
        ),
        f"Aucune signature {' ou '.join(ALGORITHMS[kind])} n’est annoncée pour l’identité.": lacks(
            "id_token_signing_alg_values_supported", *ALGORITHMS[kind]
        ),
        "Aucun des niveaux connus (eidas) n’est annoncé.": lacks("acr_values_supported", *LEVELS),
        "La déconnexion n’est pas annoncée (end_session_endpoint).": "end_session_endpoint" not in said,
    }
    return [sentence for sentence, lacking in remarks.items() if lacking]
