"""The three tiers of the shop."""

from box.services.model import TIER_SILENT_SECONDS, Service

TIERS = ("web", "catalog", "orders")


def _tier(name: str, *environment: tuple[str, str], depends_on: tuple[str, ...] = ()) -> Service:
    return Service(
        name=name,
        command=("{python}", "-m", f"apps.{name}"),
        port_variable=f"{name.upper()}_PORT",
        ready_path="/readyz",
        alive_path="/healthz",
        silent_seconds=TIER_SILENT_SECONDS,
        memory_mib=192,
        depends_on=depends_on,
        environment=(
            ("SHOP_HOST", "127.0.0.1"),
            ("SHOP_DATABASE_URL", "{database}"),
            ("SHOP_ADMIN_TOKEN_FILE", f"{{run}}/secrets/admin-{name}"),
            ("SHOP_PORT", f"{{port[{name}]}}"),
            *environment,
        ),
        with_collector=(("OTEL_EXPORTER_OTLP_ENDPOINT", "{url[otel-collector/otlp-http]}"),),
    )


CATALOG = _tier("catalog")
ORDERS = _tier("orders")
WEB = _tier(
    "web",
    ("SHOP_CATALOG_URL", "{url[catalog]}"),
    ("SHOP_ORDERS_URL", "{url[orders]}"),
    depends_on=("catalog", "orders"),
)
