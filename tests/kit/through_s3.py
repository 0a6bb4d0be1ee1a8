"""Any test with its files on S3: `pytest -p tests.kit.through_s3 tests/bookings/test_deliverable.py`.

A plugin, for whoever changes kit/object_storage.py or asks something new of a file that is kept.
"""

import os
from collections.abc import Iterator

import pytest

from kit.settings import settings
from kit.storage import storage
from tests.kit.bucket import KEYS, bucket


@pytest.fixture(scope="session", autouse=True)
def through_s3() -> Iterator[None]:
    """Every file goes to an S3 server of our own."""
    with bucket() as made, pytest.MonkeyPatch.context() as patch:
        for name, value in (KEYS | {"CRRC_STORAGE_URL": made.url(f"essai-{os.getpid()}")}).items():
            patch.setenv(name, value)
        settings.cache_clear()
        storage.cache_clear()
        yield
    settings.cache_clear()
    storage.cache_clear()
