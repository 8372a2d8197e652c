"""How do the messages of the Dataspace Protocol 2025-1 look, and how are those of others read?

Written are exactly the members that the protocol names. Read are its members only: others are let be, as the
protocol asks for, because the envelope of a message states no condition; an offer inside it does, and is read
strictly (`consent.order_terms`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consent.negotiation import NegotiationMove, NegotiationState
from consent.odrl import CONTEXT, MAX_ID
from consent.order_terms import MarketTerms, iri_of
from consent.transfer import TransferState
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.domain.negotiation import read_pid
from ssi.dataset import DataSet

VERSION: Final = "2025-1"
BASE: Final = f"/dsp/{VERSION}"
FORMAT: Final = "ArgonautaResult-PULL"
NIL_PID: Final = "urn:uuid:00000000-0000-0000-0000-000000000000"
MAX_URL: Final = 2_000
MAX_REASON: Final = 300
_SERVICE: Final = "urn:argonauta:service:"

Document = dict[str, Json]


@dataclass(frozen=True)
class ContractRequest:
    """A contract request message: `offer` is unread, `callback` None where the message may leave it out."""

    consumer_pid: str
    provider_pid: str | None
    offer: Json
    callback: str | None


@dataclass(frozen=True)
class TransferRequest:
    """A transfer request message."""

    consumer_pid: str
    agreement_id: str
    callback: str


def read_message(fields: Fields, kind: str) -> Fields:
    """The message, if it is one of this kind.

    Raises:
        MalformedError: its context or its type is another one.
    """
    context = fields.entries("@context", least=1, most=10)
    if CONTEXT[0] not in context:
        raise MalformedError(f"{fields.where}.@context: expected {CONTEXT[0]} among them")
    if fields.text("@type", max_length=MAX_ID) != kind:
        raise MalformedError(f"{fields.where}.@type: expected {kind}")
    return fields


def read_contract_request(fields: Fields) -> ContractRequest:
    """Read a contract request message.

    Raises:
        MalformedError: it is none.
    """
    read_message(fields, "ContractRequestMessage")
    provider_pid = fields.text("providerPid", max_length=MAX_ID) if fields.has("providerPid") else None
    callback = fields.text("callbackAddress", max_length=MAX_URL) if fields.has("callbackAddress") else None
    if provider_pid is None and callback is None:
        raise MalformedError(f"{fields.where}.callbackAddress: missing")
    return ContractRequest(_pid(fields, "consumerPid"), provider_pid, fields.any("offer"), callback)


def read_transfer_request(fields: Fields) -> TransferRequest:
    """Read a transfer request message.

    Raises:
        MalformedError: it is none, or asks for another format than the market's, or for a push.
    """
    read_message(fields, "TransferRequestMessage")
    if fields.text("format", max_length=MAX_ID) != FORMAT:
        raise MalformedError(f"{fields.where}.format: expected {FORMAT}")
    if fields.has("dataAddress"):
        raise MalformedError(f"{fields.where}.dataAddress: answers are fetched, not sent")
    return TransferRequest(
        _pid(fields, "consumerPid"),
        fields.text("agreementId", max_length=MAX_ID),
        fields.text("callbackAddress", max_length=MAX_URL),
    )


def read_follow_up(fields: Fields, kind: str, provider_pid: str) -> str:
    """The consumer's id in a message about a process that there is.

    Raises:
        MalformedError: it is of another kind, or about another process than its address says.
    """
    read_message(fields, kind)
    if fields.text("providerPid", max_length=MAX_ID) != provider_pid:
        raise MalformedError(f"{fields.where}.providerPid: another process than in the address")
    return _pid(fields, "consumerPid")


def read_event(fields: Fields, provider_pid: str) -> tuple[str, NegotiationMove]:
    """The consumer's id and what an event message of the consumer does.

    Raises:
        MalformedError: it is none; one that says FINALIZED is read as a move of the market's.
    """
    consumer_pid = read_follow_up(fields, "ContractNegotiationEventMessage", provider_pid)
    return consumer_pid, fields.choice("eventType", _event)


_EVENTS = {
    NegotiationState.ACCEPTED.value: NegotiationMove.ACCEPT,
    NegotiationState.FINALIZED.value: NegotiationMove.FINALIZE,
}


def _event(name: str) -> NegotiationMove:
    if name not in _EVENTS:
        raise ValueError(name)
    return _EVENTS[name]


def negotiation_document(provider_pid: str, consumer_pid: str, state: NegotiationState) -> Document:
    """The acknowledgement: where a negotiation stands."""
    return {**_about("ContractNegotiation", provider_pid, consumer_pid), "state": state.value}


def transfer_document(provider_pid: str, consumer_pid: str, state: TransferState) -> Document:
    """The acknowledgement: where a transfer stands."""
    return {**_about("TransferProcess", provider_pid, consumer_pid), "state": state.value}


def offer_message(provider_pid: str, consumer_pid: str, offer: Mapping[str, Json]) -> Document:
    """The market's offer in a negotiation that the consumer began."""
    return {**_about("ContractOfferMessage", provider_pid, consumer_pid), "offer": dict(offer)}


def agreement_message(
    provider_pid: str, consumer_pid: str, agreement: Mapping[str, Json], *, callback: str
) -> Document:
    """The market agrees; `callback` is where the market takes messages."""
    about = _about("ContractAgreementMessage", provider_pid, consumer_pid)
    return {**about, "agreement": dict(agreement), "callbackAddress": callback}


def finalized_message(provider_pid: str, consumer_pid: str) -> Document:
    """The market finalizes an agreement."""
    about = _about("ContractNegotiationEventMessage", provider_pid, consumer_pid)
    return {**about, "eventType": NegotiationState.FINALIZED.value}


def termination_message(kind: str, provider_pid: str, consumer_pid: str, reason: str) -> Document:
    """The market ends a negotiation (`ContractNegotiationTerminationMessage`) or a transfer."""
    return {**_about(kind, provider_pid, consumer_pid), "reason": [reason[:MAX_REASON]]}


def start_message(provider_pid: str, consumer_pid: str, endpoint: str) -> Document:
    """The answer can be fetched, with the buyer's own API key: no secret stands in the message."""
    address: Document = {"@type": "DataAddress", "endpointType": FORMAT, "endpoint": endpoint}
    return {**_about("TransferStartMessage", provider_pid, consumer_pid), "dataAddress": address}


def error_document(kind: str, code: str, reasons: Sequence[str], *, pids: tuple[str, str]) -> Document:
    """An error of a negotiation or transfer; the ids are `NIL_PID` where there is no process."""
    return {**_about(kind, *pids), "code": code, "reason": list(reasons)}


def catalog_error(code: str, reasons: Sequence[str]) -> Document:
    """An error of the catalogue."""
    return {"@context": list(CONTEXT), "@type": "CatalogError", "code": code, "reason": list(reasons)}


def versions_document(service: str) -> Document:
    """Which versions are spoken, and where below the address that this was asked at."""
    entry: Document = {
        "version": VERSION,
        "path": BASE,
        "binding": "HTTPS",
        "serviceId": _SERVICE + service,
        "auth": {"protocol": "Bearer", "version": "RFC 6750"},
    }
    return {"protocolVersions": [entry]}


def catalog_document(market: str, endpoint: str, entries: Sequence[tuple[DataSet, MarketTerms]]) -> Document:
    """The catalogue with the market's offer of each data set."""
    return {
        "@context": list(CONTEXT),
        "@id": f"urn:argonauta:catalog:{market}",
        "@type": "Catalog",
        "participantId": market,
        "service": [_service(market, endpoint)],
        "dataset": [_data_set(market, endpoint, each, terms) for each, terms in entries],
    }


def data_set_document(market: str, endpoint: str, described: DataSet, terms: MarketTerms) -> Document:
    """One data set with the market's offer."""
    return {"@context": list(CONTEXT), **_data_set(market, endpoint, described, terms)}


def _data_set(market: str, endpoint: str, described: DataSet, terms: MarketTerms) -> Document:
    return {
        "@id": iri_of(described.ref),
        "@type": "Dataset",
        "title": described.label["en"],
        "description": [
            {"@language": language, "@value": text} for language, text in described.about.items()
        ],
        "hasPolicy": [terms.to_offer()],
        "distribution": [
            {"@type": "Distribution", "format": FORMAT, "accessService": _service(market, endpoint)}
        ],
    }


def _service(market: str, endpoint: str) -> Document:
    return {"@id": _SERVICE + market, "@type": "DataService", "endpointURL": endpoint}


def _about(kind: str, provider_pid: str, consumer_pid: str) -> Document:
    return {
        "@context": list(CONTEXT),
        "@type": kind,
        "providerPid": provider_pid,
        "consumerPid": consumer_pid,
    }


def _pid(fields: Fields, name: str) -> str:
    return read_pid(fields.text(name, max_length=MAX_ID), f"{fields.where}.{name}")
