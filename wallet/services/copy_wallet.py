"""A person gets a copy of everything in her wallet that she can read and take elsewhere (GDPR art. 15, 20).

Unlike the file of `move_wallet`, it is made for people and other programs: words, tables, and what others
signed, as they signed it. No key is in it, so nobody can act for her with it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.reading import utc_text
from ssi.jws import parse_jws
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_offer import HeldOffer
from wallet.domain.pod import Pod
from wallet.domain.proof import Proof
from wallet.domain.reading_table import table_of
from wallet.domain.record import Record
from wallet.domain.session import Session
from wallet.domain.showing import Showing
from wallet.domain.stream import Stream
from wallet.services.file_rights import FileRights
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.open_wallet import OpenWallet
from wallet.services.pay_out import PayOut
from wallet.services.ports import Store
from wallet.services.read_streams import ReadStreams
from wallet.services.read_wallet import ReadWallet

README: Final = """\
A copy of everything in your wallet / Eine Kopie von allem in deiner Wallet

records/      what others signed about you, in words and as it was signed (SD-JWT)
              was andere über dich unterschrieben haben, in Worten und wie unterschrieben (SD-JWT)
shown-only/   records that can be shown and are not computed with
              Nachweise, die man zeigen kann und mit denen nicht gerechnet wird
agreements/   what you agreed to: the words, what you signed (JWS), the receipt
              wozu du ja gesagt hast: die Worte, was du unterschrieben hast (JWS), die Quittung
offers/       scores of your own record and sums with others that you offered
              Bewertungen und Summen mit anderen, die du angeboten hast
streams/      what was measured, as tables, and streams.json what each of them is
              was gemessen wurde, als Tabellen; streams.json sagt, was welche ist
uses.json     every time somebody asked / jedes Mal, wenn jemand gefragt hat
earnings.csv  what you earned, and what of it was paid out
              was du verdient hast, und was davon ausgezahlt wurde
payouts.json  every payout that you asked for / jede Auszahlung, um die du gebeten hast
rights-requests.json  what you asked the marketplace for by law, and its answers
              worum du den Marktplatz nach dem Gesetz gebeten hast, und was er antwortet
shown.json    what you showed to whom, by the names of its parts; no values
              was du wem gezeigt hast, nach den Namen der Teile; keine Werte
pod.json      the pod that your wallet is connected to, if there is one
              der Pod, mit dem deine Wallet verbunden ist, falls es einen gibt
objections.json  what you said no to, and when / wozu du nein gesagt hast, und wann
log.json      the last state of the public log that your wallet has checked
              der letzte Stand des öffentlichen Protokolls, den deine Wallet geprüft hat

No key is in this copy: nobody can act for you with it. It is not locked, so keep it where others do not look.
In dieser Kopie ist kein Schlüssel: Niemand kann damit für dich handeln. Sie ist nicht verschlossen.
"""


@dataclass(frozen=True)
class CopyWallet:
    """Writes everything that a wallet knows, as texts by their names."""

    open_wallet: OpenWallet
    read: ReadWallet
    credentials: Store[HeldCredential]
    showings: Store[Showing]
    streams: ReadStreams
    pods: Store[Pod]
    pay_out: PayOut
    preferences: KeepPreferences
    file_rights: FileRights

    def __call__(self, session: Session, proof: Proof) -> Mapping[str, Iterable[str]]:
        """Every file of the copy by its path, as pieces of text; those of streams are read as they are taken.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError: as when opening the wallet.
        """
        self.open_wallet.confirm(session, proof)
        seen = self.read.overview(session)
        signed = {held.row_id: held.compact for held in self.credentials.all(session)}
        only_shown = [each.to_document() for each in self.read.only_shown(session)]
        return {
            "README.txt": [README],
            **_numbered("records", [_record(each, signed[each.credential_id]) for each in seen.records]),
            **_numbered("shown-only", only_shown),
            **_numbered("agreements", map(_agreement, seen.consents)),
            **_numbered("offers", map(_offer, (*seen.score_offers, *seen.crowd_offers))),
            **self._streams(session),
            "uses.json": [_text([use.to_document() for use in seen.uses])],
            "earnings.csv": [self.pay_out.table(session)],
            "payouts.json": [_text([each.told() for each in self.pay_out.all(session)])],
            "rights-requests.json": [_text([each.told() for each in self.file_rights.all(session)])],
            "shown.json": [_text([_showing(each) for each in self.showings.all(session)])],
            "pod.json": [_text([_pod(each) for each in self.pods.all(session)])],
            "objections.json": [
                _text([each.to_document() for each in self.preferences.objections(session).said])
            ],
            "log.json": [self.log(session)],
        }

    def _streams(self, session: Session) -> dict[str, Iterable[str]]:
        files: dict[str, Iterable[str]] = {}
        listed: list[Json] = []
        for number, stream in enumerate(self.streams.all(session), start=1):
            name = f"streams/{number:03d}.csv"
            listed.append({"file": name, **_stream(stream)})
            files[name] = table_of(self.streams.readings(session, stream.row_id), stream.quantity.unit)
        return {"streams.json": [_text(listed)], **files}

    def log(self, session: Session) -> str:
        """What the wallet knows of the public log: its checkpoint, and where each of its entries stands."""
        seen = self.read.overview(session)
        entries: list[Json] = [
            {"what": "use", "job": use.job_id, "index": use.log_index, "checked": use.proof.value}
            for use in seen.uses
            if use.log_index is not None
        ]
        entries += [
            {
                "what": "agreement",
                "agreement": held.consent_id,
                "index": held.receipt.log_index,
                "proof": held.receipt.proof,
                "receipt": held.receipt.receipt,
            }
            for held in seen.consents
            if held.receipt is not None
        ]
        return _text({"log": seen.log.to_document(), "entries": entries})


def _numbered(folder: str, documents: Iterable[Mapping[str, Json]]) -> dict[str, list[str]]:
    return {f"{folder}/{number:03d}.json": [_text(each)] for number, each in enumerate(documents, start=1)}


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _stream(stream: Stream) -> dict[str, Json]:
    return {
        "what": stream.quantity.name,
        "code": stream.quantity.code or None,
        "unit": stream.quantity.unit,
        "source": stream.source,
        "instrument": stream.instrument or None,
        "readings": stream.count,
    }


def _record(record: Record, signed: str) -> dict[str, Json]:
    return {
        "what": record.title,
        "issuer": record.issuer_name,
        "issuer_id": record.issuer_id,
        "issued_at": utc_text(record.issued_at),
        "expires_at": utc_text(record.expires_at),
        "received_at": utc_text(record.received_at),
        "state": record.state.value,
        "fields": [{"name": each.name, "label": each.label, "value": each.text} for each in record.fields],
        "signed": signed,
    }


def _agreement(held: HeldConsent) -> dict[str, Json]:
    return {
        "agreement": held.consent_id,
        "words": held.notice,
        "record": _payload(held.signed),
        "signed": held.signed,
        "receipt": held.receipt.to_document() if held.receipt else None,
        "ended": held.withdrawal.to_document() if held.withdrawal else None,
    }


def _offer(held: HeldOffer) -> dict[str, Json]:
    """An offer without its key: what every offer has, whatever its kind keeps besides."""
    return HeldOffer.to_document(held)


def _showing(showing: Showing) -> dict[str, Json]:
    return {
        "asker": showing.asker.to_document(),
        "opened_at": utc_text(showing.opened_at),
        "answered_at": utc_text(showing.answered_at) if showing.answered_at else None,
        "what_came_of_it": showing.stage.value,
        "shown": [record.to_document() for record in showing.records],
    }


def _pod(pod: Pod) -> dict[str, Json]:
    return {
        "webid": pod.place.webid,
        "pod": pod.place.storage,
        "signed_in_at": pod.place.issuer,
        "since": utc_text(pod.connected_at),
    }


def _payload(signed: str) -> Json:
    """What a signed record says, for reading; it was verified when it was signed."""
    try:
        return dict(parse_jws(signed, "agreement").payload)
    except CryptoError:
        return None
