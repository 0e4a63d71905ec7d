"""The database: SQLite or Postgres, with transactions that `read` or `write`.

SQLAlchemy is used synchronously, from the worker threads in which FastAPI runs `def` endpoints: SQLite blocks its
thread in any case, so an asynchronous driver would only add a second thread and a queue between them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Literal, get_args

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from apps.errors import DeadlineExceeded, ShopError, unreachable
from apps.resilience import deadline

State = Literal["in_use", "idle"]
STATES: tuple[State, ...] = get_args(State)
POOL = 10
WAIT_SECONDS = 1.0
"""How long a statement may wait for a connection or a lock; below the deadline of a request."""


class Database:
    """A pool of connections; faults raise in `gate`, before each use, and wait in `during`, in each transaction."""

    def __init__(self, engine: Engine, gate: Callable[[], None], during: Callable[[], None]) -> None:
        self.engine = engine
        self._gate = gate
        self._during = during
        self._turn = threading.Lock()
        self._single_writer = engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that only reads.

        Raises:
            DependencyError: the database does not answer.
        """
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction that writes: committed at the end of the block, rolled back on an exception.

        SQLite has one writer at a time: threads queue here, in order, instead of polling for its lock.

        Raises:
            DependencyError: the database does not answer.
            DeadlineExceeded: the deadline passed before its turn came.
        """
        if not self._single_writer:
            with self._transaction(write=True) as connection:
                yield connection
            return
        if not self._turn.acquire(timeout=deadline.remaining()):
            raise DeadlineExceeded
        try:
            with self._transaction(write=True) as connection:
                yield connection
        finally:
            self._turn.release()

    def take(self) -> Connection | None:
        """Return a connection for the caller to close, or None when none is free in time."""
        try:
            return self.engine.connect()
        except (OperationalError, InterfaceError, PoolTimeoutError):
            return None

    def connections(self, state: State) -> int:
        """Return the number of connections in a state."""
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            return 0
        return pool.checkedout() if state == "in_use" else pool.checkedin()

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        self._gate()
        try:
            with self.engine.connect() as connection:
                connection.execution_options(shop_write=write)
                with connection.begin():
                    self._during()
                    yield connection
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            raise unreachable("database", type(error).__name__, repeatable=True) from error


def connect(url: str, gate: Callable[[], None], during: Callable[[], None] = lambda: None) -> Database:
    """Return a database by its URL; connections are opened on first use.

    Raises:
        ValueError: the URL is for neither SQLite nor Postgres (by psycopg).
    """
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        return Database(_sqlite(url), gate, during)
    if backend == "postgresql":
        return Database(_postgres(url), gate, during)
    raise ValueError(f"SHOP_DATABASE_URL: `{backend}` is not supported; use sqlite or postgresql+psycopg")


def _postgres(url: str) -> Engine:
    milliseconds = int(WAIT_SECONDS * 1000)
    options = f"-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout=5000"
    return create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 2},
    )


def _sqlite(url: str) -> Engine:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("SHOP_DATABASE_URL: SQLite needs a file, which the tiers share")
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=POOL, max_overflow=0, pool_timeout=WAIT_SECONDS, hide_parameters=True, poolclass=QueuePool
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # _begin_sqlite begins transactions
    connection.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an acknowledged order survives a power failure
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and writes later can fail when another one wrote in between; one that takes
    # the write lock first cannot.
    write = connection.get_execution_options().get("shop_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def ping(database: Database) -> str:
    """Return why the database cannot be used, or an empty string."""
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1 FROM stock LIMIT 1"))
    except ShopError as error:
        return getattr(error, "reason", error.title)
    return ""
