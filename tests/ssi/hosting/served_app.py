"""A small app for the tests of the server: ``served_app.py [FOLDER]``, with TLS where a folder is given."""

import sys
import threading
from pathlib import Path

from flask import Flask, jsonify, request

from ssi.hosting import logs
from ssi.hosting.errors import HostingError
from ssi.hosting.server import on_close, peer_fingerprint, serve
from ssi.hosting.tls import CertificateFiles, ServerTls

MAX_BODY_BYTES = 1000


def make_app() -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    beats = threading.Event()
    ending = threading.Event()
    entered = threading.Event()

    def beat() -> None:
        beats.set()
        ending.wait()
        sys.stdout.write("thread ended\n")
        sys.stdout.flush()

    thread = threading.Thread(target=beat)
    thread.start()
    on_close(app, thread.join)
    on_close(app, ending.set)

    @app.get("/who")
    def who():
        return jsonify(fingerprint=peer_fingerprint(request.environ), beats=beats.wait(60))

    @app.post("/length")
    def length():
        return jsonify(length=len(request.get_data()))

    @app.get("/slow")
    def slow():
        entered.set()
        ending.wait(0.5)
        return jsonify(done=True)

    @app.get("/entered")
    def has_entered():
        return jsonify(entered=entered.wait(60))

    @app.get("/broken")
    def broken():
        raise KeyError(request.args["secret"])

    return app


def refuse() -> Flask:
    raise HostingError("the folder has no certificates")


def main() -> None:
    logs.configure()
    tls = None
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder and not (folder / "node").is_dir():
        serve(refuse)
    if folder:
        peers = (folder / "market" / "tls.pem").read_text()
        tls = ServerTls(CertificateFiles(folder / "node" / "tls.pem", folder / "node" / "tls.key"), (peers,))
    serve(make_app, tls=tls)


if __name__ == "__main__":
    main()
