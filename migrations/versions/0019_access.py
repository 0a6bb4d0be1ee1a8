"""The ways in: second factors, identity providers, richer sessions; roles, links and tokens behind the wall.

What names a tenant is guarded by its policy, also what the platform reads: a person alone, on no portal, sees their own
places of every portal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.rls import APP_ROLE, protect, share

revision = "0019"
down_revision = "0018"

INSTANT = sa.DateTime(timezone=True)
PLATFORM = ("external_identity", "challenge", "totp_secret", "passkey", "recovery_code")
OWNED = ("identity_provider", "api_client")
# They had a tenant and no policy.
ENCLOSED = {"membership": "tenant_id, user_id, role", "sign_in_link": "tenant_id, id", "api_token": "tenant_id, id"}


def upgrade() -> None:
    """Make the tables, enclose what named a tenant without a policy, and say more of sessions."""
    _make_challenge()
    _make_identity_provider()
    _make_api_client()
    _make_external_identity()
    _make_passkey()
    _make_recovery_code()
    _make_totp_secret()
    share(op.execute, *PLATFORM)
    protect(op.execute, *OWNED)
    _enclose()
    _say_more_of_sessions()
    _say_more_of_links_and_tokens()


def _make_challenge() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("facts", JSONB),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"])
    op.create_index("ix_challenge_subject_purpose", "challenge", ["subject", "purpose"])


def _make_identity_provider() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("discovery_url", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("client_secret", sa.Text, nullable=False),
        sa.Column("acr_values", JSONB, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind in ('proconnect', 'psc')", name="kind"),
        sa.PrimaryKeyConstraint("tenant_id", "kind"),
    )


def _make_api_client() -> None:
    op.create_table(
        "api_client",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", JSONB, nullable=False),
        sa.Column("scopes", JSONB, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("previous_digest", sa.Text),
        sa.Column("previous_until", INSTANT),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )


def _make_external_identity() -> None:
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("sub", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("claims", JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.CheckConstraint("provider in ('proconnect', 'psc')", name="provider"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("issuer", "sub"),
    )
    op.create_index("ix_external_identity_user_id", "external_identity", ["user_id"])


def _make_passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("credential_id", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("transports", JSONB, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("credential_id"),
    )
    op.create_index("ix_passkey_user_id", "passkey", ["user_id"])


def _make_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("user_id", "digest"),
    )


def _make_totp_secret() -> None:
    op.create_table(
        "totp_secret",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )


def _enclose() -> None:
    for table, key in ENCLOSED.items():
        op.drop_constraint(op.f(f"fk_{table}_tenant_id"), table)
        op.execute(f"alter table {table} drop constraint pk_{table}, add constraint pk_{table} primary key ({key})")
    protect(op.execute, *ENCLOSED)
    mine = "user_id = nullif(current_setting('app.person_id', true), '')::uuid"
    for table in ("membership", "organisation_member"):
        op.execute(f"create policy own_places on {table} for select to {APP_ROLE} using ({mine})")
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])
    op.drop_index("ix_sign_in_link_expires_at", "sign_in_link")
    op.create_index("ix_sign_in_link_tenant_id_expires_at", "sign_in_link", ["tenant_id", "expires_at"])


def _say_more_of_sessions() -> None:
    """Those that are open go on; they count as proved when they began."""
    for column in (
        sa.Column("id", sa.Uuid, nullable=False, server_default=sa.text("gen_random_uuid()")),
        sa.Column("method", sa.Text, nullable=False, server_default="link"),
        sa.Column("identity_id", sa.Uuid, sa.ForeignKey("external_identity.id")),
        sa.Column("acr", sa.Text),
        sa.Column("siret", sa.Text),
        sa.Column("activities", JSONB),
        sa.Column("id_token", sa.Text, nullable=False, server_default=""),
        sa.Column("agent", sa.Text, nullable=False, server_default=""),
        sa.Column("ip", sa.Text, nullable=False, server_default=""),
        sa.Column("seen_at", INSTANT),
        sa.Column("proved_at", INSTANT),
        sa.Column("factor_at", INSTANT),
    ):
        op.add_column("session", column)
    op.execute("update session set seen_at = created_at, proved_at = created_at")
    op.alter_column("session", "seen_at", nullable=False)
    op.alter_column("session", "proved_at", nullable=False)
    op.alter_column("session", "id", server_default=None)
    op.create_unique_constraint("uq_session_id", "session", ["id"])
    op.create_check_constraint("method", "session", "method in ('link', 'passkey', 'proconnect', 'psc')")


def _say_more_of_links_and_tokens() -> None:
    op.add_column("user_account", sa.Column("erased_at", INSTANT))
    op.add_column("membership", sa.Column("granted_at", INSTANT))
    op.add_column("membership", sa.Column("reviewed_at", INSTANT))
    op.add_column("sign_in_link", sa.Column("browser", sa.Text))
    op.add_column("sign_in_link", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("sign_in_link", sa.Column("identity", JSONB))
    op.add_column("api_token", sa.Column("client_id", sa.Uuid))
    op.add_column("api_token", sa.Column("created_by", sa.Uuid, sa.ForeignKey("user_account.id")))
    op.add_column("api_token", sa.Column("used_at", INSTANT))
    op.create_foreign_key(
        "fk_api_token_tenant_id_client_id",
        "api_token",
        "api_client",
        ["tenant_id", "client_id"],
        ["tenant_id", "id"],
    )
    op.create_index(
        "ix_api_token_tenant_id_client_id",
        "api_token",
        ["tenant_id", "client_id"],
        postgresql_where=sa.text("client_id is not null"),
    )
