"""The least a portal could do to keep a submission: Flask and psycopg, one SELECT, one INSERT, one commit.

`granian --interface wsgi bench.storm.floor:app`, on a database of its own, served as the portal is.
"""

import os
import threading

import psycopg
from flask import Flask, request
from werkzeug.wrappers import Response

app = Flask("floor")
URL = os.environ["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")
CONTENT = "x" * 4000  # as long as a file's content
_own = threading.local()


def make_table() -> None:
    """A table to read and write."""
    with psycopg.connect(URL) as connection:
        connection.execute("create table floor (id bigint generated always as identity primary key, content text)")
        connection.execute("insert into floor (content) values ('first')")


def _connection() -> psycopg.Connection:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(URL)
    return _own.connection


@app.post("/<path:anything>")
def submit(anything: str) -> Response:
    """Read a row, write a row, commit, lead elsewhere."""
    connection = _connection()
    _ = request.form.get("version")
    connection.execute("select content from floor where id = 1").fetchone()
    row = connection.execute("insert into floor (content) values (%s) returning id", [CONTENT]).fetchone()
    connection.commit()
    return Response(status=303, headers={"Location": f"/{row[0]}"})


if __name__ == "__main__":
    make_table()
    print("{}")
