"""What operators do, in one value: the registers that the law asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.record import unverified_consent_id
from crypto.sealing import Vault
from marketplace.errors import RightsRefusedError, UnknownOfferError
from marketplace.services.desk import Desk
from marketplace.services.keep_breaches import KeepBreaches
from marketplace.services.keep_rights import KeepRights, Withdraw
from marketplace.services.withdraw_crowd_offer import WithdrawCrowdOffer
from marketplace.services.withdraw_offer import WithdrawOffer
from marketplace.services.withdraw_score_offer import WithdrawScoreOffer


@dataclass(frozen=True)
class Oversight:
    """The use cases of operators about people's rights and what became of their data."""

    breaches: KeepBreaches
    rights: KeepRights


def oversight(desk: Desk, secrets: Vault) -> Oversight:
    """Make them; what seals people's words is derived from `secrets`."""
    words = Vault(secrets.derive("rights requests"))
    return Oversight(KeepBreaches(desk), KeepRights(desk, words, _withdraw(desk)))


def _withdraw(desk: Desk) -> Withdraw:
    kinds: Mapping[str, Callable[[str], object]] = {
        "offers": WithdrawOffer(desk),
        "scores": WithdrawScoreOffer(desk),
        "crowds": WithdrawCrowdOffer(desk),
    }

    def withdraw(consent_id: str, withdrawal: str) -> object:
        if unverified_consent_id(withdrawal) != consent_id:
            raise RightsRefusedError("the withdrawal is of another agreement than the request")
        with desk.store.reading() as books:
            found = {
                "offers": books.offers.get(consent_id),
                "scores": books.scores.offer(consent_id),
                "crowds": books.crowds.offer(consent_id),
            }
        kind = next((name for name, offer in found.items() if offer is not None), None)
        if kind is None:
            raise UnknownOfferError(f"there is no agreement {consent_id}")
        return kinds[kind](withdrawal)

    return withdraw
