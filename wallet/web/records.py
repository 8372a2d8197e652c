"""The screens about records: the list, one record; adding one is `collecting`."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import gettext

from consent.score_function import has_scores
from ssi.errors import CredentialError
from wallet.domain.record import Record, RecordField
from wallet.domain.showing_values import claim_text
from wallet.errors import PartnerError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.collecting import Collecting, language
from wallet.web.collecting_page import lines_of, moment_text


def screens(services: Services) -> Blueprint:
    """Records."""
    records = Blueprint("records", __name__, url_prefix="/records")
    records.before_request(visitor.door)
    records.add_app_template_filter(_said, "said_of")
    _Screens(services).add_to(records)
    return records


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, records: Blueprint) -> None:
        records.get("/")(self.overview)
        records.get("/<credential_id>")(self.detail)
        records.get("/shown/<row_id>")(self.only_shown)
        Collecting(self.services.receive_credential).add_to(records)

    def overview(self) -> str:
        wallet, now = visitor.current(), self.services.clock()
        consents = self.services.consents(wallet)
        offered = {held.credential_id for held in consents if held.state(now).is_active}
        records = self.services.records(wallet)
        return render_template(
            "wallet/records.html",
            records=records,
            offered=offered,
            shown=self.services.read.only_shown(wallet),
            arriving=self.services.read.arriving(wallet),
        )

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
            crowds=[
                each
                for each in self.services.crowds.read.offers(wallet)
                if each.credential_id == credential_id
            ],
            has_scores=has_scores(record.data_set),
            now=self.services.clock(),
            verified=self._is_verified(record),
        )

    def only_shown(self, row_id: str) -> str:
        found = self.services.read.shown_one(visitor.current(), row_id)
        copies = self.services.copies.of(visitor.current(), row_id)
        words, now = language(), self.services.clock()
        over = found.expires_at is not None and now >= found.expires_at
        return render_template(
            "wallet/collect/shown.html",
            w=words,
            found=found,
            lines=lines_of(found, words),
            when=moment_text,
            state="expired" if over and found.standing.value == "valid" else found.standing.value,
            left=sum(copy.uses == 0 for copy in copies),
            count=len(copies),
        )

    def _is_verified(self, record: Record) -> bool | None:
        """Whether the registry names the issuer now; None when that cannot be known now."""
        try:
            self.services.trust.registry().issuer(record.issuer_id, now=self.services.clock())
        except CredentialError:
            return False
        except PartnerError:
            return None
        return True


def _said(field: RecordField, record: Record) -> str:
    """What a line of a record says, in the language of the page."""
    if field.value is None:
        return str(gettext("not recorded"))
    return claim_text((field.name,), field.value, record.data_set, language())
