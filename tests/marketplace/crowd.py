"""A crowd sum at a marketplace, round by round: who joins, who falls silent, who lies, is up to the test."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from consent.crowd_cohort import JoinPapers, verify_cohort
from consent.crowd_message import Round, open_word, verify_places
from consent.crowd_order import CrowdOrder, sign_crowd_order
from consent.crowd_release import CrowdMaterial, OpenedCrowd, open_crowd
from consent.crowd_run import run_of
from crypto.curve import SCALAR_BYTES
from crypto.encoding import b64url_decode
from crypto.functional.one_label_collect import Collected, collect_blinding
from crypto.functional.one_label_messages import Ciphertext, KeyShare, Revealed
from crypto.reading import Fields
from crypto.sealing import SealingKey
from marketplace.domain.account import Account
from marketplace.domain.crowd import CrowdPurchase
from tests.crowd_sitters import Sitter, Sitting, order, terms
from tests.marketplace.market import Market
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, BUYER_KEY
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW, random_of, registry
from tests.marketplace.mpc_node.people import PLAIN, _digest, _handle, credential_of, people, record_of
from wallet.domain.crowd_rounds import Arrived

PEOPLE = 12
ACCEPT = 100_000


@cache
def sitters(count: int = PEOPLE) -> tuple[Sitter, ...]:
    """The first so many people, with wallets."""
    return tuple(
        Sitter(
            index=each.index,
            compact=credential_of(each, PLAIN),
            digest=_digest(credential_of(each, PLAIN)),
            handle=_handle(each, PLAIN),
            record=record_of(each),
            key=each.key,
            random=random_of(f"sitter {each.index}"),
        )
        for each in people(count)
    )


def result_key(number: int = 1) -> SealingKey:
    """The key of one order."""
    return SealingKey.generate(random_of(f"crowd result {number}"))


def ordered(number: int = 1, **changes: Any) -> CrowdOrder:
    """An order of the buyer."""
    made = {"buyer": BUYER_HANDLE, "marketplace": MARKET, "result_key": result_key(number), **changes}
    return order(NOW, number=number, **made)


def token_of(made: CrowdOrder) -> str:
    """An order with the buyer's signature."""
    return sign_crowd_order(made, BUYER_KEY)


@dataclass
class Crowd:
    """One order among people; the rounds are played one after the other."""

    market: Market
    account: Account
    made: CrowdOrder = field(default_factory=ordered)
    who: Sequence[Sitter] = field(default_factory=sitters)
    sittings: list[Sitting] = field(default_factory=list)

    @property
    def services(self) -> Any:
        """The use cases about crowd sums."""
        return self.market.services.crowds

    @property
    def now(self) -> CrowdPurchase:
        """The order as the marketplace has it."""
        with self.market.store.reading() as books:
            found = books.crowds.get(self.made.order_id)
        assert found is not None
        return found

    def offered(self, **changes: Any) -> "Crowd":
        """Everybody offers to take part."""
        for each in self.who:
            agreed = terms(NOW, **changes)
            self.services.accept_offer(each.offer(agreed, marketplace=MARKET).to_json())
        return self

    def placed(self, accept_cents: int = ACCEPT) -> "Crowd":
        """The buyer orders."""
        self.services.place(self.account.account_id, token_of(self.made), accepted_price_cents=accept_cents)
        return self

    def joined(self) -> "Crowd":
        """Everybody joins."""
        self.sittings = [each.sit(self.made, BUYER_KEY, NOW) for each in self.who]
        for each in self.sittings:
            self.services.join(each.part.join)
        return self

    def shared(self, silent: Iterable[int] = ()) -> "Crowd":
        """Everybody is given the cohort and shares, apart from those who are silent, by number."""
        cohort = self.cohort(self.sittings[0])
        for each in self.sittings:
            each.cohort = cohort
        return self._all(lambda each: each.share(), silent)

    def masked(self, silent: Iterable[int] = ()) -> "Crowd":
        """Those who are told who shared mask."""
        return self._all(lambda each: each.mask(self.arrived(each)), silent)

    def revealed(self, silent: Iterable[int] = ()) -> "Crowd":
        """Those who are told who was heard reveal."""
        return self._all(self.reveal, silent)

    def played(self) -> "Crowd":
        """A whole sum, from the offers to the release."""
        return self.offered().placed().joined().shared().masked().revealed()

    def cohort(self, sitting: Sitting) -> Any:
        """The cohort as a wallet sees and checks it."""
        papers = self.papers(sitting)
        members = [JoinPapers(each["join"], each["presentation"]) for each in papers["members"]]
        return verify_cohort(papers["cohort"], members, self.made, registry(), now=NOW)

    def papers(self, sitting: Sitting) -> Any:
        """What a wallet is given in the present round."""
        return self.services.read_papers(sitting.who.consent_id, self.made.order_id, sitting.who.key.public)

    def arrived(self, sitting: Sitting) -> Arrived:
        """What was sealed to a wallet, and who shared."""
        inbox = {each["place"]: b64url_decode(each["sealed"]) for each in self.papers(sitting)["inbox"]}
        return Arrived(inbox, self.places(self.now.partners, Round.MASKING))

    def reveal(self, sitting: Sitting) -> str:
        """What a wallet says in the last round."""
        return sitting.reveal(self.arrived(sitting), self.places(self.now.heard, Round.REVEALING))

    def places(self, word: str | None, round: Round) -> frozenset[int]:
        """Who counts in a round, by the marketplace's word."""
        return verify_places(
            word or "",
            MARKET_KEY.public,
            order_id=self.made.order_id,
            cohort_digest=self.now.cohort_digest or "",
            round=round,
        ).places

    def say(self, message: str) -> CrowdPurchase:
        """One message."""
        result: CrowdPurchase = self.services.take_message(message)
        return result

    def material(self) -> CrowdMaterial:
        """What the buyer fetches."""
        one = self.services.read_orders.one(self.account.account_id, self.made.order_id)
        return CrowdMaterial.from_json(Fields.of(one, "order").any("material"))

    def opened(self) -> OpenedCrowd:
        """What the buyer opens."""
        return open_crowd(self.material(), self.made, result_key())

    def later(self, seconds: int) -> CrowdPurchase:
        """Time passes, and the worker looks."""
        self.market.clock.forward(seconds=seconds)
        self.market.duties.tend_crowds()
        return self.now

    def _all(self, speak: Callable[[Sitting], str], silent: Iterable[int]) -> "Crowd":
        left_out = set(silent)
        said = [speak(each) for at, each in enumerate(self.sittings) if at not in left_out]
        for message in said:
            self.say(message)
        return self


def blinding_of(material: CrowdMaterial, made: CrowdOrder) -> int:
    """What the marketplace can rebuild of the blindings, without any key of the buyer's."""
    run = run_of(made, [agreement for agreement, _ in material.keys])
    # Only what is compared with the roster has to be right of the words: their contents do not enter.
    roster = {place: mask for place, (_, mask) in enumerate(material.keys)}
    shares = {place: KeyShare(run.roster_digest(roster), place, 0) for place in material.heard}
    texts = {place: Ciphertext.decode(part.ciphertext) for place, part in material.heard.items()}
    collected = Collected(run, roster, material.partners, shares, texts)
    return collect_blinding(collected, [Revealed.decode(each) for each in material.revealed])


def own_scalars(material: CrowdMaterial, made: CrowdOrder) -> int:
    """The sum of what the wallets told the buyer only."""
    words = (
        open_word(part.sealed, made, result_key(), cohort_digest=material.cohort_digest, place=place)
        for place, part in material.heard.items()
    )
    return sum(int.from_bytes(word[-SCALAR_BYTES:], "big") for word in words)
