"""A real nginx with the files of infra/debian, before several web hosts: the upstream is the one of docs/scale.md."""

import re
import signal
from dataclasses import dataclass
from pathlib import Path

from tests.kit.crew import PROJECT
from tests.kit.hosts import Host
from tests.kit.programs import program

FILES = PROJECT / "infra/debian/nginx"
# What was asked, as it came: $request_method is GET once nginx shows its own page.
LOG = "$msec $request_time $status [$upstream_addr] [$upstream_bytes_sent] $request"
LINE = re.compile(r"(\S+) (\S+) (\d+) \[(.*?)\] \[(.*?)\] (\S+) (\S+)")
MAIN = """
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    log_format seen '{log}';
{http}
{site}
}}
"""


@dataclass(frozen=True)
class Passed:
    """One request that nginx passed on: to whom, one after the other, and the bytes that each was sent."""

    begun: float
    ended: float
    method: str
    path: str
    status: int
    tried: tuple[str, ...]
    sent: tuple[int, ...]

    @property
    def changes(self) -> bool:
        """Whether nobody may send it twice."""
        return self.method in ("POST", "PATCH")


class Balancer:
    """nginx on `host`, before `webs` (host:port)."""

    def __init__(self, host: Host, name: str, webs: list[str], tls: Path) -> None:
        self.host, self.folder = host, host.folder
        main = MAIN.format(folder=self.folder, log=LOG, http=_http(webs), site=self._site(name, tls))
        (self.folder / "nginx.conf").write_text(main)
        host.keepalive(4, 2, 3)

    def start(self) -> None:
        """Listen on 443."""
        command = [str(program("nginx")), "-c", str(self.folder / "nginx.conf")]
        self.process = self.host.start("nginx", command, {})

    def reload(self) -> None:
        """Read the files again; whoever is being answered is answered."""
        self.process.send_signal(signal.SIGHUP)

    def passed(self) -> list[Passed]:
        """Every request so far, in the order of their ends."""
        found = LINE.findall((self.folder / "passed.log").read_text())
        return [
            Passed(
                float(ended) - float(length),
                float(ended),
                method,
                path,
                int(status),
                tuple(re.findall(r"[\d.:]+", tried)),
                tuple(int(one) if one.isdecimal() else 0 for one in re.findall(r"[\d-]+", sent)),
            )
            for ended, length, status, tried, sent, method, path in found
        ]

    def _site(self, name: str, tls: Path) -> str:
        here = {
            "access_log off;": f"access_log {self.folder}/passed.log seen;",
            "/var/log/nginx/": f"{self.folder}/",
            "/usr/local/share/crrc": str(PROJECT / "infra/debian/share"),
        }
        proxy = _with((FILES / "crrc-proxy.conf").read_text(), here)
        (self.folder / "crrc-proxy.conf").write_text(proxy)
        return _with(
            (FILES / "site.conf").read_text(),
            {
                "@HOST@": name,
                "/etc/crrc/tls/certificate.pem": str(tls / "seen.pem"),
                "/etc/crrc/tls/key.pem": str(tls / "hidden.pem"),
                "/etc/nginx/snippets": str(self.folder),
            },
        )


def _http(webs: list[str]) -> str:
    """What one server's sites share, with the upstream of several hosts in place of its own."""
    known = (PROJECT / "docs/scale.md").read_text()
    said = re.search(r"^upstream crrc \{.*?^\}$", known, re.S | re.M)
    assert said
    upstream = _with(said[0], dict(zip(["10.0.0.31:8000", "10.0.0.32:8000"], webs, strict=True)))
    ours, count = re.subn(
        r"^upstream crrc \{.*?^\}$", upstream, (FILES / "crrc-http.conf").read_text(), flags=re.S | re.M
    )
    assert count == 1
    return ours


def _with(text: str, changes: dict[str, str]) -> str:
    """Each of them is there, and is changed."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text
