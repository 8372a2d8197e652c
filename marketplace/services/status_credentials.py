"""Which receipts does a person have from the marketplace for the states of her agreement?

They follow from what is kept anyway, so they are made anew whenever they are asked for, and are always the
same. The digest of what she signed stands in the first receipt, which the offer's answer keeps.
"""

from collections.abc import Mapping
from datetime import datetime

from consent.receipt import verify_consent_receipt
from consent.receipt_credential import issue_status_credential
from consent.record import ConsentRecord
from consent.status_receipt import AgreementNamed, Life, status_receipts
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.signing import SigningKey
from marketplace.domain.offer import Offer
from marketplace.services.desk import Desk
from marketplace.services.ports import Books


def first_credential(record: ConsentRecord, key: SigningKey, *, at: datetime) -> list[Json]:
    """The receipt for an agreement that was just given, as a list of one."""
    return _made(record, Life(record.policy.given_at, at, record.policy.valid_until), key, now=at)


def credentials_of(desk: Desk, books: Books, offer: Offer) -> list[Json]:
    """The receipts of an offer so far, oldest first."""
    arrival = books.offers.arrival(offer.consent_id)
    answer: Mapping[str, Json] = {} if arrival is None else arrival[1]
    token = answer.get("receipt")
    if not isinstance(token, str):
        raise MalformedError(f"the answer to the offer {offer.consent_id} has no receipt")
    record = verify_consent_receipt(token, desk.key.public).record
    policy = record.policy
    life = Life(policy.given_at, offer.received_at, policy.valid_until, offer.withdrawn_at)
    return _made(record, life, desk.key, now=desk.now())


def _made(record: ConsentRecord, life: Life, key: SigningKey, *, now: datetime) -> list[Json]:
    named = AgreementNamed(record.consent_id, record.digest, record.controller)
    return [issue_status_credential(each, key) for each in status_receipts(named, life, now=now)]
