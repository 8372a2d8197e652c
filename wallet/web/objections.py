"""The screens on which a person says no: to secondary use of her health data, or to a purpose."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from consent.vocabulary import Purpose
from consent.wording import purpose_text
from ssi.dataset import data_set
from wallet.domain.objection import HEALTH, KNOWN, Objections
from wallet.errors import NotInWalletError
from wallet.services.object_to_use import Running, Touched
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language


@dataclass(frozen=True)
class Line:
    """An agreement or offer as the page lists it."""

    title: str
    address: str
    is_paused: bool


def screens(services: Services) -> Blueprint:
    """Objections; the switch for health data stands on the page of rights, which includes it."""
    objections = Blueprint("objections", __name__, url_prefix="/rights/objections")
    objections.before_request(visitor.door)
    _Screens(services).add_to(objections)
    return objections


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, objections: Blueprint) -> None:
        objections.app_context_processor(
            lambda: {
                "objections_now": self._said,
                "objected_name": name_of,
                "would_stop": self._would_stop,
                "objectable": {each.value: name_of(each.value) for each in Purpose},
            }
        )
        objections.get("/new")(self.form)
        objections.post("/new")(self.object)
        objections.post("/take-back")(self.take_back)

    def form(self) -> str:
        """What an objection to a purpose would do, before it is made."""
        what = _known(request.args.get("what", ""))
        return render_template("wallet/rights/object.html", what=what, name=name_of(what), health=HEALTH)

    def object(self) -> Response:
        """Object, and stop what runs against it."""
        what, then = _known(request.form.get("what", "")), request.form.get("then", Running.END)
        if then not in set(Running):
            raise NotInWalletError("There is no such choice.")
        self.services.rights.object(visitor.current(), what, Running(then))
        flash("Your objection stands. It is forbidden in every agreement from now on.", "good")
        return redirect(url_for("rights.overview", _anchor="objections"))

    def take_back(self) -> Response:
        """Take an objection back."""
        what = _known(request.form.get("what", ""))
        self.services.rights.object.take_back(visitor.current(), what)
        flash(
            "Your objection is taken back. What ended stays ended, and what is paused stays paused.", "note"
        )
        return redirect(url_for("rights.overview", _anchor="objections"))

    def _said(self) -> Objections:
        return self.services.preferences.objections(visitor.current())

    def _would_stop(self, what: str) -> list[Line]:
        return list(_lines(self.services.rights.object.would_touch(visitor.current(), what)))


def name_of(what: str) -> str:
    """What is objected to, in words."""
    if what == HEALTH:
        return str(gettext("secondary use of health data"))
    return purpose_text(Purpose(what), text_language())


def _known(what: str) -> str:
    if what not in KNOWN:
        raise NotInWalletError("There is no such choice.")
    return what


def _lines(touched: Touched) -> Iterator[Line]:
    for held in touched.consents:
        address = url_for("consents.detail", row_id=held.row_id)
        yield Line(_label(held.policy.data_set), address, held.is_paused)
    for score in touched.scores:
        title = gettext("Scores of %(record)s", record=_label(score.terms.data_set))
        yield Line(title, url_for("scores.detail", row_id=score.row_id), score.is_paused)
    for crowd in touched.crowds:
        title = gettext("Sums with %(record)s", record=_label(crowd.terms.data_set))
        yield Line(title, url_for("crowds.detail", row_id=crowd.row_id), crowd.is_paused)


def _label(ref: str) -> str:
    return data_set(ref).label[text_language()]
