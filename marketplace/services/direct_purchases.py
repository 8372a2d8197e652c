"""What is the same of every purchase of what people give themselves, whatever it is that they give?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from consent.order import EscrowReceipt, sign_escrow_receipt
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.sealing import SealingKey
from crypto.signing import VerifyingKey
from marketplace.domain.direct import DirectPrice, Judgement
from marketplace.errors import DisputeRefusedError, OrderConflictError, UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.direct_ports import DirectBook, OfferT, PurchaseT
from marketplace.services.log_entries import append
from marketplace.services.ports import Books


def own_offer(book: DirectBook[OfferT, Any, Any], consent_id: str, holder_key: VerifyingKey) -> OfferT:
    """The offer of the holder of a key.

    Raises:
        UnknownOfferError: there is none; somebody else's is not told apart from none.
    """
    offer = book.offer(consent_id)
    if offer is None or offer.holder_key != holder_key:
        raise UnknownOfferError("there is no such offer of yours")
    return offer


def same_purchase(known: PurchaseT | None, account_id: str, token: str, *, name: str) -> PurchaseT | None:
    """What the same signed order made before, if it did; `name` says in the error which one it is.

    Raises:
        OrderConflictError: another one was made under this id.
    """
    if known is not None and (known.account_id, known.token) != (account_id, token):
        raise OrderConflictError(f"{name} exists with another content; make a new id")
    return known


def escrow_receipt(
    desk: Desk, order: tuple[str, str], price: DirectPrice, *, at: datetime, people: int = 1
) -> str:
    """The marketplace's word that so many people's price is held, for an order by its id and digest."""
    amount = people * price.gross_cents
    receipt = EscrowReceipt(*order, amount, price.compensation_cents, at)
    return sign_escrow_receipt(receipt, desk.key)


def shown_key(private_key: bytes, result_key: bytes, *, name: str) -> SealingKey:
    """The key that a buyer shows to have an answer looked into; `name` is that of what named its public part.

    Raises:
        DisputeRefusedError: it is no key, or not the one that the purchase names.
    """
    try:
        key = SealingKey.from_bytes(private_key)
    except MalformedError as error:
        raise DisputeRefusedError(str(error)) from error
    if key.public.to_bytes() != result_key:
        raise DisputeRefusedError(f"the key is not the one that the {name} names")
    return key


def judged(
    desk: Desk, books: Books, purchase: PurchaseT, judgement: Judgement, named: Mapping[str, Json]
) -> PurchaseT:
    """The purchase with what looking into it showed, which the log has from now on; not yet saved."""
    body: dict[str, Json] = {**named, "proven": judgement.proven, "reason": judgement.reason}
    append(desk, books, "dispute", [body], judgement.at)
    return replace(purchase, dispute=judgement, updated_at=judgement.at)
