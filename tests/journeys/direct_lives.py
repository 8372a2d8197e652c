"""Lives of purchases that go past the computing nodes: scores of one record, and sums over many wallets.

Each life is lived by real wallets and a buyer's own tools, and everybody repeats what was not answered, as
wallets and tools do. It says how it ended, and what must have come of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import update

from consent.vocabulary import Purpose
from marketplace.domain.chart import PLATFORM_FEE, subject_earned
from marketplace.sdk.crowds import CrowdWish, OrderedCrowd, collect_crowd, crowd_progress, order_crowd
from marketplace.sdk.scores import (
    AskedScore,
    ScoreWish,
    ask_score,
    collect_score,
    score_progress,
)
from marketplace.storage.crowd_tables import crowd_orders
from marketplace.storage.score_tables import score_requests
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import EXAM
from tests.journeys.home import CAME_BACK, PART_CENTS, PEOPLE, SCORE_CENTS, SOLD, Ended, Home, yesterday
from tests.journeys.patience import until
from wallet.domain.asked_score import AskState

SCORE_PRICE, PART_FEE = 608, 129
CONFLICT = 409
MOST_LOOKS = 30
"""A sum takes four looks of everybody, and a few more where some looks met nobody."""
WEIGHTS = {"exam_score": 2, "reading_score": 1}
WISH = CrowdWish(
    data_set=EXAM,
    weights=WEIGHTS,
    purpose=Purpose.ACADEMIC_RESEARCH,
    people=PEOPLE,
    floor=PEOPLE,
    epsilon=Decimal("0.1"),
    compensation_cents=PART_CENTS,
    joining=timedelta(hours=1),
    round_length=timedelta(hours=1),
)


@dataclass
class ScoreLives:
    """Requests for a score of one student."""

    home: Home

    def score(self, *, agree: bool) -> Ended:
        """A company asks, the student agrees or not, and the company opens what it gets and confirms."""
        asked = self._asked_score()
        self._decided(asked, agree=agree)
        if not agree:
            state = self._state(asked)
            return Ended(state, {}, CAME_BACK, asked.request_id)
        self.home.crashes.insist(partial(collect_score, self.home.customer.buyer, asked))
        return self._score_sold(asked)

    def score_that_nobody_confirms(self) -> Ended:
        """An answer about which the buyer says nothing is paid by the worker when its time is over."""
        asked = self._asked_score()
        self._decided(asked, agree=True)
        self._let(asked, settle_at=yesterday(), due_at=yesterday())
        self.home.worker_comes_by()
        until(partial(self._state, asked), lambda state: state == "settled")
        return self._score_sold(asked)

    def score_that_runs_out(self) -> Ended:
        """A request that nobody answers comes back to its buyer."""
        asked = self._asked_score()
        self._let(asked, valid_until=yesterday(), due_at=yesterday())
        self.home.worker_comes_by()
        state = until(partial(self._state, asked), lambda state: state != "asked")
        return Ended(state, {}, CAME_BACK, asked.request_id)

    def _let(self, asked: AskedScore, **moments: datetime) -> None:
        """Have some time of a request be over, as if days had passed."""
        with self.home.crashes.neighbourhood.house.store.database.writing() as session:
            this = score_requests.c.request_id == asked.request_id
            session.execute(update(score_requests).where(this).values(moments))

    def _asked_score(self) -> AskedScore:
        buyer, request_id = self.home.customer.buyer, self.home.crashes.fresh_id()
        wish = ScoreWish(WEIGHTS, Purpose.ACADEMIC_RESEARCH)

        def ask() -> AskedScore:
            try:
                return ask_score(buyer, self.home.offer, wish, request_id=request_id)
            except RefusedByPeerError as error:
                if error.status != CONFLICT:
                    raise
                return AskedScore(request_id, SCORE_PRICE)  # the first one, of another moment, was taken in

        return self.home.crashes.insist(ask)

    def _decided(self, asked: AskedScore, *, agree: bool) -> None:
        """The wallet finds the request and answers; looks again where the answer did not arrive."""
        student = self.home.scorer

        def decide() -> AskState | None:
            student.look()
            waiting = {
                each.request.request_id for _, each in student.wallets.scores.read.waiting(student.session)
            }
            if asked.request_id in waiting:
                answer = student.wallets.scores.answer
                answer(student.session, student.consent_id, asked.request_id, agree=agree)
            known = student.wallets.scores.read.offers(student.session)[0].find(asked.request_id)
            return known.state if known.answer is not None and not known.waits_to_be_sent else None

        state = self.home.crashes.insist(lambda: self.home.quiet(decide))
        assert state is (AskState.GRANTED if agree else AskState.REFUSED)

    def _state(self, asked: AskedScore) -> str:
        return self.home.crashes.insist(partial(score_progress, self.home.customer.buyer, asked)).state

    def _score_sold(self, asked: AskedScore) -> Ended:
        paid = partial(self.home.scorer.paid_uses, asked.request_id)
        self.home.seen([self.home.scorer.look], paid)
        changes = {
            self.home.customer.purse: -SCORE_PRICE,
            PLATFORM_FEE: SCORE_PRICE - SCORE_CENTS,
            subject_earned(self.home.scorer.consent_id): SCORE_CENTS,
        }
        return Ended("settled", changes, {**SOLD, "use": 1}, asked.request_id, is_billed=True)


@dataclass
class CrowdLives:
    """Sums over ten wallets."""

    home: Home

    def crowd_sum(self) -> Ended:
        """Ten wallets compute a sum, and the institute opens and confirms it."""
        ordered = self._played_crowd()
        self.home.crashes.insist(partial(collect_crowd, self.home.customer.buyer, ordered))
        return self._crowd_sold(ordered)

    def crowd_that_nobody_confirms(self) -> Ended:
        """A sum about which the buyer says nothing is paid by the worker when its time is over."""
        ordered = self._played_crowd()
        self.home.crashes.threaten()
        with self.home.crashes.neighbourhood.house.store.database.writing() as session:
            this = crowd_orders.c.order_id == ordered.order_id
            session.execute(update(crowd_orders).where(this).values(due_at=yesterday()))
        until(partial(self._crowd_state, ordered), lambda state: state == "settled")
        return self._crowd_sold(ordered)

    def crowd_that_too_few_join(self) -> Ended:
        """A sum that one wallet joins comes to nothing."""
        self.home.crashes.threaten()
        ordered = self._ordered_crowd(joining=timedelta(seconds=3))
        self.home.crowd[0].take_part()
        state = until(partial(self._crowd_state, ordered), lambda state: state != "joining")
        return Ended(state, {}, CAME_BACK, ordered.order_id)

    def _ordered_crowd(self, joining: timedelta = WISH.joining) -> OrderedCrowd:
        order_id, wish = self.home.crashes.fresh_id(), replace(WISH, joining=joining)

        def order() -> OrderedCrowd:
            try:
                return order_crowd(self.home.customer.buyer, wish, order_id=order_id)
            except RefusedByPeerError as error:
                if error.status != CONFLICT:
                    raise
                return OrderedCrowd(order_id, PEOPLE * (PART_CENTS + PART_FEE))

        return self.home.crashes.insist(order)

    def _played_crowd(self) -> OrderedCrowd:
        ordered = self._ordered_crowd()

        for _ in range(MOST_LOOKS):
            for student in self.home.crowd:
                self.home.crashes.revive()
                student.take_part()
            if self._crowd_state(ordered) == "released":
                return ordered
        raise AssertionError(self._crowd_state(ordered))

    def _crowd_state(self, ordered: OrderedCrowd) -> str:
        return self.home.crashes.insist(partial(crowd_progress, self.home.customer.buyer, ordered)).state

    def _crowd_sold(self, ordered: OrderedCrowd) -> Ended:
        looks = [each.take_part for each in self.home.crowd]
        self.home.seen(looks, lambda: min(each.paid_uses(ordered.order_id) for each in self.home.crowd))
        changes = {
            self.home.customer.purse: -PEOPLE * (PART_CENTS + PART_FEE),
            PLATFORM_FEE: PEOPLE * PART_FEE,
            **{subject_earned(each.consent_id): PART_CENTS for each in self.home.crowd},
        }
        assert {each.paid_uses(ordered.order_id) for each in self.home.crowd} == {1}
        return Ended("settled", changes, {**SOLD, "use": PEOPLE}, ordered.order_id, is_billed=True)
