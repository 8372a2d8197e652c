"""The register of what people ask for under the GDPR: a wallet files, the operator answers in time.

Filing shows nothing but the agreement and its key. Erasure and objection end the agreement in the same
moment: the withdrawal that does so comes with them. What a person writes is sealed until an operator breaks
the glass, and deleted when the request is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from consent.errors import ConsentError
from consent.rights_request import RightsRequest, unverified_agreement, verify_rights_request
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.reading import utc_text
from crypto.sealing import Vault
from crypto.signing import VerifyingKey
from marketplace.domain.act import PERSON, Act, Register, by_case, written
from marketplace.domain.rights import FiledRequest, Outcome, RightsAct, RightsCase, case_of
from marketplace.errors import (
    OverdueError,
    RegisterConflictError,
    RightsRefusedError,
    UnknownCaseError,
    UnknownOfferError,
)
from marketplace.services.agreement_keys import agreement_key
from marketplace.services.desk import Desk
from marketplace.services.operators import enter
from marketplace.services.ports import Books

MOST_OPEN: Final = 10
"""How many requests about one agreement may wait at a time."""

_MAX_REASON: Final = 1000
Withdraw = Callable[[str, str], object]
"""Ends an agreement of whichever kind: its id, and the signed withdrawal."""


@dataclass(frozen=True)
class KeepRights:
    """Everything about people's requests. `vault` seals what they write."""

    desk: Desk
    vault: Vault = field(repr=False)
    withdraw: Withdraw

    def file(self, token: str, withdrawal: str | None = None) -> dict[str, Json]:
        """Take a request in; the same one again gets how it stands now.

        Raises:
            MalformedError: the request or the withdrawal is none.
            UnknownOfferError: there is no such agreement.
            RightsRefusedError: the agreement's key did not sign it, it is for another marketplace, a
                withdrawal is missing or not needed, or too many of hers wait.
            RegisterConflictError: another request came under this id.
            ContributionRefusedError: the withdrawal is not hers.
        """
        with self.desk.store.reading() as books:
            request = self._verified(books, token)
        self._end(request, withdrawal)
        digest = b64url_encode(sha256(token.encode()))
        with self.desk.store.writing() as books:
            known = books.rights.get(request.request_id)
            if known is not None and known.request_digest != digest:
                raise RegisterConflictError(f"request {request.request_id} exists with another content")
            if known is None:
                self._take_in(books, request, digest)
            return _shown(self._case(books, request.request_id))

    def read(self, request_id: str, holder_key: VerifyingKey) -> dict[str, Json]:
        """How a request stands, told to the holder of the key of its agreement.

        Raises:
            UnknownCaseError: there is no such request of hers.
        """
        with self.desk.store.reading() as books:
            found = books.rights.get(request_id)
            if found is None or agreement_key(books, found.consent_id) != holder_key:
                raise UnknownCaseError("there is no such request of yours")
            return _shown(self._case(books, request_id))

    def all(self) -> tuple[RightsCase, ...]:
        """All requests: those that wait, by when they are due, then what was answered, the latest first."""
        with self.desk.store.reading() as books:
            acts = by_case(books.acts.of_register(Register.RIGHTS))
            cases = [case_of(each, acts.get(each.request_id, ())) for each in books.rights.all()]
        waiting = sorted((each for each in cases if each.answered is None), key=lambda each: each.due_at)
        done = [each for each in reversed(cases) if each.answered is not None]
        return (*waiting, *done)

    def get(self, request_id: str) -> RightsCase:
        """One request.

        Raises:
            UnknownCaseError: there is none.
        """
        with self.desk.store.reading() as books:
            return self._case(books, request_id)

    def look(self, request_id: str, by: str, because: str) -> str:
        """Break the glass: what the person wrote, told once to an operator who says why; empty if nothing.

        Raises:
            UnknownCaseError: there is no such request.
            NotAllowedError: the account is not an operator's.
            RefusedError: no reason is given.
        """
        why = written(because, "why you have to see this", most=_MAX_REASON)
        with self.desk.store.writing() as books:
            sealed = self._case(books, request_id).request.words
            case = (Register.GLASS, f"request {request_id}")
            enter(books, case, by, "looked", self.desk.now(), because=why)
        return "" if sealed is None else self.vault.open(sealed, _place(request_id)).decode()

    def extend(self, request_id: str, by: str, because: str) -> RightsCase:
        """Prolong the time by two months, with a reason that the person is told (Art. 12(3)).

        Raises:
            UnknownCaseError: there is no such request.
            RegisterConflictError: it was prolonged or answered before, or the first month is over.
            NotAllowedError, RefusedError: as for `look`.
        """
        why = written(because, "why it takes longer; the person is told", most=_MAX_REASON)
        now = self.desk.now()
        with self.desk.store.writing() as books:
            self._case(books, request_id).require_extensible(now)
            enter(books, (Register.RIGHTS, request_id), by, RightsAct.EXTENDED, now, because=why)
            return self._case(books, request_id)

    def answer(self, request_id: str, by: str, outcome: Outcome, words: str) -> RightsCase:
        """Say what came of it; the person is told, and what she wrote is deleted.

        Raises:
            UnknownCaseError: there is no such request.
            RegisterConflictError: it was answered before.
            NotAllowedError, RefusedError: as for `look`.
        """
        said = written(words, "the answer that the person reads", most=_MAX_REASON)
        with self.desk.store.writing() as books:
            self._case(books, request_id).require_open()
            case = (Register.RIGHTS, request_id)
            enter(books, case, by, RightsAct.ANSWERED, self.desk.now(), outcome=outcome.value, words=said)
            books.rights.forget_words(request_id)
            return self._case(books, request_id)

    def require_in_time(self) -> None:
        """Return only if no answer is overdue.

        Raises:
            OverdueError: one is.
        """
        now = self.desk.now()
        late = sum(case.is_overdue(now) for case in self.all())
        if late:
            raise OverdueError(f"{late} of people's requests should have been answered by now")

    def _verified(self, books: Books, token: str) -> RightsRequest:
        consent_id = unverified_agreement(token)
        key = agreement_key(books, consent_id)
        if key is None:
            raise UnknownOfferError(f"there is no agreement {consent_id}")
        try:
            return verify_rights_request(token, key, marketplace=self.desk.marketplace_id)
        except (ConsentError, CryptoError) as error:
            raise RightsRefusedError(str(error)) from error

    def _end(self, request: RightsRequest, withdrawal: str | None) -> None:
        if request.right.ends_agreement and withdrawal is None:
            raise RightsRefusedError(
                f"{request.right.value} ends the agreement: send its signed withdrawal with the request"
            )
        if withdrawal is not None and not request.right.ends_agreement:
            raise RightsRefusedError(f"{request.right.value} does not end the agreement: send no withdrawal")
        if withdrawal is not None:
            self.withdraw(request.consent_id, withdrawal)

    def _take_in(self, books: Books, request: RightsRequest, digest: str) -> None:
        others = books.rights.of_agreement(request.consent_id)
        waiting = sum(self._case(books, each.request_id).answered is None for each in others)
        if waiting >= MOST_OPEN:
            raise RightsRefusedError(f"{MOST_OPEN} of your requests wait already")
        place = _place(request.request_id)
        words = self.vault.seal(request.words.encode(), place, self.desk.random) if request.words else None
        at = self.desk.now()
        books.rights.add(
            FiledRequest(request.request_id, request.consent_id, request.right, digest, at, words)
        )
        books.acts.add(Act(Register.RIGHTS, request.request_id, at, PERSON, RightsAct.FILED))

    def _case(self, books: Books, request_id: str) -> RightsCase:
        found = books.rights.get(request_id)
        if found is None:
            raise UnknownCaseError("there is no such request")
        return case_of(found, books.acts.of_case(Register.RIGHTS, request_id))


def _shown(case: RightsCase) -> dict[str, Json]:
    """A request for its person."""
    answered, extended = case.answered, case.extended
    return {
        "request_id": case.request.request_id,
        "consent_id": case.request.consent_id,
        "right": case.request.right.value,
        "state": case.state.value,
        "filed_at": utc_text(case.request.filed_at),
        "due_at": utc_text(case.due_at),
        "extended_because": None if extended is None else extended.told["because"],
        "outcome": None if answered is None else answered.told["outcome"],
        "answer": None if answered is None else answered.told["words"],
        "answered_at": None if answered is None else utc_text(answered.at),
    }


def _place(request_id: str) -> str:
    return f"rights_requests|{request_id}|words"
