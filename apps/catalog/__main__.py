"""Serves catalog: `python -m apps.catalog`."""

from apps.catalog.app import create_app
from apps.serve import serve
from apps.settings import Settings

DEFAULT_PORT = 8001


def main() -> None:
    """Serve until a signal comes."""
    settings = Settings()
    serve(create_app(settings), settings, "catalog", DEFAULT_PORT)


if __name__ == "__main__":
    main()
