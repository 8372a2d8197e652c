"""Who lives where money goes past the computing nodes: a student, a crowd, a buyer and an operator."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from consent.score_offer import VerifiedScoreOffer
from consent.vocabulary import Purpose, RecipientKind
from examples.people import DEMONSTRATION_PASSWORD, invite
from examples.records import exam_records
from examples.town import WORKER
from marketplace.domain.account import AccountKind
from marketplace.sdk.score_offers import check_score_offer
from tests.journeys.crashing import Crashes
from tests.journeys.crowds import EXAM, STUDENTS
from tests.journeys.customers import PASSWORD, Customer, enrolled
from tests.journeys.patience import until
from tests.journeys.screens import Screens
from tests.marketplace.stripe_fake import StripeFake
from wallet.domain.crowd_choices import CrowdChoices
from wallet.domain.score_choices import ScoreChoices
from wallet.domain.session import Session
from wallet.domain.use import Outcome
from wallet.errors import ConflictError, NotInWalletError, PartnerError
from wallet.services.suite import Services

PEOPLE = 10
SCORE_CENTS, PART_CENTS = 500, 600
PURSE_CENTS = 50_000_000
DESK = "desk@market.example"
SCORES = ScoreChoices(
    purposes=(Purpose.ACADEMIC_RESEARCH,),
    recipient_kinds=(RecipientKind.RESEARCH_INSTITUTE,),
    compensation_cents=SCORE_CENTS,
    budget_bits=20,
)
CROWDS = CrowdChoices(
    purposes=(Purpose.ACADEMIC_RESEARCH,),
    recipient_kinds=(RecipientKind.RESEARCH_INSTITUTE,),
    crowd_floor=PEOPLE,
    epsilon_per_sum=Decimal("0.1"),
    epsilon_total=Decimal(10),
    compensation_cents=PART_CENTS,
)
T = TypeVar("T")


@dataclass
class Student:
    """Somebody with a real record and a wallet."""

    wallets: Services
    session: Session
    consent_id: str

    def look(self) -> None:
        """Her wallet checks for news and takes the step that is its turn; it never finds a fault."""
        report = self.wallets.refresh(self.session)
        assert not report.alarms, report.alarms

    def take_part(self) -> None:
        """The part of a refresh that is about crowd sums, which a sum needs many times."""
        for held in self.wallets.crowds.read.offers(self.session):
            with suppress(PartnerError, ConflictError):
                alarms = self.wallets.crowds.follow(self.session, held)
                assert not alarms, alarms

    @property
    def left_cents(self) -> int:
        """What she could be paid now."""
        return sum(each.left_cents for each in self.wallets.pay_out.balances(self.session))

    def paid_uses(self, purchase_id: str) -> int:
        """How often her wallet was shown that a purchase was paid."""
        uses = self.wallets.history(self.session)
        return sum(use.job_id == purchase_id and use.outcome is Outcome.PAID for use in uses)


@dataclass
class Ended:
    """How a life ended, what each account must have gained by it, and what the log must have of it."""

    how: str
    changes: Mapping[str, int]
    logged: Mapping[str, int] = field(default_factory=dict)
    purchase_id: str = ""
    is_billed: bool = False


SOLD = {"order": 1, "release": 1, "payment": 1}
CAME_BACK = {"order": 1, "failure": 1}


@dataclass
class Home:
    """Who lives in the town, and what they do all the time."""

    crashes: Crashes
    customer: Customer
    buyer: Screens
    operator: Screens
    stripe: StripeFake
    scorer: Student
    crowd: list[Student]
    offer: VerifiedScoreOffer

    def worker_comes_by(self) -> None:
        """The worker is started anew: it looks at once after everything, not only every ten seconds."""
        self.crashes.threaten()
        with suppress(KeyError, ProcessLookupError):
            self.crashes.town.kill(WORKER)
        self.crashes.town.processes.pop(WORKER, None)
        self.crashes.town.start(WORKER)

    def seen(self, looks: Sequence[Callable[[], None]], paid: Callable[[], int]) -> None:
        """Look into the wallets until each was shown the payment; it is shown once."""

        def look() -> int:
            self.crashes.revive()
            for each in looks:
                each()
            return paid()

        assert until(look, bool) == 1

    def quiet(self, act: Callable[[], T | None]) -> T | None:
        """Something that a wallet does, None where its partner did not answer, or not before."""
        try:
            return act()
        except (PartnerError, ConflictError, NotInWalletError):
            return None


def yesterday() -> datetime:
    """A moment that is over for everybody."""
    return datetime.now(UTC) - timedelta(days=1)


@contextmanager
def at_home_in(crashes: Crashes, stripe: StripeFake) -> Iterator[Home]:
    """Let a student, a crowd, a buyer and an operator move in."""
    town, wallets = crashes.town, crashes.neighbourhood.wallets
    sessions = []
    for invitation in invite(town, "university", EXAM, exam_records(PEOPLE + 1), STUDENTS):
        session = wallets.create_wallet(invitation.login, DEMONSTRATION_PASSWORD)
        sessions.append((session, wallets.receive_credential(session, invitation.offer_uri).credential_id))
    (session, credential), *others = sessions
    scorer = Student(wallets, session, wallets.scores.offer(session, credential, SCORES).consent_id)
    crowd = [
        Student(wallets, session, wallets.crowds.offer(session, credential, CROWDS).consent_id)
        for session, credential in others
    ]
    market, customer = crashes.neighbourhood.market, enrolled(crashes.neighbourhood, cents=PURSE_CENTS)
    market.add_account(DESK, PASSWORD, kind=AccountKind.OPERATOR)
    buyer = Screens(crashes, customer.email, PASSWORD)
    operator = Screens(crashes, DESK, PASSWORD)
    offer = check_score_offer(customer.buyer, scorer.consent_id)
    try:
        yield Home(crashes, customer, buyer, operator, stripe, scorer, crowd, offer)
    finally:
        buyer.close()
        operator.close()
