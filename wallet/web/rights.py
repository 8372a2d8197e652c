"""The screens of a person's rights: a copy, corrections, deletions, complaints, the log, and the end."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from ssi.dataset import data_set
from wallet.domain.authorities import AUTHORITIES
from wallet.domain.erasure import COOLING_OFF
from wallet.domain.letters import Letter, correction, deletion, objection, restriction
from wallet.domain.showing import Showing, Stage
from wallet.errors import (
    NotInWalletError,
    TooManyAttemptsError,
    WalletError,
    WrongPasskeyError,
    WrongPasswordError,
)
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.catalogues import ENGLISH
from wallet.web.languages import page_language
from wallet.web.local_words import day_text
from wallet.web.passkey_form import PasskeyForms
from wallet.web.problems import status_of

Page = str | AnyResponse | tuple[str, HTTPStatus]
WRONG = "This is not the password of your wallet."
_REFUSALS = (WrongPasswordError, TooManyAttemptsError, WrongPasskeyError)
LANGUAGES = ("en", "de")
_TO_MARKETPLACE: Mapping[str, Callable[[str, str], Letter]] = {
    "restriction": restriction,
    "objection": objection,
}


def screens(services: Services, forms: PasskeyForms) -> Blueprint:
    """My rights."""
    rights = Blueprint("rights", __name__, url_prefix="/rights")
    rights.before_request(visitor.door)
    _Screens(services, forms).add_to(rights)
    return rights


@dataclass(frozen=True)
class _Screens:
    services: Services
    forms: PasskeyForms

    def add_to(self, rights: Blueprint) -> None:
        rights.get("")(self.overview)
        rights.post("/copy")(self.copy)
        rights.get("/log.json")(self.log)
        rights.get("/correction/<credential_id>")(self.correction)
        rights.get("/deletion/<row_id>")(self.deletion)
        rights.get("/letter/<kind>")(self.letter)
        rights.post("/corrected/<row_id>")(self.corrected)
        rights.get("/erase")(self.erasure)
        rights.post("/erase")(self.erase)
        rights.post("/keep")(self.keep)

    def overview(self) -> Page:
        return self._overview({}, HTTPStatus.OK)

    def copy(self) -> Page:
        """Everything that the wallet knows as one file, to be saved by the browser; it is not kept here."""
        try:
            files = self.services.rights.copy(visitor.current(), self.forms.proof("password"))
        except _REFUSALS as error:
            return self._overview({"password": _told(error)}, status_of(error))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, pieces in files.items():
                with archive.open(name, "w", force_zip64=True) as file:
                    for piece in pieces:
                        file.write(piece.encode())
        return _saved(packed.getvalue(), "application/zip", "my-wallet.zip")

    def log(self) -> Page:
        """What the wallet knows of the public log."""
        text = self.services.rights.copy.log(visitor.current())
        return _saved(text.encode(), "application/json", "public-log.json")

    def correction(self, credential_id: str) -> Page:
        """A letter to who issued a record."""
        record = self.services.read.record(visitor.current(), credential_id)
        title = record.data_set.label[_language()]
        return _letter(correction(record.issuer_name, title, record.issued_at.date(), _language()))

    def deletion(self, row_id: str) -> Page:
        """A letter to who was shown something."""
        showing = self.services.show.read.showing(visitor.current(), row_id)
        titles = ", ".join(sorted({each.title for each in showing.records}))
        day = (showing.answered_at or showing.opened_at).date()
        return _letter(deletion(showing.asker.name, titles, day, _language()))

    def letter(self, kind: str) -> Page:
        """A letter to the marketplace about all that it has of the person."""
        if kind not in _TO_MARKETPLACE:
            raise NotInWalletError("There is no such letter.")
        name = self.services.trust.registry().marketplace.name
        return _letter(_TO_MARKETPLACE[kind](name, _language()))

    def corrected(self, row_id: str) -> Page:
        """End an agreement about a record that was corrected, and begin one about the corrected record."""
        draft = self.services.rights.offer_corrected(visitor.current(), row_id)
        flash(
            "The agreement about the old record has ended. Read the new one, and agree if you like.", "note"
        )
        return redirect(url_for("offers.step", row_id=draft.row_id, step=draft.next_step))

    def erasure(self) -> Page:
        return self._erase_form({}, HTTPStatus.OK)

    def erase(self) -> Page:
        """Plan the end of the wallet."""
        if request.form.get("understood") != "yes":
            told = {"understood": "Tick that you have understood what cannot be taken back."}
            return self._erase_form(told, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            plan = self.services.rights.erase.plan(visitor.current(), self.forms.proof("password"))
        except _REFUSALS as error:
            return self._erase_form({"password": _told(error)}, status_of(error))
        told = gettext(
            "Your wallet will be erased on %(due_at)s. You can still keep it.", due_at=_long_day(plan.due_at)
        )
        flash(told, "note")
        return redirect(url_for("rights.overview"))

    def keep(self) -> Page:
        """Let the wallet stay."""
        self.services.rights.erase.keep(visitor.current())
        flash("Your wallet stays. Agreements that you ended stay ended.", "good")
        return redirect(url_for("rights.overview"))

    def _overview(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        wallet = visitor.current()
        page = render_template(
            "wallet/rights/overview.html",
            errors=errors,
            records=self.services.records(wallet),
            showings=self._shown(),
            outdated=self.services.rights.offer_corrected.outdated(wallet),
            data_set=data_set,
            authorities=AUTHORITIES,
            **self._ways(),
        )
        return page, status

    def _erase_form(self, errors: dict[str, str], status: HTTPStatus) -> Page:
        page = render_template(
            "wallet/rights/erase.html",
            errors=errors,
            days=COOLING_OFF.days,
            shown=len(self._shown()),
            left_cents=sum(each.left_cents for each in self.services.pay_out.balances(visitor.current())),
            **self._ways(),
        )
        return page, status

    def _shown(self) -> list[Showing]:
        history = self.services.show.read.history(visitor.current())
        return [each for each in history if each.stage is Stage.SHOWN]

    def _ways(self) -> dict[str, bool]:
        wallet = visitor.current()
        return {
            "has_password": self.services.locks.has_password(wallet),
            "has_passkeys": bool(self.services.passkeys.all(wallet)),
        }


def _language() -> str:
    asked = request.args.get("language", page_language())
    return asked if asked in LANGUAGES else "en"


def _long_day(at: datetime) -> str:
    return f"{at:%-d %B %Y}" if page_language() == ENGLISH else day_text(at)


def _letter(letter: Letter) -> str:
    return render_template("wallet/rights/letter.html", letter=letter, language=_language())


def _told(error: WalletError) -> str:
    return WRONG if isinstance(error, WrongPasswordError) else str(error)


def _saved(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
