"""The static files of the pages, read once."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Response

from apps.admission import AdmittedRoute

FOLDER = Path(__file__).with_name("static")
TYPES = {".css": "text/css", ".svg": "image/svg+xml"}

router = APIRouter(route_class=AdmittedRoute)


@cache
def files() -> dict[str, tuple[bytes, str]]:
    """Return content and media type by name."""
    return {path.name: (path.read_bytes(), TYPES[path.suffix]) for path in sorted(FOLDER.iterdir())}


@router.get("/static/{name}")
async def asset(name: str) -> Response:
    """Return one file.

    Raises:
        HTTPException: 404 when there is no such file.
    """
    if name not in files():
        raise HTTPException(404, "There is no such file.")
    content, media_type = files()[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})
