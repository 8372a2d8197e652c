"""A reading comes from a broker: it is sealed to the wallet of its address, or refused for a reason."""

from dataclasses import dataclass
from enum import StrEnum

from crypto.errors import MalformedError
from wallet.domain.live_reading import MOST_MESSAGE_BYTES, as_letter
from wallet.errors import LetterboxFullError, LetterRefusedError
from wallet.services.take_letters import TakeLetters


class Outcome(StrEnum):
    """What became of a message; only `SEALED` is kept."""

    SEALED = "sealed"
    NO_READING = "no reading"
    TOO_LARGE = "too large"
    UNKNOWN_ADDRESS = "unknown address"
    FULL = "letterbox full"


@dataclass(frozen=True)
class TakeReadings:
    """Takes what devices publish; who may publish under an address is up to the broker."""

    take: TakeLetters

    def __call__(self, address_id: str, stream: str, raw: bytes) -> Outcome:
        """Seal a message, so that it survives a restart; or say why it never will be.

        A message that comes again is sealed again: the wallet knows it by its stream and number.
        """
        if len(raw) > MOST_MESSAGE_BYTES:
            return Outcome.TOO_LARGE
        try:
            self.take.from_broker(address_id, as_letter(raw, stream))
        except MalformedError:
            return Outcome.NO_READING
        except LetterRefusedError:
            return Outcome.UNKNOWN_ADDRESS
        except LetterboxFullError:
            return Outcome.FULL
        return Outcome.SEALED
