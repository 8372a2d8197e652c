"""Whose is an agreement? The key that signed it, whichever kind of agreement it is."""

from crypto.signing import VerifyingKey
from marketplace.services.ports import Books


def agreement_key(books: Books, consent_id: str) -> VerifyingKey | None:
    """The key of an agreement of any kind, also of one that ended; None if there is no such agreement."""
    found = books.offers.get(consent_id) or books.scores.offer(consent_id) or books.crowds.offer(consent_id)
    return None if found is None else found.holder_key
