"""The tables of the shop."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

products = Table(
    "products",
    metadata,
    Column("sku", String(32), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("description", Text, nullable=False),
    Column("price_cents", Integer, nullable=False),
)

stock = Table(
    "stock",
    metadata,
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("initial", Integer, nullable=False),
    Column("available", Integer, nullable=False),
    CheckConstraint("available >= 0", name="stock_is_never_negative"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", String(36), primary_key=True),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("email", String(254), nullable=False),
    Column("total_cents", Integer, nullable=False),
    Column("created_at", DateTime, nullable=False),  # UTC
)

orders_by_email = Index("orders_by_email", orders.c.email, orders.c.created_at)

order_items = Table(
    "order_items",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("sku", ForeignKey("products.sku"), primary_key=True),
    Column("quantity", Integer, nullable=False),
    Column("unit_price_cents", Integer, nullable=False),
    CheckConstraint("quantity > 0", name="quantity_is_positive"),
)
