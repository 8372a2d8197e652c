"""The peer of `pages`: a Flask app with one view that does one indexed query, on the same server software.

It has no sessions, no sign-in, no templates, no headers, no metrics and no database but one table of the
market's own file, read by its primary key: the least that a page of a database can be.
"""

import sys

from flask import Flask, Response, jsonify
from sqlalchemy import create_engine, text

from ssi.hosting.server import serve

ONE = text("SELECT order_id, account_id, placed_at FROM orders WHERE order_id = :order_id")


def bare(database: str) -> Flask:
    """The app over the database at an address."""
    app, engine = Flask("bare"), create_engine(database)

    @app.get("/<order_id>")
    def one(order_id: str) -> Response:
        with engine.connect() as connection:
            found = connection.execute(ONE, {"order_id": order_id}).one()
        return jsonify(order_id=found.order_id, account_id=found.account_id, placed_at=str(found.placed_at))

    return app


if __name__ == "__main__":
    serve(lambda: bare(sys.argv[1]), port=int(sys.argv[2]))
