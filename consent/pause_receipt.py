"""Which word of a person about pausing does a node keep? Its signed receipt says so.

It is a JWS of a type of its own, `pause-receipt+jwt`, so that it cannot stand for a deletion receipt. It
proves that the node had this word at that moment: if it computes on a paused consent afterwards, receipt and
output statement show it. It does not prove that nothing was computed before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.errors import MismatchError
from consent.pause import MOST_SEQUENCE, PauseStatement
from consent.signed import MAX_ID, read_consent_id, read_signed
from crypto.reading import utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

PAUSE_RECEIPT_TYP: Final = "pause-receipt+jwt"
MAX_RECEIPT: Final = 4000
"""Characters of a signed receipt."""


@dataclass(frozen=True)
class PauseReceipt:
    """That a node knows a consent as paused, or going on, by her statement of this sequence."""

    node_id: str
    consent_id: str
    paused: bool
    sequence: int
    noted_at: datetime

    @classmethod
    def of(cls, node_id: str, said: PauseStatement, noted_at: datetime) -> "PauseReceipt":
        """The receipt of a node for a statement."""
        return cls(node_id, said.consent_id, said.paused, said.sequence, noted_at)


def sign_pause_receipt(receipt: PauseReceipt, key: SigningKey) -> str:
    """Sign a receipt with the node's key."""
    payload = {
        "node": receipt.node_id,
        "consent_id": receipt.consent_id,
        "paused": receipt.paused,
        "sequence": receipt.sequence,
        "noted_at": utc_text(receipt.noted_at),
    }
    return sign_jws(payload, key, typ=PAUSE_RECEIPT_TYP)


def verify_pause_receipt(
    token: str, node_key: VerifyingKey, *, node_id: str, said: PauseStatement
) -> PauseReceipt:
    """The receipt of this node for this statement.

    Raises:
        MalformedError: it is not a receipt for a pause.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another node, or for another statement.
    """
    fields = read_signed(token, node_key, typ=PAUSE_RECEIPT_TYP, where="pause receipt")
    receipt = PauseReceipt(
        fields.text("node", max_length=MAX_ID),
        read_consent_id(fields),
        fields.boolean("paused"),
        fields.integer("sequence", least=1, most=MOST_SEQUENCE),
        fields.moment("noted_at"),
    )
    fields.done()
    if receipt != PauseReceipt.of(node_id, said, receipt.noted_at):
        raise MismatchError("pause receipt: it is of another node, or for another statement")
    return receipt
