"""One app that uses every part of the design, for the tests of its pages."""

from datetime import UTC, datetime

from flask import Blueprint, Flask, abort, flash, render_template

from ssi.hosting.design.blueprint import NavItem, install

NOW = datetime(2026, 5, 3, 12, 5, tzinfo=UTC)
HOSTILE = "<b>Ada</b> \"&' </script>"

CHART = {
    "title": "Average grade by year",
    "description": "Three groups; one is withheld.",
    "unit": "points",
    "label": "Year",
    "decimals": 1,
    "interval_label": "95 %: noise",
    "rows": [
        {"label": HOSTILE, "value": 71.25, "low": 69.0, "high": 73.5},
        {"label": "2025", "withheld": "Fewer than 50 people."},
        {"label": "2026", "value": 1234.5, "low": None, "high": None},
    ],
}
NAVIGATION = (
    NavItem("Home", "screens.home", "home"),
    NavItem("Records", "screens.records", "certificate", also=("screens.records_",)),
    NavItem("A form", "screens.form"),
)

screens = Blueprint("screens", __name__, template_folder="templates")
api = Blueprint("api", __name__, url_prefix="/api/v1")


def make_app() -> Flask:
    app = Flask(__name__)
    app.secret_key = "a key that signs nothing of worth"
    csrf = install(app, name="argonauta", role="Wallet", nav=NAVIGATION)
    csrf.exempt(api)
    app.register_blueprint(screens)
    app.register_blueprint(api)
    return app


@screens.get("/")
def home():
    flash(HOSTILE, "error")
    return render_template("parts.html", text=HOSTILE, now=NOW, chart=CHART)


@screens.get("/records")
def records():
    return render_template("frame.html", text="")


@screens.get("/records/<record_id>")
def records_one(record_id):
    return render_template("misspelt.html", text=record_id)


@screens.get("/form")
def form():
    return render_template("form.html", text=HOSTILE)


@screens.post("/send")
def send():
    return "sent"


@screens.get("/part")
def part():
    return "<p>Here it is.</p>"


@screens.get("/error/<int:status>")
def error(status):
    abort(status)


@screens.get("/broken")
def broken():
    raise KeyError("the grade of Ada")


@api.get("/broken")
def broken_api():
    raise KeyError("the grade of Ada")


@api.post("/orders")
def orders():
    return {"ok": True}
