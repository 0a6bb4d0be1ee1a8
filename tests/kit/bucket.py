"""A real S3 server (moto) of the tests, with an empty bucket; killed and started again by who tests that."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.kit.crew import eventually
from tests.kit.pooler import free_port

KEYS = {"CRRC_S3_ACCESS_KEY": "clef-de-test", "CRRC_S3_SECRET_KEY": "secret-de-test"}


@dataclass
class Bucket:
    """The server, on `host`:`port`; its bucket is « fichiers »."""

    host: str
    port: int
    prefix: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://{self.host}:{self.port}"

    def url(self, prefix: str = "portail", **options: str) -> str:
        """What CRRC_STORAGE_URL takes."""
        said = "".join(f"&{name}={value}" for name, value in options.items())
        return f"s3://fichiers/{prefix}?endpoint={self.endpoint}&region=fr-par{said}"

    def client(self) -> Any:
        """boto3's, to look behind our back."""
        import boto3

        keys = {"aws_access_key_id": KEYS["CRRC_S3_ACCESS_KEY"], "aws_secret_access_key": KEYS["CRRC_S3_SECRET_KEY"]}
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="fr-par", **keys)

    def start(self) -> None:
        """Empty: it remembers nothing. Returns when it answers."""
        server = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", self.host, "-p", str(self.port)]
        silent = subprocess.DEVNULL
        self.process = subprocess.Popen([*self.prefix, *server], stdout=silent, stderr=silent)
        eventually(self._answers)
        self.client().create_bucket(Bucket="fichiers", CreateBucketConfiguration={"LocationConstraint": "fr-par"})

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            socket.create_connection((self.host, self.port), 1).close()
        except OSError:
            return False
        return True


@contextmanager
def bucket(host: str = "127.0.0.1", port: int = 0, prefix: Sequence[str] = ()) -> Iterator[Bucket]:
    """An S3 server with an empty bucket; `prefix` stands before its command (ip netns exec …)."""
    made = Bucket(host, port or free_port(host), prefix)
    try:
        made.start()
        yield made
    finally:
        made.kill()
