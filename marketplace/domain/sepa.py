"""A file that tells a bank whom to pay: ISO 20022 customer credit transfer initiation, pain.001.001.09."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from consent.payout import Payee

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MAX_REFERENCE: Final = 35
_CENTS = 100
_GERMAN = {
    ord(one): two for one, two in zip("äöüßÄÖÜ", ("ae", "oe", "ue", "ss", "Ae", "Oe", "Ue"), strict=True)
}
_UNFIT = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
"""What is outside the characters that every SEPA bank takes (EPC217-08)."""


@dataclass(frozen=True)
class Credit:
    """One payment: `reference` (at most 35 characters) is what both sides find it by."""

    reference: str
    amount_cents: int
    payee: Payee = field(repr=False)


def credit_transfer(
    transfers: Sequence[Credit], debtor: Payee, *, message_id: str, made_at: datetime, on: date
) -> bytes:
    """The file for these payments out of one account, to be executed on a day.

    The texts are written in the letters that SEPA has; the moment is without its zone, as banks expect UTC.
    """
    document = Element("Document", {"xmlns": NAMESPACE})
    root = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(root, "GrpHdr")
    total = _euros(sum(each.amount_cents for each in transfers))
    _text(header, "MsgId", message_id[:MAX_REFERENCE])
    _text(header, "CreDtTm", f"{made_at:%Y-%m-%dT%H:%M:%S}")
    _text(header, "NbOfTxs", str(len(transfers)))
    _text(header, "CtrlSum", total)
    _text(SubElement(header, "InitgPty"), "Nm", sepa_text(debtor.name))
    info = SubElement(root, "PmtInf")
    _text(info, "PmtInfId", message_id[:MAX_REFERENCE])
    _text(info, "PmtMtd", "TRF")
    _text(info, "BtchBookg", "true")
    _text(info, "NbOfTxs", str(len(transfers)))
    _text(info, "CtrlSum", total)
    _text(SubElement(SubElement(info, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _text(SubElement(info, "ReqdExctnDt"), "Dt", on.isoformat())
    _text(SubElement(info, "Dbtr"), "Nm", sepa_text(debtor.name))
    _account(info, "DbtrAcct", debtor.iban)
    agent = SubElement(SubElement(info, "DbtrAgt"), "FinInstnId")
    _text(SubElement(agent, "Othr"), "Id", "NOTPROVIDED")
    _text(info, "ChrgBr", "SLEV")
    for each in transfers:
        _credit(info, each)
    return bytes(tostring(document, encoding="utf-8", xml_declaration=True))


def sepa_text(text: str) -> str:
    """A text in the letters that SEPA has: accents fall off, Greek and other letters become full stops."""
    german = text.translate(_GERMAN)
    plain = "".join(each for each in unicodedata.normalize("NFKD", german) if not unicodedata.combining(each))
    return _UNFIT.sub(".", plain)


def _credit(info: Element, credit: Credit) -> None:
    entry = SubElement(info, "CdtTrfTxInf")
    _text(SubElement(entry, "PmtId"), "EndToEndId", credit.reference[:MAX_REFERENCE])
    amount = SubElement(SubElement(entry, "Amt"), "InstdAmt", {"Ccy": "EUR"})
    amount.text = _euros(credit.amount_cents)
    _text(SubElement(entry, "Cdtr"), "Nm", sepa_text(credit.payee.name))
    _account(entry, "CdtrAcct", credit.payee.iban)
    _text(SubElement(entry, "RmtInf"), "Ustrd", f"Compensation {credit.reference[:MAX_REFERENCE]}")


def _account(parent: Element, name: str, iban: str) -> None:
    _text(SubElement(SubElement(parent, name), "Id"), "IBAN", iban)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _euros(cents: int) -> str:
    return f"{cents // _CENTS}.{cents % _CENTS:02d}"
