"""The use cases about showing over memory: a person, her records, and somebody who asks."""

from dataclasses import dataclass, field
from typing import Any

from ssi.openid4vp.request_check import RequestTrust
from ssi.trust import TrustRegistry
from tests.ssi import parties
from tests.wallet.fakes import MemoryStore, MovingClock, session
from tests.wallet.showing import Asker, authority, exam_copy, held_exam, organisation, own_trust
from wallet.domain.session import Session
from wallet.domain.showing import Showing
from wallet.domain.showing_digest import digest_of_question
from wallet.errors import AskRefusedError
from wallet.services.keep_copies import KeepCopies
from wallet.services.show_suite import Askers, Show, ShowStores, assemble_show


@dataclass
class FixedTrust:
    """The `Trust` port with a registry that a test can change."""

    known: TrustRegistry = field(default_factory=parties.registry)

    def registry(self) -> TrustRegistry:
        return self.known


@dataclass
class Desk:
    """Anna's wallet with an exam record, and whoever asks her."""

    own: RequestTrust = field(default_factory=lambda: own_trust(authority().certificate))
    clock: MovingClock = field(default_factory=lambda: MovingClock(parties.NOW))
    anna: Session = field(default_factory=session)

    def __post_init__(self) -> None:
        self.asker = Asker(self.clock)
        self.trust = FixedTrust()
        self.showings, self.credentials, self.others, self.copies = (MemoryStore() for _ in range(4))
        stores = ShowStores(self.showings, self.credentials, self.others, KeepCopies(self.copies))
        self.show: Show = assemble_show(stores, Askers(self.asker, self.own), self.trust, self.clock)

    def with_exam(self, *, copies: int = 0, **changes: Any) -> "Desk":
        self.credentials.save(self.anna, held_exam(**changes))
        for number in range(copies):
            self.copies.save(self.anna, exam_copy(number))
        return self

    def with_organisation(self) -> "Desk":
        shown, copy = organisation()
        self.others.save(self.anna, shown)
        self.copies.save(self.anna, copy)
        return self

    def open(self, *arguments: Any, **more: Any) -> Showing:
        return self.show.open(self.anna, self.asker.ask(*arguments, **more))

    def question(self, showing: Showing) -> Any:
        return self.show.read.question(self.anna, showing)

    def share(self, showing: Showing, **chosen: list[str]) -> Showing:
        fields = {name.replace("_", "-"): keys for name, keys in chosen.items()}
        return self.show.answer.share(self.anna, showing.row_id, fields, seen=self.seen(showing))

    def seen(self, showing: Showing) -> str:
        """The digest in the form of a request's page; there is none where there is no such page."""
        try:
            return digest_of_question(self.question(showing))
        except AskRefusedError:
            return ""
