"""Where a wallet keeps things, and whom it talks to: what the use cases are put together over."""

from dataclasses import dataclass

from wallet.domain.alert import Alert
from wallet.domain.arrival import Arrival
from wallet.domain.credential import HeldCredential
from wallet.domain.crowd_memory import CrowdMemory
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.hospital import Hospital
from wallet.domain.log_memory import LogMemory
from wallet.domain.offer_draft import OfferDraft
from wallet.domain.payout import HeldPayout
from wallet.domain.pod import Pod
from wallet.domain.preference import Preference
from wallet.domain.rights_case import RightsCase
from wallet.domain.score_memory import ScoreMemory
from wallet.domain.showing import Showing
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential
from wallet.services.badge_ports import BadgeIssuers
from wallet.services.collecting_ports import CollectingIssuers
from wallet.services.crowd_ports import CrowdMarket
from wallet.services.erasure_ports import ErasureStore
from wallet.services.hospital_ports import HospitalServers
from wallet.services.letter_ports import LetterStore
from wallet.services.payout_ports import PayoutMarket
from wallet.services.pod_ports import Pods
from wallet.services.ports import (
    Archive,
    Authenticators,
    Market,
    NodeOffice,
    PasskeyStore,
    Store,
    Trust,
    WalletStore,
)
from wallet.services.rights_ports import RightsMarket
from wallet.services.score_ports import ScoreMarket
from wallet.services.show_suite import Askers
from wallet.services.source_ports import FileSources
from wallet.services.stream_ports import StreamStore


@dataclass(frozen=True)
class Stores:
    """Where a wallet keeps things."""

    wallets: WalletStore
    passkeys: PasskeyStore
    erasures: ErasureStore
    letters: LetterStore
    credentials: Store[HeldCredential]
    arrivals: Store[Arrival]
    consents: Store[HeldConsent]
    drafts: Store[OfferDraft]
    memories: Store[LogMemory]
    score_offers: Store[HeldScoreOffer]
    score_memories: Store[ScoreMemory]
    crowd_offers: Store[HeldCrowdOffer]
    crowd_memories: Store[CrowdMemory]
    copies: Store[ShowingCopy]
    shown: Store[ShownCredential]
    showings: Store[Showing]
    streams: StreamStore
    alerts: Store[Alert]
    pods: Store[Pod]
    hospitals: Store[Hospital]
    preferences: Store[Preference]
    payouts: Store[HeldPayout]
    rights_cases: Store[RightsCase]
    archive: Archive


@dataclass(frozen=True)
class Partners:
    """Whom a wallet talks to."""

    trust: Trust
    issuers: CollectingIssuers
    market: Market
    nodes: NodeOffice
    scores: ScoreMarket
    crowds: CrowdMarket
    askers: Askers
    badges: BadgeIssuers
    authenticators: Authenticators
    sources: FileSources
    pods: Pods
    hospitals: HospitalServers
    payouts: PayoutMarket
    rights: RightsMarket
