"""Serves orders: `python -m apps.orders`."""

from apps.orders.app import create_app
from apps.serve import serve
from apps.settings import Settings

DEFAULT_PORT = 8002


def main() -> None:
    """Serve until a signal comes."""
    settings = Settings()
    serve(create_app(settings), settings, "orders", DEFAULT_PORT)


if __name__ == "__main__":
    main()
