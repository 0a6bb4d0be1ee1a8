"""Alembic migrations, hand-written, deploy-safe."""
