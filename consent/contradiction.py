"""Did the marketplace name a consent of which it had itself logged that it was withdrawn? Evidence for all.

A manifest names the state of the log at which the marketplace looked at the consents. If the withdrawal of a
consent stands among that many first entries, and the manifest names the consent all the same, then two
documents over one signature contradict each other: the log never changes an entry, so whatever state proves
that the entry stands at its index, it stood there when the manifest was signed.

The check is pure and needs no clock: the manifest may have run out, and the checkpoint may be of any size. It
says nothing about a withdrawal that never came into the log; that one is noticed by the nodes that wait for
it. Whoever restores a marketplace from an old copy also gets here: its log was not continued honestly.
"""

from typing import NamedTuple

from consent.errors import NoContradictionError
from consent.job import Manifest, signed_manifest
from consent.logged_withdrawal import LoggedWithdrawal
from consent.roll import FindPiece, nothing
from crypto.signing import VerifyingKey


class Contradiction(NamedTuple):
    """That an attempt at a job names a consent although its withdrawal stood in the log it was made over."""

    consent_id: str
    job_id: str
    attempt: int
    log_index: int
    log_size: int


def contradicted(manifest: Manifest, consent_id: str, log_index: int) -> Contradiction:
    """The contradiction between a manifest and a withdrawal that stands at an index of the log.

    Raises:
        NoContradictionError: the manifest does not name the consent, or looked at the log before.
    """
    size = manifest.log.size
    if consent_id not in manifest.consents:
        raise NoContradictionError("the manifest does not name the consent that was withdrawn")
    if log_index >= size:
        raise NoContradictionError(
            f"the manifest was made over the first {size} entries, the withdrawal stands at {log_index}"
        )
    return Contradiction(consent_id, manifest.job_id, manifest.attempt, log_index, size)


def verify_contradiction(
    manifest: str,
    shown: LoggedWithdrawal,
    *,
    origin: str,
    key: VerifyingKey,
    find: FindPiece = nothing,
) -> Contradiction:
    """What a signed manifest and a logged withdrawal prove against the marketplace of this origin and key.

    1. The marketplace signed the manifest; `find` gives the pieces of its roll. 2. The entry, body and salt,
    stands in the log at its index, under a checkpoint that the marketplace signed. 3. It is the withdrawal of
    a consent, 4. which the manifest names although it was made over more entries than the index.

    Raises:
        MalformedError: a document is not what it should be.
        SignatureError: the marketplace did not sign the manifest or the checkpoint.
        MismatchError: the proof is about another entry, or the entry is about something else.
        ProofError: the entry does not stand there.
        MissingPiecesError: pieces of the manifest's roll are not there.
        NoContradictionError: all of it holds, and nothing contradicts anything.
    """
    named = signed_manifest(manifest, key, find=find)  # 1
    shown.verify(origin, key)  # 2
    return contradicted(named, shown.consent_id(), shown.index)  # 3, 4
