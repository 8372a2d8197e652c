"""How do nodes talk to each other? One signed message per step, from one role, about one attempt.

A message is a JWS of type ``peer-message+jwt``. It names the job, the attempt and the digest of the manifest
its sender works by, so that it cannot be used in another job, in a later attempt, or by a node that the
marketplace gave another manifest. The body belongs to the step; `agreement` and `rounds` read it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from crypto.encoding import b64url_encode
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from marketplace.mpc_node.errors import MessageRefusedError
from ssi.jws import parse_jws, sign_jws

TYP = "peer-message+jwt"
KEY_MAKING = "argonauta aggregation key v1"
"""With it begins what stands in the place of a job id where a key is made."""
MAX_ATTEMPTS = 3
LAST_ROLE = 2
_MAX_ID = 500
_MOST_SAID = 1 << 20
"""Bytes at any step but that of admission, which names people."""


class Step(StrEnum):
    """What is said before the computation and after it, and the word with which a node leaves an attempt.

    The steps of a key are those of `aggregation.ceremony`; they belong to no attempt at a job.
    """

    ADMISSION = "admission"
    SUMMAND = "summand"
    FAILED = "failed"
    KEY_DEALING = "key_dealing"
    KEY_COMPLAINTS = "key_complaints"
    KEY_ANSWERS = "key_answers"
    KEY_OPENING = "key_opening"
    KEY_OBJECTIONS = "key_objections"
    KEY_REBUILDING = "key_rebuilding"
    KEY_MADE = "key_made"

    @property
    def is_of_a_key(self) -> bool:
        """Whether it is a step of the making of a key."""
        return self.name.startswith("KEY_")


@dataclass(frozen=True)
class PeerMessage:
    """What one node says to another at one step; `sender` is a role."""

    job_id: str
    attempt: int
    manifest_digest: str
    step: Step
    sender: int
    body: bytes = field(repr=False)


def sign_message(message: PeerMessage, key: SigningKey) -> str:
    """Sign a message as the node that holds the key."""
    payload = {
        "job_id": message.job_id,
        "attempt": message.attempt,
        "manifest_digest": message.manifest_digest,
        "step": message.step.value,
        "from": message.sender,
        "body": b64url_encode(message.body),
    }
    return sign_jws(payload, key, typ=TYP)


def verify_message(token: str, key: VerifyingKey) -> PeerMessage:
    """The message that the holder of a key signed.

    Raises:
        MessageRefusedError: another key signed it, a byte was changed, or it is no message.
    """
    try:
        return _read(Fields.of(parse_jws(token, "message").verify(key, typ=TYP), "message"))
    except CryptoError as error:
        raise MessageRefusedError(str(error)) from error


def read_kept_message(token: str) -> PeerMessage:
    """Read a message again that was verified before it was kept.

    Raises:
        MessageRefusedError: it is no message, so the database was altered.
    """
    try:
        return _read(Fields.of(parse_jws(token, "message").payload, "message"))
    except MalformedError as error:
        raise MessageRefusedError(str(error)) from error


def _read(fields: Fields) -> PeerMessage:
    message = PeerMessage(
        job_id=fields.text("job_id", max_length=_MAX_ID),
        attempt=fields.integer("attempt", least=1, most=MAX_ATTEMPTS),
        manifest_digest=fields.text("manifest_digest", max_length=64),
        step=fields.choice("step", Step),
        sender=fields.integer("from", least=0, most=LAST_ROLE),
        body=b"" if fields.any("body") == "" else fields.binary("body"),
    )
    fields.done()
    if message.step is not Step.ADMISSION and len(message.body) > _MOST_SAID:
        raise MalformedError(f"message.body: expected at most {_MOST_SAID} bytes at this step")
    if message.step.is_of_a_key and not message.job_id.startswith(KEY_MAKING):
        raise MalformedError("message.step: a step of the making of a key belongs to no job")
    return message
