"""The stand-in as a plugin that Terraform reaches by TF_REATTACH_PROVIDERS, on a unix socket, while a block lasts."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import grpc

from infra.checks.stand_in import facts, values, wire

SERVICE = "/tfplugin6.Provider/"


class Provider(grpc.GenericRpcHandler):
    """Answers protocol 6. What is not written below is answered by an empty message: it agrees, and says nothing."""

    def __init__(self, known: facts.Facts) -> None:
        self.known = known
        self.schema = wire.provider_schema(known)

    def service(self, handler_call_details: Any) -> Any:
        method: str = handler_call_details.method
        if not method.startswith(SERVICE):
            return None
        answer = getattr(self, f"_{method.removeprefix(SERVICE)}", lambda _: b"")
        return grpc.unary_unary_rpc_method_handler(lambda request, _: answer(wire.fields(request)))

    def _GetProviderSchema(self, _: dict[int, list[bytes]]) -> bytes:
        return self.schema

    def _PlanResourceChange(self, request: dict[int, list[bytes]]) -> bytes:
        block = self.known.resources[request[1][0].decode()]
        return wire.field(1, _dynamic(values.planned(block, _value(request[3][0]))))

    def _ApplyResourceChange(self, request: dict[int, list[bytes]]) -> bytes:
        name = request[1][0].decode()
        return wire.field(1, _dynamic(values.applied(self.known.resources[name], _value(request[3][0]), name)))

    def _ReadResource(self, request: dict[int, list[bytes]]) -> bytes:
        return wire.field(1, request[2][0])

    def _UpgradeResourceState(self, request: dict[int, list[bytes]]) -> bytes:
        raw_state = wire.fields(request[3][0])
        return wire.field(1, wire.field(2, raw_state[1][0]))


def _value(dynamic: bytes) -> Any:
    return values.unpack(wire.fields(dynamic)[1][0])


def _dynamic(value: Any) -> bytes:
    return wire.field(1, values.pack(value))


@contextmanager
def running(arguments: Path) -> Iterator[dict[str, str]]:
    """The environment that makes Terraform use the stand-in, which answers until the block ends."""
    known = facts.read(arguments)
    with TemporaryDirectory(prefix="stand-in-") as folder:
        address = f"{folder}/socket"
        server = grpc.server(ThreadPoolExecutor(8), handlers=(Provider(known),))
        server.add_insecure_port(f"unix:{address}")
        server.start()
        reached = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": address},
        }
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps({known.provider: reached})}
        finally:
            server.stop(grace=None).wait()
