"""Serves the web tier: `python -m apps.web`."""

from apps.serve import serve
from apps.settings import Settings
from apps.web.app import create_app

DEFAULT_PORT = 8000


def main() -> None:
    """Serve until a signal comes."""
    settings = Settings()
    serve(create_app(settings), settings, "web", DEFAULT_PORT)


if __name__ == "__main__":
    main()
