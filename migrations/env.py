"""Runs the migrations as the owner of the tables; a lock that cannot be had in 5 s gives way to the traffic."""

from alembic import context
from sqlalchemy import create_engine

from kit import servers
from kit.db import Base
from migrations import tables  # noqa: F401 (every table, for autogenerate)


def run() -> None:
    """Connect as the owner and run, one transaction per migration."""
    url = context.config.attributes.get("url") or servers.database_owner_url()
    engine = create_engine(url, connect_args={"options": "-c lock_timeout=5000"})
    with engine.connect() as connection:
        # Two that migrate take turns: the second finds it done. The lock goes with the connection.
        connection.exec_driver_sql("select pg_advisory_lock(720702)")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
