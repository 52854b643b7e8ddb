"""Files over FTP and FTPS, with a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import trustme

from chargepoint.adapters.transfer import carry_out
from chargepoint.adapters.transfer import ftp as ftp_module
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
from tests.support.file_servers import IN_A_URL, ftp_server
from tests.support.ports import free_port

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the server serves."""
    folder = tmp_path / "served"
    (folder / "logs").mkdir(parents=True)
    (folder / "fw.bin").write_bytes(CONTENT)
    return folder


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """A server of that folder."""
    with ftp_server(folder) as one:
        yield one


def at(port: int, path: str, login: str = IN_A_URL, scheme: str = "ftp") -> str:
    return f"{scheme}://{login}@127.0.0.1:{port}{path}"


async def store(location: str, trusted_roots: str = "") -> Result:
    return await carry_out(Upload(1, location, "log.txt", b"text"), trusted_roots)


async def test_a_file_is_counted_hashed_and_looked_at(port: int) -> None:
    fetched = await carry_out(Download(1, at(port, "/fw.bin")))
    assert fetched == Fetched(len(CONTENT), sha256(CONTENT).digest(), CONTENT[:HEAD_BYTES])


async def test_a_file_that_is_too_large_is_not_fetched_to_its_end(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftp_module, "LARGEST_BYTES", 10)
    failed = await carry_out(Download(1, at(port, "/fw.bin")))
    assert failed == Failed(TransferFailure.FAILED, "larger than 10 bytes")


@pytest.mark.parametrize(
    ("path", "stored"), [("", "log.txt"), ("/", "log.txt"), ("/logs", "logs/log.txt"), ("/logs/a.log", "logs/a.log")]
)
async def test_an_upload_goes_where_the_location_says(port: int, folder: Path, path: str, stored: str) -> None:
    assert await store(at(port, path)) == Delivered()
    assert (folder / stored).read_bytes() == b"text"


async def test_a_wrong_password_is_denied(port: int) -> None:
    failed = await store(at(port, "/logs", "me%40home:wrong"))
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.DENIED
    assert "530" in failed.reason


@pytest.mark.parametrize("path", ["/nowhere/x.bin", "/x.bin"])
async def test_what_is_not_there_is_denied_as_ftp_says_it(port: int, path: str) -> None:
    failed = await carry_out(Download(1, at(port, path)))
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.DENIED


async def test_a_path_with_a_line_break_is_a_bad_address(port: int) -> None:
    failed = await carry_out(Download(1, at(port, "/a%0D%0ADELE%20fw.bin")))
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.BAD_ADDRESS


async def test_nobody_there_is_a_failure() -> None:
    failed = await carry_out(Download(1, at(free_port(), "/x.bin")))
    assert isinstance(failed, Failed)
    assert failed.why is TransferFailure.FAILED


async def test_with_tls_all_is_encrypted_and_the_server_is_known(folder: Path) -> None:
    ca = trustme.CA()
    roots = ca.cert_pem.bytes().decode()
    with ftp_server(folder, ca.issue_cert("127.0.0.1")) as port:
        fetched = await carry_out(Download(1, at(port, "/fw.bin", scheme="ftps")), roots)
        assert fetched == Fetched(len(CONTENT), sha256(CONTENT).digest(), CONTENT[:HEAD_BYTES])
        assert await store(at(port, "/logs/", scheme="ftps"), roots) == Delivered()
        assert (folder / "logs" / "log.txt").read_bytes() == b"text"
        failed = await store(at(port, "/logs/", scheme="ftps"))
        assert isinstance(failed, Failed)
        assert failed.reason.startswith("TLS: ")
        # The server insists on TLS: without it, it does not let anybody in.
        assert isinstance(await store(at(port, "/logs/")), Failed)


async def test_a_transfer_that_is_cancelled_leaves_no_thread_waiting() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    connected = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        task = asyncio.create_task(carry_out(Download(1, at(port, "/x.bin"))))
        await asyncio.wait_for(connected.wait(), 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(asyncio.get_running_loop().shutdown_default_executor(), 20)
