"""Files: firmware that charge points download, diagnostics and logs that they upload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from chargepoint.clock import iso
from csms.files import MAX_FILE, FilePlace, Stored
from csms.http.errors import NotFound, responses

_CONTENT: dict[str, Any] = {
    "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@dataclass(frozen=True, slots=True)
class FileView:
    """A file: its size in bytes, when it was written, and where it is."""

    name: str
    size: int
    written_at: str
    location: str


def router(place: FilePlace) -> APIRouter:
    """The calls that charge points make, and those of whoever tests them."""
    api = APIRouter(tags=["files"], responses=responses(404, 413, 422))

    def view(stored: Stored, request: Request) -> FileView:
        location = str(request.url_for("download", name=stored.name))
        return FileView(stored.name, stored.size, iso(stored.at), location)

    @api.get("/files")
    async def files(request: Request) -> list[FileView]:
        """All files by name."""
        return [view(each, request) for each in place.stored()]

    description = (
        f"The body, as it is, becomes the file; an older one of that name is replaced. At most {MAX_FILE} bytes."
    )

    @api.put("/files/{name}", status_code=201, description=description, openapi_extra=_CONTENT)
    @api.post("/files/{name}", status_code=201, description=description, openapi_extra=_CONTENT)
    async def upload(name: str, request: Request) -> FileView:
        return view(await place.write(name, request.stream()), request)

    @api.get("/files/{name}", response_class=FileResponse)
    async def download(name: str) -> FileResponse:
        """The file; ranges are served."""
        file = place.path(name)
        if file is None:
            raise NotFound(f"there is no file {name!r}")
        return FileResponse(file, media_type="application/octet-stream", filename=name)

    @api.delete("/files/{name}")
    async def remove(name: str) -> dict[str, str]:
        """Remove a file."""
        if not place.remove(name):
            raise NotFound(f"there is no file {name!r}")
        return {"name": name}

    return api
