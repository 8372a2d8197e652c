"""What operators do, in one value: the registers that the law asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.record import unverified_consent_id
from crypto.sealing import Vault
from marketplace.errors import RightsRefusedError, UnknownOfferError
from marketplace.services.describe_processing import DescribeProcessing
from marketplace.services.desk import Desk
from marketplace.services.keep_assessments import KeepAssessments
from marketplace.services.keep_breaches import KeepBreaches
from marketplace.services.keep_nodes import KeepNodes
from marketplace.services.keep_rights import KeepRights, Withdraw
from marketplace.services.oversee import ListParties
from marketplace.services.read_glass import ReadGlass
from marketplace.services.sign_of_life import SeeWorker
from marketplace.services.withdraw_crowd_offer import WithdrawCrowdOffer
from marketplace.services.withdraw_offer import WithdrawOffer
from marketplace.services.withdraw_score_offer import WithdrawScoreOffer


@dataclass(frozen=True)
class Oversight:
    """The use cases of operators about people's rights and what became of their data."""

    breaches: KeepBreaches
    rights: KeepRights
    assessments: KeepAssessments
    describe_processing: DescribeProcessing
    read_glass: ReadGlass
    see_worker: SeeWorker
    list_parties: ListParties
    nodes: KeepNodes


def oversight(desk: Desk, secrets: Vault) -> Oversight:
    """Make them; what seals people's words is derived from `secrets`."""
    words = Vault(secrets.derive("rights requests"))
    return Oversight(
        breaches=KeepBreaches(desk),
        rights=KeepRights(desk, words, _withdraw(desk)),
        assessments=KeepAssessments(desk),
        describe_processing=DescribeProcessing(desk),
        read_glass=ReadGlass(desk),
        see_worker=SeeWorker(desk),
        list_parties=ListParties(desk),
        nodes=KeepNodes(desk),
    )


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
