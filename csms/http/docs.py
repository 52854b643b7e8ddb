"""The page that describes the API; it comes from this machine alone."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from swagger_ui_bundle import swagger_ui_path

ASSETS = "/docs/assets"
OPENAPI_VERSION = "3.0.3"
"""The bundled page shows 3.0; FastAPI writes 3.1, which differs in how null is allowed."""


def install(app: FastAPI) -> None:
    """Serve the page at ``/docs``, its scripts below it, and the description at ``/openapi.json``."""
    app.mount(ASSETS, StaticFiles(directory=swagger_ui_path))
    generated = app.openapi

    def openapi() -> dict[str, object]:
        description = generated()
        description["openapi"] = OPENAPI_VERSION
        _allow_null(description)
        return description

    app.openapi = openapi  # type: ignore[method-assign]

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon-32x32.png",
        )


def _allow_null(node: object) -> None:
    """Write ``anyOf: [X, null]`` as 3.0 does: X, nullable."""
    match node:
        case {"anyOf": [{**schema}, {"type": "null"}]}:
            assert isinstance(node, dict)
            del node["anyOf"]
            node |= {**schema, "nullable": True}
    match node:
        case dict():
            for member in node.values():
                _allow_null(member)
        case list():
            for item in node:
                _allow_null(item)
