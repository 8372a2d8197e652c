"""By which key does a peer share its noise on a question? The first one that it gave is the only one.

Noise that nobody knows is drawn from keys, and the same question about the same people has to meet the same
noise, or asking again would average it away. A node's own key follows from its secret (`computation`). What a
peer gives is remembered here by its digest, on disk before anything that depends on it is sent, so that no
crash and no later attempt lets the peer choose again.

What is kept is a digest of 32 uniform bytes, which says nothing about them. Pins stay for good: as long as
somebody could ask the question again.
"""

from dataclasses import dataclass
from datetime import datetime

from crypto.encoding import b64url_encode, sha256
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.storage.tables import NoisePinRow
from ssi.hosting.database import Database

_LABEL = b"argonauta noise pin v1"


@dataclass(frozen=True)
class Question:
    """What noise is about: a job's query and the root of the set of people."""

    job_id: str
    query_digest: str
    admitted_root: str


class NoisePins:
    """The noise keys of the peers, by their digests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, question: Question, peer: str, key: bytes, *, now: datetime) -> None:
        """Remember a peer's key for a question; return only if it gave no other one before.

        It is on disk when this returns. Call it as soon as the key has come, before anything is sent that
        depends on it.

        Raises:
            AttemptFailedError: the peer gave another key before (`peer_violation`; it is the culprit).
        """
        digest = b64url_encode(sha256(_LABEL, key))
        place = (question.job_id, question.query_digest, question.admitted_root, peer)
        with self._database.writing() as session:
            known = session.get(NoisePinRow, place)
            if known is None:
                names = ("job_id", "query_digest", "admitted_root", "peer")
                named = dict(zip(names, place, strict=True))
                session.add(NoisePinRow(**named, key_digest=digest, noted_at=now))
                return
        if known.key_digest != digest:
            raise AttemptFailedError(
                Failure.PEER_VIOLATION,
                f"{peer} gave another noise key than before for the same question and people",
                culprits=(peer,),
            )
