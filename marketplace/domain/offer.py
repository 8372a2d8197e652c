"""What does a person offer, and how far is it? One consent with its sealed contribution."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import cast

from consent.policy import Policy
from crypto.encoding import parse_json
from crypto.signing import VerifyingKey


class OfferState(StrEnum):
    """Waiting for the nodes' answers; active once all three accepted; refused once one did not."""

    WAITING = "waiting"
    ACTIVE = "active"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class NodeAnswer(StrEnum):
    """What one node said to a contribution."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Offer:
    """One person's offer; nothing in it is private.

    `person` is the pairwise handle of the credential, `holder_jwk` her public key as a JSON Web Key,
    `public` the credential's public attributes, `log_index` where the
    log holds its arrival. `paused` is what the person said last, and `pause_sequence` the sequence of that
    statement, 0 if there is none (`consent.pause`). `epsilon_spent` and `runs_spent` are the privacy cost and
    the number of the jobs that may compute on it or have; the nodes, who know of all consents of a person,
    have the last word.
    """

    consent_id: str
    person: str
    holder_jwk: str
    policy: Policy
    public: Mapping[str, str | None]
    inputs_digest: str
    state: OfferState
    received_at: datetime
    log_index: int
    epsilon_spent: Decimal = Decimal(0)
    runs_spent: int = 0
    withdrawn_at: datetime | None = None
    paused: bool = False
    pause_sequence: int = 0

    @property
    def holder_key(self) -> VerifyingKey:
        """The key that signed the consent, read when it is needed: a crowd is matched without it."""
        return VerifyingKey.from_jwk(cast("Mapping[str, object]", parse_json(self.holder_jwk)))

    @property
    def may_be_used(self) -> bool:
        """Whether new answers may include it: the nodes hold it, and the person did not stop it or pause."""
        return self.state is OfferState.ACTIVE and not self.paused


@dataclass(frozen=True)
class NodeSide:
    """How one node stands to one offer."""

    node_id: str
    answer: NodeAnswer
    reason: str | None = None
    deletion_receipt: str | None = field(default=None, repr=False)


def state_after(answers: Mapping[str, NodeAnswer]) -> OfferState:
    """The state of an offer that was not withdrawn, from what its nodes answered."""
    if NodeAnswer.REFUSED in answers.values():
        return OfferState.REFUSED
    if all(answer is NodeAnswer.ACCEPTED for answer in answers.values()):
        return OfferState.ACTIVE
    return OfferState.WAITING
