"""The screens about records: the list, one record, adding one."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from consent.score_function import has_scores
from ssi.errors import CredentialError
from wallet.domain.record import Record
from wallet.errors import (
    CodeNeededError,
    LinkError,
    PartnerError,
    PartnerUnreachableError,
    RefusedCredentialError,
    WalletError,
)
from wallet.services.receive_record import ReceiveRecord
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.problems import status_of

Page = str | Response | tuple[str, HTTPStatus]
_SHOWN_HERE = (LinkError, RefusedCredentialError, PartnerError)


def screens(services: Services) -> Blueprint:
    """Records."""
    records = Blueprint("records", __name__, url_prefix="/records")
    records.before_request(visitor.door)
    _Screens(services).add_to(records)
    return records


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, records: Blueprint) -> None:
        records.get("/")(self.overview)
        records.get("/<credential_id>")(self.detail)
        records.get("/add")(self.add)
        records.post("/add")(self.look)
        records.get("/add/<row_id>")(self.arrival)
        records.post("/add/<row_id>/code")(self.fetch)
        records.post("/add/<row_id>/keep")(self.keep)
        records.post("/add/<row_id>/discard")(self.discard)

    @property
    def receive(self) -> ReceiveRecord:
        return self.services.receive_credential

    def overview(self) -> str:
        wallet, now = visitor.current(), self.services.clock()
        consents = self.services.consents(wallet)
        offered = {held.credential_id for held in consents if held.state(now).is_active}
        records = self.services.records(wallet)
        return render_template("wallet/records.html", records=records, offered=offered)

    def detail(self, credential_id: str) -> str:
        wallet = visitor.current()
        record = self.services.read.record(wallet, credential_id)
        consents = [each for each in self.services.consents(wallet) if each.credential_id == credential_id]
        return render_template(
            "wallet/record.html",
            record=record,
            consents=consents,
            scores=[
                each
                for each in self.services.scores.read.offers(wallet)
                if each.credential_id == credential_id
            ],
            has_scores=has_scores(record.data_set),
            now=self.services.clock(),
            verified=self._is_verified(record),
        )

    def add(self) -> str:
        return _link_form()

    def look(self) -> Page:
        wallet = visitor.current()
        try:
            arrival = self.receive.look(wallet, request.form.get("link", ""))
            if arrival.is_verified and not arrival.needs_code:
                self.receive.fetch(wallet, arrival.row_id)
        except _SHOWN_HERE as error:
            return _link_form(error), status_of(error)
        return redirect(url_for("records.arrival", row_id=arrival.row_id))

    def arrival(self, row_id: str) -> str:
        return self._arrival(row_id)

    def fetch(self, row_id: str) -> Page:
        try:
            self.receive.fetch(visitor.current(), row_id, tx_code=request.form.get("code"))
        except (CodeNeededError, PartnerUnreachableError) as error:
            return self._arrival(row_id, error), status_of(error)
        except _SHOWN_HERE as error:
            self.receive.discard(visitor.current(), row_id)
            return _link_form(error), status_of(error)
        return redirect(url_for("records.arrival", row_id=row_id))

    def keep(self, row_id: str) -> Response:
        record = self.receive.keep(visitor.current(), row_id)
        flash("The record is in your wallet. Nobody else can read it there.", "good")
        return redirect(url_for("records.detail", credential_id=record.credential_id))

    def discard(self, row_id: str) -> Response:
        self.receive.discard(visitor.current(), row_id)
        flash("Nothing was added.", "note")
        return redirect(url_for("records.overview"))

    def _arrival(self, row_id: str, error: WalletError | None = None) -> str:
        wallet = visitor.current()
        found = self.receive.arrival(wallet, row_id)
        preview = self.receive.preview(wallet, row_id) if found.held else None
        errors = {"code": str(error)} if error else {}
        return render_template("wallet/arrival.html", arrival=found, record=preview, errors=errors)

    def _is_verified(self, record: Record) -> bool | None:
        """Whether the registry names the issuer now; None when that cannot be known now."""
        try:
            self.services.trust.registry().issuer(record.issuer_id, now=self.services.clock())
        except CredentialError:
            return False
        except PartnerError:
            return None
        return True


def _link_form(error: WalletError | None = None) -> str:
    errors = {"link": str(error)} if error else {}
    return render_template("wallet/add_record.html", errors=errors)
