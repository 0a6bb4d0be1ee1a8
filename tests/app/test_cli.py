"""`crrc`: sentences and exit codes, never a traceback."""

import json
import re
from collections.abc import Callable

import pytest

from app.cli import run
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.portal import find_portal
from tenants.service.role import list_memberships
from tenants.service.session import find_bearer

Crrc = Callable[..., tuple[int, str, str]]


@pytest.fixture
def crrc(database: str, capsys: pytest.CaptureFixture[str]) -> Crrc:
    """Run a command in this process: exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_portal_from_its_region(crrc: Crrc) -> None:
    code, out, _ = crrc("tenant", "create", "la-reunion", "--name", "GCS Tesis", "--region", "04")
    assert (code, "ARS La Réunion" in out) == (0, True)
    made = find_portal("la-reunion")
    assert made is not None
    assert (made.zone, made.region_code) == ("Indian/Reunion", "04")
    code, out, err = crrc("tenant", "create", "la-reunion", "--name", "Autre", "--region", "04")
    assert (code, out, err) == (1, "", "Le portail «\xa0la-reunion\xa0» existe déjà. Rien n’a été modifié.\n")
    listed = json.loads(crrc("tenant", "list", "--json")[1])
    assert [one["name"] for one in listed if one["slug"] == "la-reunion"] == ["GCS Tesis"]
    assert "la-reunion" in crrc("tenant", "list")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["tenant", "create", "x", "--name", "Nom", "--region", "53"], 1, "adresse du portail"),
        (["tenant", "create", "ici", "--name", "Nom", "--region", "99"], 1, "région 99"),
        (["tenant", "create", "ici", "--name", "", "--region", "53"], 1, "nom du GRADeS"),
        (["tenant", "create", "ici", "--name", "Nom", "--region", "53", "--colour", "#ffcc00"], 1, "plus proche"),
        (["tenant", "create", "ici", "--region", "53"], 2, "--name"),
        (["tenant", "role", "nulle-part", "a@b.fr", "ars_manager"], 1, "n’existe pas"),
        (["tenant", "role", "SLUG", "a@b", "ars_manager"], 1, "fin de l’adresse"),
        (["tenant", "role", "SLUG", "a@b.fr", "king"], 2, "king"),
        (["tenant", "role", "SLUG", "a@b.fr", "ars_manager", "--remove"], 1, "n’a pas le rôle"),
        (["tenant", "adhesion", "SLUG", "350000022", "--since", "hier"], 2, "hier"),
        (["tenant", "adhesion", "SLUG", "3500", "--since", "2025-01-01"], 1, "neuf chiffres"),
        (["tenant", "attribute", "SLUG", "350000022", "A B", "1"], 1, "minuscules"),
        (["tenant", "token", "SLUG", "--name", "t", "--scope", "rien"], 1, "Portée inconnue"),
        (["tenant", "fly"], 2, "fly"),
        (["voler"], 2, "voler"),
    ],
)
def test_what_is_wrong_is_said(crrc: Crrc, tenant: Tenant, arguments: list[str], code: int, word: str) -> None:
    got, out, err = crrc(*(tenant.slug if one == "SLUG" else one for one in arguments))
    assert (got, out) == (code, "")
    assert word in err
    assert "Traceback" not in err


def test_roles_adhesions_attributes(crrc: Crrc, tenant: Tenant) -> None:
    assert crrc("tenant", "role", tenant.slug, "Anne@ARS.fr", "ars_manager")[0] == 0
    assert [role for _, role in list_memberships(operator("t", tenant.id))] == ["ars_manager"]
    assert crrc("tenant", "role", tenant.slug, "anne@ars.fr", "ars_manager", "--remove")[0] == 0
    code, out, _ = crrc(
        "tenant", "adhesion", tenant.slug, "350000022", "--since", "2025-01-01", "--until", "2025-12-31"
    )
    assert (code, "31\xa0décembre 2025" in out) == (0, True)
    assert crrc("tenant", "attribute", tenant.slug, "350000022", "niveau", "3")[0] == 0
    assert crrc("tenant", "brand", tenant.slug, "--colour", "#1a3d2b", "--name", "Ici")[1].startswith(
        f"Portail {tenant.slug}\xa0: Ici, #1a3d2b"
    )


def test_a_link_and_a_token_are_printed_once_and_alone(crrc: Crrc, tenant: Tenant) -> None:
    code, out, err = crrc("tenant", "link", tenant.slug, "a@b.fr", "--next", f"/{tenant.slug}/account", "--hours", "2")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"http://127\.0\.0\.1:8000/{tenant.slug}/sign-in/[0-9a-f]{{64}}\n", out)
    code, out, err = crrc(
        "tenant", "token", tenant.slug, "--name", "essai", "--scope", "tenant", "--role", "ars_manager"
    )
    assert (code, err) == (0, "")
    actor = find_bearer(tenant.id, out.strip(), None)
    assert actor is not None
    assert (actor.roles, actor.scopes) == ({"ars_manager"}, {"tenant", "tenant.view"})  # any token may ask who it is
    listed = crrc("tenant", "tokens", tenant.slug)[1]
    assert "essai" in listed
    assert out.strip() not in listed
    assert crrc("tenant", "tokens", tenant.slug, "--revoke", listed.split()[0])[0] == 0
    assert find_bearer(tenant.id, out.strip(), None) is None


def test_the_state_of_the_installation(crrc: Crrc) -> None:
    code, out, _ = crrc("status", "--json")
    found = json.loads(out)
    assert (code, found["ok"]) == (0, True)
    assert found["checks"].keys() == {"database", "migrations", "role", "hour", "redis"}
    assert crrc("status")[0] == 0
    assert crrc("migrate")[0] == 0


def test_a_server_out_of_reach_is_a_sentence(crrc: Crrc, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import create_engine

    nowhere = create_engine("postgresql+psycopg://crrc_app@/crrc?host=/nowhere")
    monkeypatch.setattr("kit.transaction.engine", lambda: nowhere)
    code, _, err = crrc("tenant", "list")
    assert (code, "ne répond pas" in err, "Traceback" in err) == (3, True, False)


def test_a_fault_of_ours_is_a_sentence_too(crrc: Crrc, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("oups")

    monkeypatch.setattr("app.commands.tenant.portals.list_tenants", broken)
    code, _, err = crrc("tenant", "list")
    assert (code, "ZeroDivisionError" in err, "Traceback" in err) == (70, True, False)
    monkeypatch.setenv("CRRC_DEBUG", "1")
    assert "Traceback" in crrc("tenant", "list")[2]


def test_help_costs_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["tenant", "--help"], ["tenant", "create", "--help"]):
        assert run(arguments) == 0
        assert "Usage" in capsys.readouterr().out


def test_every_command_is_found_by_its_name_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever module it is in; each is listed once."""
    from click import Context

    from app.cli import crrc as house

    names = house.list_commands(Context(house))
    assert len(names) == len(set(names)) >= 5
    for name in names:
        assert run([name, "--help"]) == 0
        assert f"crrc {name}" in capsys.readouterr().out
