"""A connection to a PostgreSQL server, and what its errors mean for a person."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false
# The driver is an extra, and what it hands out is Arrow, which ships no types.

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from patronage.vocabulary.errors import EvidenceError, Fault, nearest
from patronage.vocabulary.sources import holds_password

if TYPE_CHECKING:
    from collections.abc import Generator

_PATIENCE = {
    "application_name": "patronage",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "6",
}
"""Settings of a connection, where the URL has no others: a server that falls silent is given up within 90 seconds."""

_DROPPED = (
    r"terminating connection|server closed the connection|connection reset|no connection to the server"
    r"|could not receive data|connection to client lost|SSL SYSCALL|SSL connection has been closed|57P0\d|08\d{3}"
)

_MEANINGS = (
    (r"password authentication failed|no password supplied", "the user or the password is not accepted",
     "set PGPASSWORD in the environment, or name a passfile or a service"),
    (r'role ".*" does not exist', "the server does not know this user", "correct the user in the URL"),
    (r"no pg_hba\.conf entry", "the server lets this user in from nowhere near here",
     "ask who runs the server to allow it"),
    (r"permission denied|42501", "the user may not read it", "GRANT SELECT on it to the user, or read as another"),
    (r"refused|could not translate host name|timeout expired|timed out|no such file|unreachable|no route to host",
     "no server answers there", "check host and port, and that the server runs"),
    (r"too many clients|remaining connection slots", "the server takes no more connections", "try again later"),
    (_DROPPED,
     "the connection dropped while the table was read; nothing of it was kept", "run again once the server is back"),
    (r"57014|statement timeout", "the server stopped the query", "raise statement_timeout for this user"),
)  # fmt: skip


@contextmanager
def connected(location: str, where: str) -> Generator[Any]:
    """A connection in one read-only transaction that sees the database as it stood at its first query.

    Raises EvidenceError for a password in the URL, a driver that is not installed, and for all that the server
    refuses until the block ends.
    """
    if holds_password(location):
        found = "the URL has a password in it, which would be written down"
        step = "take it out; set PGPASSWORD in the environment, or name a passfile or a service"
        raise EvidenceError(Fault(where.replace(location, "PostgreSQL"), found, step))
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        step = "install the extra postgres: pip install 'patronage[postgres]'"
        raise EvidenceError(Fault(where, "the driver for PostgreSQL is not installed", step)) from error
    with _told(location, where, dbapi.Error):
        connection = dbapi.connect(_patient(location, where))
    try:
        with _told(location, where, dbapi.Error):
            run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection
    finally:
        # What is open at an error has an end of its own: the server drops it with the connection.
        with suppress(dbapi.Error, OSError):
            connection.close()


def run(connection: Any, statement: str) -> None:
    """Runs a statement that gives no rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def asked(connection: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of a small result."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def quoted(name: str) -> str:
    """A name as an identifier; doubled quotes keep any name a name."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _told(location: str, where: str, failure: type[Exception]) -> Generator[None]:
    try:
        yield
    except failure as error:
        raise EvidenceError(_meaning(error, location, where)) from error
    except OSError as error:
        # The stream of rows tells of a lost connection as an OSError without a number; a full disk has one.
        if error.errno is not None:
            raise
        raise EvidenceError(_meaning(error, location, where)) from error


def _meaning(error: Exception, location: str, where: str) -> Fault:
    text = f"{error} {getattr(error, 'sqlstate', None) or ''}"
    if missing := re.search(r'database "(.*)" does not exist', text):
        step = nearest(missing[1], _databases(location)) or "correct the database in the URL"
        return Fault(where, f"there is no database {missing[1]!r} on this server", step)
    for pattern, found, step in _MEANINGS:
        if re.search(pattern, text, re.IGNORECASE):
            return Fault(where, found, step)
    words = re.split(
        r"\n|\. SQLSTATE|Query was", re.sub(r"^.*?(ERROR|FATAL|failed|\]):\s*", "", str(error), flags=re.S)
    )
    return Fault(where, f"the server refuses: {words[0].strip()}")


def _databases(location: str) -> list[str]:
    """The databases of the server, as far as it tells."""
    from adbc_driver_postgresql import dbapi

    parts = urlsplit(location)
    settings = [(key, value) for key, value in parse_qsl(parts.query) if key != "dbname"]
    other = urlunsplit(parts._replace(path="/postgres", query=urlencode(settings)))
    with suppress(dbapi.Error, OSError), dbapi.connect(other) as connection:
        return [name for (name,) in asked(connection, "SELECT datname::text FROM pg_catalog.pg_database")]
    return []


def _patient(location: str, where: str) -> str:
    """The URL with the settings that it leaves open."""
    try:
        query = urlsplit(location).query
    except ValueError as error:
        raise EvidenceError(Fault(where, "this is no URL of a database", "write postgresql://user@host/db")) from error
    given = {key for key, _ in parse_qsl(query, keep_blank_values=True)}
    added = urlencode({key: value for key, value in _PATIENCE.items() if key not in given})
    url = location.strip().removesuffix("?")
    return f"{url}{'&' if query else '?'}{added}"
