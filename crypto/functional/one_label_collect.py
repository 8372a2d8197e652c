"""What the collector of a purchase does when some wallets fell silent: take off the masks that are left.

The other side of `crypto.functional.one_label_dropout`. The masks between two members that were heard cancel;
the own mask of each of them, and its masks with members that were not heard, are computed from the secrets
that the others revealed shares of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crypto.curve import ORDER, SCALAR_BYTES
from crypto.errors import DecryptionError, ProtocolError, ShareError
from crypto.functional.decentralised_keys import AgreementKey
from crypto.functional.multi_client_function import label_digest
from crypto.functional.one_label_messages import Ciphertext, KeyShare, Revealed
from crypto.functional.one_label_run import WORD, Run, own_mask, own_scalar, pair_mask, pair_scalar
from crypto.functional.ring import inner_product, to_ring
from crypto.sharing.shamir import Share, combine_shares


@dataclass(frozen=True)
class Collected:
    """What a collector has after round 3.

    Attributes:
        run: what is computed.
        roster: the mask key of every member of round 1, by place.
        partners: who sent shares in round 2.
        masked: the masked key share of every member that was heard, by place.
        ciphertexts: the ciphertexts of the same members.
    """

    run: Run
    roster: Mapping[int, bytes]
    partners: frozenset[int]
    masked: Mapping[int, KeyShare] = field(repr=False)
    ciphertexts: Mapping[int, Ciphertext] = field(repr=False)

    @property
    def heard(self) -> frozenset[int]:
        """Whose terms the result has: those whose key share and ciphertext are there."""
        return frozenset(self.masked) & frozenset(self.ciphertexts)


def collect(collected: Collected, revealed: Sequence[Revealed]) -> int:
    """The sum over the members that were heard, from the answers of at least `threshold` members.

    Raises:
        ShareError: too few members were heard or answered, or shares that do not belong together.
        ProtocolError: an answer is about another run or other members, or a ciphertext or key share of
            another label, run, width or member; the culprits are the places.
        DecryptionError: what comes out is beyond the largest result of the function.
    """
    run, heard = collected.run, collected.heard
    _check(collected, revealed)
    left = _left(collected, revealed, own_mask, pair_mask)
    opened = sum(collected.masked[place].word for place in heard) - left
    weighted = (
        int(inner_product(to_ring(run.function.weights[place]), collected.ciphertexts[place].words)[0])
        for place in heard
    )
    return _signed((sum(weighted) - opened) % WORD, run)


def collect_blinding(collected: Collected, revealed: Sequence[Revealed]) -> int:
    """The sum, modulo the order, of `Masked.blinding` over the members that were heard.

    Raises:
        ShareError, ProtocolError: as `collect`.
    """
    _check(collected, revealed)
    return _left(collected, revealed, own_scalar, pair_scalar) % ORDER


def _left(
    collected: Collected,
    revealed: Sequence[Revealed],
    own: Callable[[int, bytes], int],
    pair: Callable[[bytes, int, int, bytes], int],
) -> int:
    """The masks of one kind that are left in the sum over those who were heard."""
    run, heard = collected.run, collected.heard
    digest = run.roster_digest(collected.roster)
    secrets = {place: _rebuilt(place, revealed, run.threshold) for place in collected.partners}
    left = sum(own(secrets[place], digest) for place in heard)
    for silent in collected.partners - heard:
        key = AgreementKey.from_bytes(secrets[silent].to_bytes(SCALAR_BYTES, "big"))
        if key.public != collected.roster[silent]:
            raise ShareError("the shares of a mask key do not give the key of the roster")
        left -= sum(pair(key.seed_with(collected.roster[place]), silent, place, digest) for place in heard)
    return left


def _rebuilt(place: int, revealed: Sequence[Revealed], threshold: int) -> int:
    """One secret of a member, from what the others told; Shamir's parties are numbered from 1."""
    shares = [Share(answer.place + 1, answer.values[place]) for answer in revealed]
    return combine_shares(shares, threshold=threshold)


def _check(collected: Collected, revealed: Sequence[Revealed]) -> None:
    run, heard = collected.run, collected.heard
    run.check_enough(heard)
    run.check_enough(answer.place for answer in revealed)
    digest = run.roster_digest(collected.roster)
    differing = tuple(
        answer.place
        for answer in revealed
        if (answer.binding, answer.heard) != (digest, heard) or answer.values.keys() != collected.partners
    )
    if differing:
        raise ProtocolError("some members answered about another run or others than were heard", differing)
    label, width = label_digest(run.label), len(run.function.bounds)
    wrong = tuple(
        place
        for place in sorted(heard)
        if (collected.masked[place].binding, collected.masked[place].place) != (digest, place)
        or collected.ciphertexts[place].label_digest != label
        or len(collected.ciphertexts[place].words) != width
    )
    if wrong:
        raise ProtocolError("some ciphertexts or key shares are of another label, run or member", wrong)


def _signed(word: int, run: Run) -> int:
    result = word - WORD if 2 * word >= WORD else word
    if abs(result) > run.function.largest:
        raise DecryptionError("the ciphertexts and key shares give no result of this function")
    return result
