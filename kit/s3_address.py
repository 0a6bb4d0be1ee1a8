"""The address of an S3 storage, read: where it is, who we are for it, how long we wait."""

import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from kit.errors import Invalid
from kit.settings import settings

OPTIONS = {"endpoint", "region", "encryption"}
ENCRYPTIONS = {"AES256", "aws:kms", "none"}
CLIENT: Any = {"connect_timeout": "3s", "read_timeout": "15s", "timeout": "900s"}


def read_address(address: str) -> tuple[str, str | None, Any, Any]:
    """s3://bucket/prefix?endpoint=https://…&region=…&encryption=AES256|aws:kms|none → bucket, prefix, and what the
    library is told of the server and of the connection. Raises Invalid."""
    url = urlsplit(address)
    said = {name: values[-1] for name, values in parse_qs(url.query).items()}
    encryption = said.get("encryption", "AES256")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", url.netloc):
        raise Invalid(f"CRRC_STORAGE_URL\N{NO-BREAK SPACE}: {url.netloc!r} n’est pas le nom d’un espace S3.")
    if said.keys() - OPTIONS or encryption not in ENCRYPTIONS:
        raise Invalid(
            "CRRC_STORAGE_URL\N{NO-BREAK SPACE}: un espace S3 se décrit par endpoint, region et encryption "
            "(AES256, aws:kms ou none)."
        )
    if not settings().s3_access_key or not settings().s3_secret_key:
        raise Invalid("Un espace S3 demande CRRC_S3_ACCESS_KEY et CRRC_S3_SECRET_KEY.")
    config: Any = {
        "access_key_id": settings().s3_access_key,
        "secret_access_key": settings().s3_secret_key,
        "region": said.get("region", "us-east-1"),
        "checksum_algorithm": "sha256",
        "disable_bulk_delete": True,
        "disable_tagging": True,
    }
    if "endpoint" in said:
        config["endpoint"] = _endpoint(said["endpoint"])
    if encryption != "none":
        config["server_side_encryption"] = encryption
    options: Any = CLIENT | {"allow_http": said.get("endpoint", "").startswith("http://")}
    return url.netloc, unquote(url.path).strip("/") or None, config, options


def _endpoint(address: str) -> str:
    """The server's address: https, or http on a private network. Raises Invalid."""
    url = urlsplit(address)
    if url.scheme == "https" and url.hostname:
        return address
    try:
        private = url.hostname == "localhost" or ip_address(url.hostname or "").is_private
    except ValueError:
        private = False
    if url.scheme != "http" or not private:
        raise Invalid("CRRC_STORAGE_URL\N{NO-BREAK SPACE}: endpoint est une adresse https, ou http d’un réseau privé.")
    return address
