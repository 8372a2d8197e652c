"""What can go wrong in mathematics and bytes, by what the caller can do about it."""


class CryptoError(Exception):
    """Any failure of this folder."""


class MalformedError(CryptoError, ValueError):
    """Bytes or a document that do not have the promised form; the message names the place."""


class OutOfRangeError(CryptoError, ValueError):
    """A number outside the range that the algorithm promises to handle."""


class ShareError(CryptoError, ValueError):
    """Shares that are too few, too many, of the wrong party or out of range."""


class CommitmentError(CryptoError):
    """A commitment does not open to what was given.

    `indices` are the positions of the wrong openings in the batch that was checked.
    """

    def __init__(self, message: str, indices: tuple[int, ...] = (0,)) -> None:
        super().__init__(message)
        self.indices = indices


class SealError(CryptoError):
    """A sealed message does not open; the reason is never told apart."""


class SignatureError(CryptoError):
    """A signature does not verify under the expected key."""


class ProofError(CryptoError):
    """A proof does not hold: of inclusion or consistency in a log, of a valid input, of a correct share."""


class DecryptionError(CryptoError):
    """A ciphertext does not decrypt under this key, or to nothing in the promised range; never told which."""


class FunctionRefusedError(CryptoError):
    """A function key is not given out; the message says why it would say too much, and what would not."""


class ProtocolError(CryptoError):
    """A party of a computation sent something that the protocol does not allow.

    `culprits` are the roles that may have caused it: one where the protocol can tell, two where a pair
    contradicts itself.
    """

    def __init__(self, message: str, culprits: tuple[int, ...]) -> None:
        super().__init__(message)
        self.culprits = culprits


class MalformedMessageError(ProtocolError, MalformedError):
    """A message of a computation that does not have the promised form; its sender is the culprit."""


class TrafficLimitError(CryptoError):
    """A protocol that is only counted says more than was to be listened to; nothing is wrong with it."""
