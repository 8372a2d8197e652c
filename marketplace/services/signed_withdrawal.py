"""How does a person end an offer of any kind? By her own signed word, of which the log keeps a digest."""

from datetime import datetime
from typing import Any

from consent.errors import ConsentError
from consent.logged_withdrawal import WITHDRAWAL
from consent.record import verify_withdrawal
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.reading import utc_text
from crypto.signing import VerifyingKey
from marketplace.domain.direct import StandingOffer
from marketplace.domain.log import Log
from marketplace.domain.offer import Offer
from marketplace.errors import ContributionRefusedError, UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append, shown
from marketplace.services.ports import Books


def require_signed(withdrawal: str, holder_key: VerifyingKey) -> None:
    """Return only if the holder of the offer's key signed its withdrawal.

    Raises:
        ContributionRefusedError: she did not.
    """
    try:
        verify_withdrawal(withdrawal, holder_key)
    except (ConsentError, CryptoError) as error:
        raise ContributionRefusedError(f"the withdrawal is not the person's: {error}") from error


def log_withdrawal(
    desk: Desk, books: Books, offer: Offer | StandingOffer[Any], withdrawal: str, *, at: datetime
) -> int:
    """Log a withdrawal, erase what the log says of the offer, and return the index of the new entry."""
    body: dict[str, Json] = {
        "consent_id": offer.consent_id,
        "withdrawal_digest": b64url_encode(sha256(withdrawal.encode())),
    }
    (index,) = append(desk, books, WITHDRAWAL, [body], at)
    Log(books.log).erase(offer.log_index)
    return index


def shown_withdrawal(
    desk: Desk, books: Books, consent_id: str, at: datetime | None, log_index: int | None
) -> dict[str, Json]:
    """When an offer ended, with the log's proof.

    Raises:
        UnknownOfferError: it did not.
    """
    if at is None or log_index is None:
        raise UnknownOfferError(f"there is no withdrawal of consent {consent_id}")
    return {
        "consent_id": consent_id,
        "withdrawn_at": utc_text(at),
        "log": shown(desk, Log(books.log), log_index),
    }
