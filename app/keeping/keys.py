"""The keys of the installation, without which receipts are not signed again and sealed secrets stay sealed."""

import os
import tarfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from kit import signing, vault
from kit.errors import Conflict
from kit.french import NBSP
from kit.keyfile import put
from kit.settings import settings

SIGNING, OLD, SEAL, SECRETS = FILES = ("signing.pem", "signing.old", "seal.key", "secrets.keys")
LARGEST = 1 << 20


def _place(name: str) -> Path:
    """Where this installation keeps, or would keep, this file."""
    home = settings().home / "keys"
    if name == SECRETS:
        return home / name
    key = Path(os.environ.get("CRRC_SIGNING_KEY") or home / SIGNING)
    return {SIGNING: key, OLD: key.with_suffix(".old"), SEAL: key.with_name(SEAL)}[name]


def _here(name: str) -> bytes | None:
    """What this installation has; None when it has none."""
    named = os.environ.get(vault.NAMED, "").split()
    if name == SECRETS and named:
        return ("\n".join(named) + "\n").encode()
    return _place(name).read_bytes() if _place(name).exists() else None


def pack() -> BytesIO:
    """A tar of the keys, wherever this machine keeps them."""
    signing.public_key()  # made now if it was not: a restored installation must sign as this one
    vault.key_names()
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in FILES:
            content = _here(name)
            if content is not None:
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(content), 0o600
                tar.addfile(entry, BytesIO(content))
    packed.seek(0)
    return packed


def unpack(packed: BinaryIO) -> dict[str, bytes]:
    """File name → content. Raises Conflict for anything else than our few files."""
    found = {}
    with tarfile.open(fileobj=packed, mode="r:") as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isreg() and entry.size <= LARGEST else None
            if content is None or entry.name not in FILES:
                raise Conflict("Les clés de cette sauvegarde ne sont pas celles d’un portail.")
            found[entry.name] = content.read()
    return found


def refuse_others(keys: dict[str, bytes]) -> None:
    """Raise Conflict when this installation has keys already, and they are others."""
    for name, content in keys.items():
        if (_here(name) or content).split() != content.split():
            raise Conflict(
                f"Cette installation a déjà des clés ({name}), qui ne sont pas celles de la sauvegarde{NBSP}: une "
                "restauration n’écrase rien."
            )


def write(keys: dict[str, bytes]) -> None:
    """Put them where this installation looks for its keys, but for those that the environment holds."""
    for name, content in keys.items():
        if _here(name) is None:
            _place(name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            put(_place(name), content)
