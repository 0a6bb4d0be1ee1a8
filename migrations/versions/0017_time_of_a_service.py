"""Half-days bought at the price of a service are for that service."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the service to packets, then say it of those that orders bought, and of what came from them.

    The application never updates a packet: its owner does, here. The key is checked apart, without a long lock.
    """
    op.add_column("time_packet", sa.Column("service_id", sa.Uuid))
    op.create_foreign_key(
        op.f("fk_time_packet_tenant_id_service_id"),
        "time_packet",
        "service",
        ["tenant_id", "service_id"],
        ["tenant_id", "id"],
        postgresql_not_valid=True,
    )
    op.execute(
        """
        with recursive bought as (
            select p.tenant_id, p.id, v.service_id
            from time_packet p
            join purchase_order o on o.tenant_id = p.tenant_id and o.id = p.source_id
            join quote q on q.tenant_id = o.tenant_id and q.id = o.quote_id
            join service_version v on v.tenant_id = q.tenant_id and v.id = q.service_version_id
            where p.source = 'order'
            union all
            select p.tenant_id, p.id, b.service_id
            from time_packet p
            join bought b on b.tenant_id = p.tenant_id and b.id = p.source_id
            where p.source in ('carry_over', 'transfer')
        )
        update time_packet p set service_id = b.service_id
        from bought b where b.tenant_id = p.tenant_id and b.id = p.id
        """
    )
    op.execute("alter table time_packet validate constraint fk_time_packet_tenant_id_service_id")
