"""Take records in, one or a thousand at a time, so that each person can collect a credential.

A record is known by its data set and the institution's number for the person. Handed in again unchanged it
gets the same answer; changed, it becomes a new version and the old credential is revoked in the same
transaction. What an institution may repeat every night must not undo a decision: an unchanged record that was
revoked stays revoked, the new version of a suspended one is suspended, and where a transaction code was asked
for, no offer without one takes the place of an open one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.entry import Delivery, Entry, Offer, Standing, StatusChange
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.domain.submission import Submission
from ssi.issuer_service.errors import RecordRefusedError
from ssi.issuer_service.services.announce import announce_standing
from ssi.issuer_service.services.ports import Books, Register

SUPERSEDED = "superseded by a newer version"
_CREDENTIAL_ID_BYTES = 16


class Change(StrEnum):
    """What handing a record in did."""

    ISSUED = "issued"
    UNCHANGED = "unchanged"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Registered:
    """The entry of a record, what happened to it, and its offer while it waits for delivery."""

    entry: Entry
    change: Change
    offer: Offer | None


@dataclass(frozen=True)
class OfferTerms:
    """How long a link holds, and how long a wallet has once it used the link."""

    lifetime: timedelta
    grant_lifetime: timedelta


class RegisterRecords:
    """Takes records in."""

    def __init__(
        self, books: Books, secrets: IssuerSecrets, *, terms: OfferTerms, random: RandomBytes
    ) -> None:
        self._books = books
        self._secrets = secrets
        self._terms = terms
        self._random = random

    def __call__(
        self, submissions: Sequence[Submission], *, by: str, now: datetime
    ) -> list[Registered | RecordRefusedError]:
        """Register records in one transaction; the answers are in the order of the records.

        A record that stands twice is refused the second time, since nobody can say which one counts.
        """
        with self._books.writing() as register:
            return self.within(register, submissions, by=by, now=now)

    def within(
        self, register: Register, submissions: Sequence[Submission], *, by: str, now: datetime
    ) -> list[Registered | RecordRefusedError]:
        """The same in a transaction that is open already, so that more can be written with it."""
        keys = [self._secrets.record_key(each.configuration.id, each.external_id) for each in submissions]
        clerk = _Clerk(self, register, by=by, now=now)
        clerk.look_up(keys)
        answers = [clerk.take(submission, key) for submission, key in zip(submissions, keys, strict=True)]
        clerk.write()
        return answers

    def new_id(self) -> str:
        """A random credential id of 128 bits in hexadecimal: a name, not a secret."""
        return self._random(_CREDENTIAL_ID_BYTES).hex()

    def digest(self, key: bytes, submission: Submission) -> bytes:
        """What tells whether a record changed."""
        return self._secrets.content_digest(key, submission.values)

    def offer(self, credential_id: str, number: int, *, code: bool, now: datetime) -> Offer:
        """A fresh offer."""
        return Offer(
            credential_id, number, needs_transaction_code=code, expires_at=now + self._terms.lifetime
        )

    def still_good(self, offer: Offer | None, *, code: bool, now: datetime) -> bool:
        """Whether an offer can be answered with once more: if it asks for a code wherever one is wanted."""
        if offer is None or (code and not offer.needs_transaction_code):
            return False
        in_progress = offer.in_progress_at(now, grant_lifetime=self._terms.grant_lifetime)
        return offer.takes_code_at(now) or in_progress


class _Clerk:
    """One round of taking records in: what is known, what is to be written."""

    def __init__(self, rules: RegisterRecords, register: Register, *, by: str, now: datetime) -> None:
        self._rules = rules
        self._register = register
        self._by = by
        self._now = now
        self._known: Mapping[bytes, Entry] = {}
        self._offers: Mapping[str, Offer] = {}
        self._seen: set[bytes] = set()
        self._added: list[tuple[Entry, Submission]] = []
        self._opened: list[Offer] = []

    def look_up(self, keys: Sequence[bytes]) -> None:
        """Find what is known of all records at once."""
        self._known = self._register.entries.latest(keys)
        self._offers = self._register.offers.of([entry.credential_id for entry in self._known.values()])

    def take(self, submission: Submission, key: bytes) -> Registered | RecordRefusedError:
        """Decide on one record."""
        if key in self._seen:
            return RecordRefusedError("external_id: this record stands twice in the batch; hand it in once")
        self._seen.add(key)
        known = self._known.get(key)
        digest = self._rules.digest(key, submission)
        if known is None:
            return self._issue(submission, key, digest)
        if self._is_same(known, digest, submission):
            return self._repeat(known, submission)
        self._supersede(known)
        return self._issue(submission, key, digest, previous=known)

    def write(self) -> None:
        """Write everything that was decided."""
        self._register.entries.add([(entry, submission.values) for entry, submission in self._added])
        self._register.offers.put(self._opened)

    def _is_same(self, known: Entry, digest: bytes, submission: Submission) -> bool:
        final = known.standing is Standing.REVOKED or known.covers(self._now)
        return known.content_digest == digest and final and not submission.reissue

    def _issue(
        self, submission: Submission, key: bytes, digest: bytes, previous: Entry | None = None
    ) -> Registered:
        held_before = previous is not None and previous.standing is Standing.SUSPENDED
        on_hold = submission.hold or held_before
        entry = Entry(
            credential_id=self._rules.new_id(),
            configuration=submission.configuration.id,
            record_key=key,
            external_id=submission.external_id,
            version=previous.version + 1 if previous else 1,
            content_digest=digest,
            standing=Standing.SUSPENDED if on_hold else Standing.VALID,
            delivery=Delivery.WAITING,
            created_at=self._now,
            expires_at=self._now + timedelta(days=submission.valid_days),
            achievement=submission.achievement,
        )
        self._added.append((entry, submission))
        replaced = self._offers.get(previous.credential_id) if previous else None
        offer = self._open(entry, submission, replaced=replaced)
        return Registered(entry, Change.CORRECTED if previous else Change.ISSUED, offer)

    def _repeat(self, known: Entry, submission: Submission) -> Registered:
        if known.delivery is Delivery.COLLECTED or known.standing is Standing.REVOKED:
            return Registered(known, Change.UNCHANGED, None)
        offer = self._offers.get(known.credential_id)
        if offer is not None and self._register.tickets.awaited(known.credential_id, self._now):
            return Registered(known, Change.UNCHANGED, offer)
        if not self._rules.still_good(offer, code=submission.transaction_code, now=self._now):
            self._register.entries.keep_values(known.credential_id, submission.values)
            offer = self._open(known, submission, number=known.offers_made + 1, replaced=offer)
        return Registered(known, Change.UNCHANGED, offer)

    def _open(
        self, entry: Entry, submission: Submission, number: int = 1, *, replaced: Offer | None = None
    ) -> Offer:
        code = submission.transaction_code or (replaced is not None and replaced.needs_transaction_code)
        offer = self._rules.offer(entry.credential_id, number, code=code, now=self._now)
        self._opened.append(offer)
        return offer

    def _supersede(self, known: Entry) -> None:
        if known.standing is Standing.REVOKED:
            return
        change = StatusChange(known.credential_id, self._now, Standing.REVOKED, SUPERSEDED, self._by)
        self._register.entries.change(known, change)
        announce_standing(self._register.outbox, known, change)
        self._register.offers.close([known.credential_id])
        if known.place:
            self._register.status_lists.touch_all(known.credential_id)
