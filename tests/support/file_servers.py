"""Real servers of files on ephemeral ports, each in a thread: HTTP(S) and FTP(S)."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "me@home", "s:cret"
IN_A_URL = "me%40home:s%3Acret"


@dataclass
class HttpFiles:
    """What an HTTP server has and got. ``statuses`` maps a path to the error that it is answered with."""

    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    knows_put: bool = True
    needs_login: bool = False
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0


@contextmanager
def http_server(certificate: trustme.LeafCert | None = None) -> Iterator[HttpFiles]:
    """An HTTP server, or with a certificate an HTTPS one, until the end of the block."""
    about = HttpFiles()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(404 if self.path not in about.files else 200, about.files.get(self.path, b""))

        def do_PUT(self) -> None:
            self._take(405 if not about.knows_put else 201)

        def do_POST(self) -> None:
            self._take(200)

        def _take(self, status: int) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if status < 400 and self._status(status) < 400:
                about.files[self.path] = content
            self._answer(status)

        def _status(self, status: int) -> int:
            login = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if about.needs_login and self.headers.get("Authorization") != login:
                return 401
            return about.statuses.get(self.path, status)

        def _answer(self, status: int, content: bytes = b"") -> None:
            about.requests.append((self.command, self.path, dict(self.headers)))
            status = self._status(status)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/moved")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    about.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield about
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def ftp_server(folder: Path, certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """An FTP server of ``folder`` for ``USER``, with a certificate one that insists on TLS; gives its port."""
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(folder), perm="elrw")
    base = FTPHandler
    if certificate is not None:
        certfile = folder.with_name(f"{folder.name}.pem")
        certificate.private_key_and_cert_chain_pem.write_to_path(certfile)
        base = type("Secured", (TLS_FTPHandler,), {"certfile": str(certfile), "ssl_context": None})
        base.tls_control_required = base.tls_data_required = True
    handler = type("Handler", (base,), {"authorizer": authorizer, "auth_failed_timeout": 0})
    loop = IOLoop()
    server = FTPServer(("127.0.0.1", 0), handler, ioloop=loop)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            server.serve_forever(timeout=0.01, blocking=False)
        server.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.address[1]
    finally:
        ended.set()
        thread.join()
