"""The place for files: by curl's, httpx's and a charge point's means, bounded, and only inside its folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from chargepoint.api.errors import InputError
from csms.files import FilePlace, NoRoom
from tests.csms.program import Program, running


async def chunks(*content: bytes) -> AsyncIterator[bytes]:
    """As they come from the network."""
    for each in content:
        yield each


async def test_what_is_written_is_there_and_the_newer_one_counts(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "files")
    assert place.stored() == []
    await place.write("log.txt", chunks(b"one"))
    stored = await place.write("log.txt", chunks(b"an", b"other"))
    assert (stored.name, stored.size) == ("log.txt", 7)
    assert place.stored() == [stored]
    assert (tmp_path / "files" / "log.txt").read_bytes() == b"another"
    assert place.remove("log.txt")
    assert not place.remove("log.txt")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "a\\b", ".hidden", "a\0", "a\n", "x" * 201, "é", " a", "a ", "a.", "-a"]
)
async def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        await FilePlace(tmp_path).write(name, chunks(b""))


@pytest.mark.parametrize("name", ["a", "CP_1 2030-01-01T00:00:00.000Z (2).log", "fw-1.2+3~4.tar.gz", "x" * 200])
async def test_names_that_charge_points_make_are_allowed(tmp_path: Path, name: str) -> None:
    assert (await FilePlace(tmp_path).write(name, chunks(b"1"))).name == name


async def test_what_is_too_large_or_broken_off_leaves_nothing_and_the_old_one_stays(tmp_path: Path) -> None:
    async def broken_off() -> AsyncIterator[bytes]:
        yield b"ne"
        raise ConnectionError

    place = FilePlace(tmp_path, max_file=5, max_all=8)
    await place.write("a", chunks(b"old"))
    with pytest.raises(NoRoom, match="a file may have 5 bytes"):
        await place.write("a", chunks(b"123", b"456"))
    with pytest.raises(ConnectionError):
        await place.write("a", broken_off())
    await place.write("b", chunks(b"12345"))
    with pytest.raises(NoRoom, match="all files together may have 8 bytes"):
        await place.write("c", chunks(b"1"))
    assert (tmp_path / "a").read_bytes() == b"old"
    assert _names(tmp_path) == ["a", "b"]
    await place.write("b", chunks(b"5432"))


async def test_files_go_up_and_down_by_http(tmp_path: Path) -> None:
    with running(tmp_path, "--files", str(tmp_path / "files"), "--ca", str(tmp_path / "ca")) as program:
        async with program.client() as http:
            for method in ("PUT", "POST"):
                up = await http.request(method, "/files/CP_1.log", content=b"\0" * 100_000 + method.encode())
                assert up.status_code == 201, up.text
            assert up.json()["location"] == f"{program.http}/files/CP_1.log"
            assert [each["name"] for each in (await http.get("/files")).json()] == ["CP_1.log"]
            assert (await http.get("/files/CP_1.log")).content == b"\0" * 100_000 + b"POST"
            part = await http.get("/files/CP_1.log", headers={"Range": "bytes=100000-100001"})
            assert (part.status_code, part.content) == (206, b"PO")
            signed = (await http.post("/ca/sign-firmware/CP_1.log")).json()["firmware"]
            assert signed["location"] == f"{program.http}/files/CP_1.log"
            assert (await http.delete("/files/CP_1.log")).is_success
            for path in ("/files/CP_1.log", "/ca/sign-firmware/CP_1.log"):
                method = "POST" if "sign" in path else "GET"
                assert (await http.request(method, path)).status_code == 404
            for name in ("..%2Fcsms.db", "%2e%2e", ".hidden"):
                assert (await http.get(f"/files/{name}")).status_code in (404, 422)
        assert await asyncio.to_thread(_too_large, program) == 413


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def _too_large(program: Program) -> int:
    """The status of an upload that has no end; the connection may be gone before it is heard."""

    def endless() -> Iterator[bytes]:
        for _ in range(70):
            yield b"\0" * 2**20

    response = httpx.put(program.http + "/files/large", content=endless(), trust_env=False, timeout=30)
    return response.status_code
