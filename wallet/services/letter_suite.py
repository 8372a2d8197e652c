"""The use cases about letters, put together."""

from dataclasses import dataclass, field

from wallet.domain.clock import Clock
from wallet.services.keep_addresses import KeepAddresses
from wallet.services.keep_streams import KeepStreams
from wallet.services.letter_ports import LetterStore
from wallet.services.source_ports import FileSources
from wallet.services.take_letters import TakeLetters
from wallet.services.unpack_letters import UnpackLetters


@dataclass(frozen=True)
class Letters:
    """Letters come in, are unpacked, and have addresses."""

    take: TakeLetters
    unpack: UnpackLetters
    addresses: KeepAddresses = field(repr=False)


def assemble_letters(
    letters: LetterStore, sources: FileSources, keep: KeepStreams, lookup_key: bytes, clock: Clock
) -> Letters:
    """Make the use cases over ready stores."""
    take = TakeLetters(letters, lookup_key, clock)
    return Letters(
        take,
        UnpackLetters(letters, sources, keep, clock),
        KeepAddresses(letters, take, sources, keep.streams, clock),
    )
