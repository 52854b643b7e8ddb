"""Files over HTTP and HTTPS, with a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256

import pytest
import trustme

from chargepoint.adapters.transfer import carry_out
from chargepoint.adapters.transfer import http as http_module
from chargepoint.model.errands import (
    HEAD_BYTES,
    Delivered,
    Download,
    Failed,
    Fetched,
    Result,
    TransferFailure,
    Upload,
)
from tests.support.file_servers import IN_A_URL, HttpFiles, http_server
from tests.support.ports import free_port


@pytest.fixture
def server() -> Iterator[HttpFiles]:
    """A server of files."""
    with http_server() as one:
        yield one


def at(server: HttpFiles, path: str, login: str = "") -> str:
    return f"http://{login}127.0.0.1:{server.port}{path}"


async def store(location: str, content: bytes = b"text", trusted_roots: str = "") -> Result:
    return await carry_out(Upload(1, location, "log.txt", content), trusted_roots)


async def test_a_file_is_counted_hashed_and_looked_at(server: HttpFiles) -> None:
    content = bytes(range(256)) * 1000
    server.files["/fw.bin"] = content
    fetched = await carry_out(Download(1, at(server, "/fw.bin")))
    assert fetched == Fetched(len(content), sha256(content).digest(), content[:HEAD_BYTES])


async def test_an_empty_file_is_a_file(server: HttpFiles) -> None:
    server.files["/fw.bin"] = b""
    assert await carry_out(Download(1, at(server, "/fw.bin"))) == Fetched(0, sha256().digest(), b"")


async def test_a_redirection_is_followed(server: HttpFiles) -> None:
    server.files |= {"/fw.bin": b"", "/moved": b"here"}
    server.statuses["/fw.bin"] = 302
    fetched = await carry_out(Download(1, at(server, "/fw.bin")))
    assert isinstance(fetched, Fetched)
    assert fetched.head == b"here"


async def test_a_file_that_is_not_there_is_a_failure(server: HttpFiles) -> None:
    failed = await carry_out(Download(1, at(server, "/fw.bin")))
    assert failed == Failed(TransferFailure.FAILED, "HTTP 404 Not Found")


async def test_a_file_that_is_too_large_is_not_fetched_to_its_end(
    server: HttpFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "LARGEST_BYTES", 10)
    server.files["/fw.bin"] = b"x" * 11
    failed = await carry_out(Download(1, at(server, "/fw.bin")))
    assert failed == Failed(TransferFailure.FAILED, "larger than 10 bytes")


@pytest.mark.parametrize("path", ["/logs", "/logs/"])
async def test_an_upload_goes_into_a_directory(server: HttpFiles, path: str) -> None:
    assert await store(at(server, path)) == Delivered()
    assert server.files == {"/logs/log.txt": b"text"}


@pytest.mark.parametrize("path", ["/logs/my.log", "/logs?token=1"])
async def test_an_upload_to_a_file_keeps_its_name(server: HttpFiles, path: str) -> None:
    assert await store(at(server, path)) == Delivered()
    assert server.files == {path: b"text"}


async def test_an_upload_is_put_and_posted_where_put_is_not_known(server: HttpFiles) -> None:
    server.knows_put = False
    assert await store(at(server, "/logs/")) == Delivered()
    assert [method for method, _, _ in server.requests] == ["PUT", "POST"]
    headers = server.requests[1][2]
    assert headers["Content-Disposition"] == 'attachment; filename="log.txt"'
    assert headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, TransferFailure.DENIED), (403, TransferFailure.DENIED), (500, TransferFailure.FAILED)],
)
async def test_a_refusal_is_told_from_a_failure(server: HttpFiles, status: int, why: TransferFailure) -> None:
    server.statuses["/logs/log.txt"] = status
    failed = await store(at(server, "/logs/"))
    assert isinstance(failed, Failed)
    assert failed.why is why


async def test_user_and_password_are_in_the_location(server: HttpFiles) -> None:
    server.needs_login = True
    assert await store(at(server, "/", f"{IN_A_URL}@")) == Delivered()
    failed = await store(at(server, "/", "me:wrong@"))
    assert failed == Failed(TransferFailure.DENIED, "HTTP 401 Unauthorized")
    assert not isinstance(await store(at(server, "/")), Delivered)


async def test_nobody_there_is_a_failure() -> None:
    failed = await carry_out(Download(1, f"http://127.0.0.1:{free_port()}/x"))
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.FAILED
    assert failed.reason


async def test_a_server_is_trusted_by_a_root_that_is_installed_and_not_otherwise() -> None:
    ca = trustme.CA()
    with http_server(ca.issue_cert("127.0.0.1")) as server:
        server.files["/fw.bin"] = b"secret"
        location = f"https://127.0.0.1:{server.port}/fw.bin"
        assert isinstance(await carry_out(Download(1, location), ca.cert_pem.bytes().decode()), Fetched)
        assert isinstance(await store(location, trusted_roots=ca.cert_pem.bytes().decode()), Delivered)
        for roots in ("", trustme.CA().cert_pem.bytes().decode()):
            failed = await carry_out(Download(1, location), roots)
            assert isinstance(failed, Failed)
            assert "certificate verify failed" in failed.reason.lower()


async def test_a_certificate_for_another_host_is_not_trusted() -> None:
    ca = trustme.CA()
    with http_server(ca.issue_cert("elsewhere.test")) as server:
        failed = await carry_out(Download(1, f"https://127.0.0.1:{server.port}/x"), ca.cert_pem.bytes().decode())
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.FAILED


@pytest.mark.parametrize(
    "location", ["", "nowhere", "http://", "http:///x", "http://[::1", "http://host:0/x", "http://host:99999/x"]
)
async def test_what_is_no_url_is_a_bad_address(location: str) -> None:
    failed = await store(location)
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.BAD_ADDRESS


async def test_an_unknown_protocol_is_named() -> None:
    failed = await store("sftp://files.test/x")
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.UNKNOWN_PROTOCOL
    assert "sftp" in failed.reason


async def test_a_transfer_can_be_cancelled() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    connected = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        task = asyncio.create_task(carry_out(Download(1, f"http://127.0.0.1:{port}/x")))
        await asyncio.wait_for(connected.wait(), 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
