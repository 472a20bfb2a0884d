"""Documents in SQLite. Each kind has a table for its searchable fields and a table for its JSON documents.

The members of list fields (labels) are in a table of their own.
The database is in WAL mode: a committed change is in the log file, so it survives the end of the process.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from clearml_sched_widgets.sandbox.kinds import KINDS, Kind

Doc = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS labels (
    kind TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, owner TEXT NOT NULL,
    PRIMARY KEY (kind, field, value, owner)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS labels_owner ON labels (kind, owner, field, value);
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, task TEXT NOT NULL, added TEXT NOT NULL,
    UNIQUE (queue, task));
CREATE INDEX IF NOT EXISTS entries_task ON entries (task);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE, task TEXT NOT NULL, type TEXT NOT NULL,
    metric TEXT NOT NULL, variant TEXT NOT NULL, iter INTEGER, timestamp INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_time ON events (task, type, timestamp);
CREATE INDEX IF NOT EXISTS events_series ON events (task, type, metric, variant, iter);
CREATE TABLE IF NOT EXISTS workers (key TEXT PRIMARY KEY, expires REAL NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_INDEXED = {
    "tasks": ("project", "parent", "status", "created", "last_update", "last_change", "status_changed", "name"),
    "models": ("project", "task", "created", "last_update", "last_change", "name"),
    "projects": ("parent", "last_update"),
}
_UNIQUE = {"projects": "name", "queues": "name"}


def dumps(value: Any) -> str:
    """Format a value as compact JSON, as the store keeps documents."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def lookup(doc: Any, path: str) -> Any:
    """Return the value at a dotted path, or None. A list on the path gives the list of its members' values."""
    for index, part in enumerate(parts := path.split(".")):
        if isinstance(doc, list):
            rest = ".".join(parts[index:])
            return [lookup(item, rest) for item in doc]
        if not isinstance(doc, dict):
            return None
        doc = doc.get(part)
    return doc


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _regexp(pattern: str, value: Any) -> bool:
    return value is not None and _compiled(pattern).search(str(value)) is not None


def _schema(kind: Kind) -> str:
    columns = "".join(f", {kind.column(path)}" for path in kind.columns)
    unique = f", UNIQUE ({_UNIQUE[kind.name]})" if kind.name in _UNIQUE else ""
    sql = (
        f"CREATE TABLE IF NOT EXISTS {kind.name} (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
        f" id TEXT NOT NULL UNIQUE{columns}{unique});"
        f"CREATE TABLE IF NOT EXISTS {kind.bodies} (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);"
    )
    for column in _INDEXED.get(kind.name, ()):
        sql += f"CREATE INDEX IF NOT EXISTS {kind.name}_{column} ON {kind.name} ({column});"
    return sql


class Store:
    """The sandbox's database, for one thread. The caller calls `begin` before a request and `commit` after it."""

    def __init__(self, path: Path | str) -> None:
        self.sql = sqlite3.connect(str(path), isolation_level=None)
        self.sql.create_function("REGEXP", 2, _regexp, deterministic=True)
        self.sql.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;")
        self.sql.executescript(_SCHEMA + "".join(_schema(kind) for kind in KINDS.values()))

    def begin(self) -> None:
        """Start a transaction."""
        self.sql.execute("BEGIN")

    def commit(self) -> None:
        """Commit the transaction."""
        self.sql.execute("COMMIT")

    def rollback(self) -> None:
        """Undo everything since `begin`."""
        self.sql.execute("ROLLBACK")

    def close(self) -> None:
        """Close the database file."""
        self.sql.close()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an SQL query."""
        return self.sql.execute(sql, params).fetchall()

    def get(self, kind: Kind, id_: str) -> Doc | None:
        """Return one document, or None."""
        sql = f"SELECT body FROM {kind.bodies} WHERE seq = (SELECT seq FROM {kind.name} WHERE id = ?)"
        row = self.sql.execute(sql, (id_,)).fetchone()
        return None if row is None else json.loads(row[0])

    def get_many(self, kind: Kind, ids: Iterable[str]) -> dict[str, Doc]:
        """Return the existing documents with these ids, by id."""
        docs = self.find(kind, "id IN (SELECT value FROM json_each(?))", [dumps(list(ids))])
        return {doc["id"]: doc for doc in docs}

    def find(
        self, kind: Kind, where: str, params: Sequence[Any] = (), order: str = "seq", limit: int = -1, offset: int = 0
    ) -> list[Doc]:
        """Return the documents that match an SQL condition, oldest first unless `order` is given."""
        order = "+seq" if order == "seq" else order  # "+" makes SQLite filter by an index first, then sort
        sql = f"SELECT seq FROM {kind.name} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        seqs = [row[0] for row in self.sql.execute(sql, (*params, limit, offset))]
        sql = f"SELECT seq, body FROM {kind.bodies} WHERE seq IN (SELECT value FROM json_each(?))"
        bodies = dict(self.sql.execute(sql, (dumps(seqs),)).fetchall())
        return [json.loads(bodies[seq]) for seq in seqs]

    def count(self, kind: Kind, where: str, params: Sequence[Any] = ()) -> int:
        """Count the documents that match an SQL condition."""
        return int(self.rows(f"SELECT count(*) FROM {kind.name} WHERE {where}", params)[0][0])

    def insert(self, kind: Kind, doc: Doc) -> None:
        """Add a document.

        Raises:
            sqlite3.IntegrityError: if its id or its unique name is taken.
        """
        names = ["id", *(str(kind.column(path)) for path in kind.columns)]
        marks = ", ".join("?" * len(names))
        values = [doc["id"], *(lookup(doc, path) for path in kind.columns)]
        cursor = self.sql.execute(f"INSERT INTO {kind.name} ({', '.join(names)}) VALUES ({marks})", values)
        self.sql.execute(f"INSERT INTO {kind.bodies} VALUES (?, ?)", (cursor.lastrowid, dumps(doc)))
        self._add_labels(kind, doc["id"], _labels(kind, doc))

    def save(self, kind: Kind, doc: Doc) -> None:
        """Replace an existing document."""
        names = ", ".join(f"{kind.column(path)} = ?" for path in kind.columns)
        values = [*(lookup(doc, path) for path in kind.columns), doc["id"]]
        self.sql.execute(f"UPDATE {kind.name} SET {names} WHERE id = ?", values)
        own = f"seq = (SELECT seq FROM {kind.name} WHERE id = ?)"
        self.sql.execute(f"UPDATE {kind.bodies} SET body = ? WHERE {own}", (dumps(doc), doc["id"]))
        if not kind.labels:
            return
        rows = self.rows("SELECT field, value FROM labels WHERE kind = ? AND owner = ?", (kind.name, doc["id"]))
        wanted = _labels(kind, doc)
        self.sql.executemany(
            "DELETE FROM labels WHERE kind = ? AND owner = ? AND field = ? AND value = ?",
            [(kind.name, doc["id"], *row) for row in set(rows) - wanted],
        )
        self._add_labels(kind, doc["id"], wanted - set(rows))

    def delete(self, kind: Kind, ids: Iterable[str]) -> int:
        """Delete documents by id; returns the number of deleted documents."""
        deleted = 0
        for id_ in ids:
            own = f"seq = (SELECT seq FROM {kind.name} WHERE id = ?)"
            self.sql.execute(f"DELETE FROM {kind.bodies} WHERE {own}", (id_,))
            deleted += self.sql.execute(f"DELETE FROM {kind.name} WHERE id = ?", (id_,)).rowcount
            self.sql.execute("DELETE FROM labels WHERE kind = ? AND owner = ?", (kind.name, id_))
        return deleted

    def _add_labels(self, kind: Kind, owner: str, labels: Iterable[tuple[str, str]]) -> None:
        self.sql.executemany(
            "INSERT OR IGNORE INTO labels (kind, owner, field, value) VALUES (?, ?, ?, ?)",
            [(kind.name, owner, field, value) for field, value in labels],
        )

    def setting(self, name: str) -> str | None:
        """Return a stored setting, or None."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set_setting(self, name: str, value: str) -> None:
        """Store a setting."""
        self.sql.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))


def _labels(kind: Kind, doc: Doc) -> set[tuple[str, str]]:
    return {(path, str(value)) for path in kind.labels for value in lookup(doc, path) or () if value is not None}
