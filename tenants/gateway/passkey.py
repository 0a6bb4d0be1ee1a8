"""Passkeys: what a browser is asked for, and whether what it answers is true (WebAuthn, level 2).

What an authenticator sends is anybody's text: whatever is wrong with it, it is only not believed.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants.rules.factor import LONGEST_PASSKEY_ANSWER
from tenants.rules.site import Site

TRANSPORTS = frozenset(kind.value for kind in AuthenticatorTransport)
TIMEOUT_MS = 120_000
LONGEST_CREDENTIAL = 1400  # base64url of the 1023 bytes that the standard allows, and a little


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a key will be of: what their device shows beside it. `handle` comes back when they sign in with it."""

    handle: bytes
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser sent, before it is believed. `challenge` is the one it says it answers."""

    credential_id: str
    challenge: bytes
    handle: bytes | None
    credential: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, and proved."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Proof:
    """An answer that is true. `verified`: the device recognised the person too (finger, face, PIN)."""

    sign_count: int
    verified: bool


def creation(site: Site, issuer: str, person: Person, challenge: bytes, known: Iterable[str]) -> dict[str, Any]:
    """What to ask a browser that makes a key: one that signs in by itself where the device can."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=issuer,
        user_id=person.handle,
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    return options_to_json_dict(options)


def request(site: Site, challenge: bytes, known: Iterable[tuple[str, Iterable[str]]], verify: bool) -> dict[str, Any]:
    """What to ask a browser that shows a key: one of `known` (identifier, transports), or any when there is none.

    `verify`: the device must also recognise the person.
    """
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=base64url_to_bytes(one), transports=[AuthenticatorTransport(name) for name in _known(transports)]
            )
            for one, transports in known
        ],
        user_verification=UserVerificationRequirement.REQUIRED if verify else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(options)


def read(text: str) -> Shown | None:
    """What a browser sent; None when it is not of the shape of an answer."""
    if len(text) > LONGEST_PASSKEY_ANSWER:
        return None
    try:
        credential = json.loads(text)
        response = credential["response"]
        client = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        if client.cross_origin:
            return None
        shown = Shown(
            str(credential["id"])[:LONGEST_CREDENTIAL],
            client.challenge,
            base64url_to_bytes(handle) if handle else None,
            credential,
        )
    except Exception:  # whatever the library or the text holds: it is no answer
        return None
    return shown


def verify_new(shown: Shown, site: Site) -> NewKey | None:
    """The key that was made at `site` for this challenge; None when anything is not as it should be."""
    try:
        made = verify_registration_response(
            credential=shown.credential,
            expected_challenge=shown.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        transports = shown.credential["response"].get("transports") or []
    except Exception:  # the library raises of its own, and what CBOR, keys and certificates raise
        return None
    return NewKey(
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
        _known(transports),
    )


def verify_shown(shown: Shown, site: Site, public_key: str) -> Proof | None:
    """Whether the key of `public_key` answered this challenge at `site`. The caller compares the sign count."""
    try:
        proved = verify_authentication_response(
            credential=shown.credential,
            expected_challenge=shown.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
        )
    except Exception:  # as above
        return None
    return Proof(proved.new_sign_count, proved.user_verified)


def _known(transports: Any) -> list[str]:
    said = transports if isinstance(transports, list) else []
    return sorted({name for name in said if isinstance(name, str)} & TRANSPORTS)
