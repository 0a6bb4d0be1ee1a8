"""`crrc person`: the operator helps somebody whom no GRADeS can help alone."""

from collections.abc import Callable

import pytest

from app.cli import run
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.role import grant_role
from tenants.service.session import find_signed_in
from tests.tenants.proving import sign_in, want_factor


@pytest.mark.usefixtures("no_limits")
def test_factors_are_forgotten_for_every_portal(
    tenant: Tenant, make_tenant: Callable[..., Tenant], capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = make_tenant()
    who = sign_in(tenant, f"perdue@{tenant.slug}.fr").add_totp()
    for portal in (tenant, elsewhere):
        grant_role(operator("t", portal.id), who.email, "ars_manager")
        want_factor(portal, "ars_manager")
    asked = ["person", "reset-factor", who.email, "--tenant", tenant.slug]
    assert run([*asked, "--yes"]) == 0
    assert "1\xa0moyen oublié" in capsys.readouterr().out
    assert find_signed_in(tenant.id, who.secret, None) is None
    for arguments in (["inconnue@x.fr", "--tenant", tenant.slug], [who.email, "--tenant", "nulle-part"]):
        assert run(["person", "reset-factor", *arguments, "--yes"]) == 1
    assert run(["person", "reset-factor", "x", "--tenant", tenant.slug, "--yes"]) == 1
