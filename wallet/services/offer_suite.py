"""The use cases about offers of weighted sums, put together: scores of one record, sums with many."""

from dataclasses import dataclass

from consent.crowd_receipt import verify_crowd_offer_receipt
from consent.score_receipt import verify_offer_receipt
from wallet.domain.clock import Clock
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.services.answer_score_request import AnswerScoreRequest
from wallet.services.deliver_offers import DeliverOffers
from wallet.services.end_offers import EndOffers
from wallet.services.follow_crowds import FollowCrowds
from wallet.services.follow_scores import FollowScores
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.offer_crowds import OfferCrowds
from wallet.services.offer_scores import OfferScores
from wallet.services.outside import Partners, Stores
from wallet.services.read_crowds import ReadCrowds
from wallet.services.read_exposure import ReadExposure
from wallet.services.read_scores import ReadScores
from wallet.services.take_part import TakePart
from wallet.services.watch_log import WatchLog


@dataclass(frozen=True)
class Scores:
    """The use cases about scores of the person's own record."""

    offer: OfferScores
    answer: AnswerScoreRequest
    end: EndOffers[HeldScoreOffer]
    follow: FollowScores
    read: ReadScores


@dataclass(frozen=True)
class Crowds:
    """The use cases about sums over many wallets."""

    offer: OfferCrowds
    end: EndOffers[HeldCrowdOffer]
    follow: FollowCrowds
    read: ReadCrowds


def assemble_scores(
    stores: Stores, partners: Partners, log: WatchLog, preferences: KeepPreferences, clock: Clock
) -> Scores:
    """Make the use cases about scores over ready stores and partners."""
    credentials, offers, memories = stores.credentials, stores.score_offers, stores.score_memories
    market, trust = partners.scores, partners.trust
    deliver = DeliverOffers(offers, market, trust, log, clock, verify_offer_receipt)
    end = EndOffers(credentials, offers, market, clock)
    exposure = ReadExposure(memories, stores.crowd_memories)
    answer = AnswerScoreRequest(credentials, offers, memories, exposure, market, clock)
    return Scores(
        offer=OfferScores(credentials, offers, memories, exposure, trust, deliver, preferences, clock),
        answer=answer,
        end=end,
        follow=FollowScores(
            credentials=credentials,
            offers=offers,
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            end=end,
            answer=answer,
            clock=clock,
        ),
        read=ReadScores(offers, clock),
    )


def assemble_crowds(
    stores: Stores, partners: Partners, log: WatchLog, preferences: KeepPreferences, clock: Clock
) -> Crowds:
    """Make the use cases about sums with many over ready stores and partners."""
    credentials, offers, memories = stores.credentials, stores.crowd_offers, stores.crowd_memories
    market, trust = partners.crowds, partners.trust
    deliver = DeliverOffers(offers, market, trust, log, clock, verify_crowd_offer_receipt)
    end = EndOffers(credentials, offers, market, clock)
    exposure = ReadExposure(stores.score_memories, memories)
    return Crowds(
        offer=OfferCrowds(credentials, offers, memories, trust, deliver, preferences, clock),
        end=end,
        follow=FollowCrowds(
            credentials=credentials,
            offers=offers,
            trust=trust,
            issuers=partners.issuers,
            market=market,
            log=log,
            deliver=deliver,
            end=end,
            take_part=TakePart(credentials, offers, memories, exposure, market, trust, clock),
            clock=clock,
        ),
        read=ReadCrowds(offers, clock),
    )
