"""Can a weighted sum of a record's numbers be offered now?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.errors import TermsError
from consent.score_function import scored_attributes
from ssi.dataset import DataSet, data_set
from wallet.domain.credential import HeldCredential
from wallet.domain.held_offer import HeldOffer
from wallet.domain.record import describe
from wallet.errors import ChoiceError


@dataclass(frozen=True)
class NotOfferable:
    """What the person reads when a record has no numbers to be weighed, or is being offered already."""

    nothing: str
    running: str


def require_offerable(
    held: HeldCredential,
    among: Sequence[HeldCredential],
    offers: Sequence[HeldOffer],
    *,
    now: datetime,
    words: NotOfferable,
) -> DataSet:
    """The data set of a record that can be offered; for one record there is one running offer at a time.

    Args:
        held: the record.
        among: all records of the wallet.
        offers: all its offers of this kind.
        now: the moment.
        words: what is said where it cannot be.

    Raises:
        ChoiceError: the record does not count any more, has no such numbers, or is being offered already.
    """
    described = data_set(held.data_set)
    if not describe(held, among=among, now=now).can_be_offered:
        raise ChoiceError("This record cannot be offered any more: it is not valid now.", "record")
    try:
        scored_attributes(described)
    except TermsError as error:
        raise ChoiceError(words.nothing, "record") from error
    same = {each.row_id for each in among if (each.handle, each.data_set) == (held.handle, held.data_set)}
    if any(offer.credential_id in same and offer.state(now).is_active for offer in offers):
        raise ChoiceError(words.running, "record")
    return described
