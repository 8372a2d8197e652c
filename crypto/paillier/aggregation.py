"""What does an aggregator do that nobody has to trust?

It takes contributions one by one or in batches, adds them under encryption, and publishes one aggregate. It
sees ciphertexts only. What it could do wrong shows:

- Each contribution is checked: length, range, unit, key, query, sender, one per contributor, at most as
  many as the schema allows, and its proof in a one-hot query.
- The sum is re-randomised once, so that who decrypts it cannot tell from it which ciphertexts were added.
- The aggregate carries the Merkle root over all contributions and their number, and a proof that it is the
  sum of exactly these, re-randomised (`verify_aggregate`): an auditor with the contributions needs no
  secret. A contributor checks against the root that she was counted (`Aggregator.inclusion`).

A contributor can be taken out until the aggregate is published; after that nothing changes any more, because
two sums that differ by one contributor show her values.

Limits. An aggregator can leave contributors out. Who may contribute at all, and how many contributors are
enough to publish, is decided outside.
"""

from collections.abc import Mapping
from dataclasses import replace

from crypto.errors import CryptoError, OutOfRangeError, ProofError, ShareError
from crypto.merkle import inclusion_proof, root
from crypto.paillier.aggregate import Aggregate, blinding_statement, transcript_leaf
from crypto.paillier.ciphertext import Sum
from crypto.paillier.contribution import Contribution
from crypto.paillier.encryption import Encryptor
from crypto.paillier.keys import PublicKey
from crypto.paillier.membership import prove
from crypto.paillier.one_hot import wrong_contributions
from crypto.paillier.schema import QuerySchema
from crypto.randomness import RandomBytes, random_bytes


class Aggregator:
    """The growing sum of one query. One thread at a time."""

    def __init__(self, key: PublicKey, schema: QuerySchema) -> None:
        """Begin with no contribution.

        Raises:
            OutOfRangeError: the schema is for another key, or does not fit it.
        """
        schema.check_key(key)
        self.key, self.schema = key, schema
        self._sum = Sum(key)
        self._accepted: dict[bytes, Contribution] = {}
        self._published = False

    def __len__(self) -> int:
        return len(self._accepted)

    def receive(self, unverified: bytes, *, sender: bytes, random: RandomBytes = random_bytes) -> None:
        """Check a contribution and add it.

        Args:
            unverified: the encoded contribution.
            sender: the identifier, 32 bytes, under which its sender was authenticated.
            random: for the coefficients by which proofs are checked.

        Raises:
            MalformedError: it does not have the form of a contribution.
            OutOfRangeError: a number is no unit modulo n, or not below it.
            ShareError: it is for another key or query, in another name than its sender's, or a second one of
                this contributor; or the crowd is complete, or the aggregate published.
            ProofError: it is not proved to be one-hot, and the schema asks for that.
        """
        for error in self.receive_batch({sender: unverified}, random).values():
            raise error

    def receive_batch(
        self, unverified: Mapping[bytes, bytes], random: RandomBytes = random_bytes
    ) -> dict[bytes, CryptoError]:
        """Check contributions by their senders and add those that hold; proofs cost least this way.

        Returns:
            Why the others were refused, by sender; the errors are those that `receive` raises.
        """
        refused: dict[bytes, CryptoError] = {}
        checked: list[Contribution] = []
        for sender, raw in unverified.items():
            try:
                checked.append(self._read(raw, sender))
            except CryptoError as error:
                refused[sender] = error
        if self.schema.one_hot:
            wrong = [checked[place] for place in wrong_contributions(self.schema, checked, random)]
            refused |= {each.contributor: ProofError("not proved to be one-hot") for each in wrong}
            checked = [each for each in checked if each.contributor not in refused]
        # Room is given last, so that a contribution that does not hold takes nobody's place.
        room = self.schema.most_contributors - len(self)
        refused |= {each.contributor: self._complete() for each in checked[room:]}
        checked = checked[:room]
        self._sum.add(each.ciphertext for each in checked)
        # Proofs have done their duty, and are most of the bytes.
        self._accepted |= {each.contributor: replace(each, proof=None) for each in checked}
        return refused

    def remove(self, contributor: bytes) -> None:
        """Take a contributor out again, as when consent is withdrawn.

        Raises:
            ShareError: nothing of that contributor is in the sum, or the aggregate is published.
        """
        self._check_open()
        if contributor not in self._accepted:
            raise ShareError("nothing of this contributor is in the sum")
        self._sum.remove(self._accepted.pop(contributor).ciphertext)

    def publish(self, encryptor: Encryptor, random: RandomBytes = random_bytes) -> Aggregate:
        """Close the sum, re-randomise it once and prove it.

        Raises:
            ShareError: there is no contribution, or the aggregate is published already.
            OutOfRangeError: the encryptor is for another key.
        """
        self._check_open()
        if encryptor.key != self.key:
            raise OutOfRangeError("the encryptor is for another key")
        if not self._accepted:
            raise ShareError("expected at least one contribution")
        self._published = True
        total, transcript = self._sum.total(), root(self._leaves())
        # The blinding is an encryption of zero, and that is what is proved.
        blinding = encryptor.encrypt_opened(0, random)
        statement = blinding_statement(self.schema.digest, transcript, len(self), blinding.ciphertext)
        proof = prove(statement, 0, blinding.exponent, encryptor, random)
        ciphertext = total + blinding.ciphertext
        return Aggregate(self.schema.digest, transcript, len(self), ciphertext, proof)

    def inclusion(self, contributor: bytes) -> tuple[int, list[bytes]]:
        """The index and Merkle proof by which a contributor finds her contribution under the transcript.

        The leaf is `transcript_leaf`; `crypto.merkle.verify_inclusion` checks.

        Raises:
            ShareError: nothing of that contributor is in the sum.
        """
        if contributor not in self._accepted:
            raise ShareError("nothing of this contributor is in the sum")
        index = sorted(self._accepted).index(contributor)
        return index, inclusion_proof(index, self._leaves())

    def _leaves(self) -> list[bytes]:
        return [transcript_leaf(self._accepted[contributor]) for contributor in sorted(self._accepted)]

    def _check_open(self) -> None:
        if self._published:
            raise ShareError("the aggregate is published already")

    def _complete(self) -> ShareError:
        return ShareError(f"the crowd of {self.schema.most_contributors} contributors is complete")

    def _read(self, raw: bytes, sender: bytes) -> Contribution:
        self._check_open()
        contribution = Contribution.decode(raw, self.key, self.schema)
        if contribution.contributor != sender:
            raise ShareError("the contribution is not in the name of its sender")
        if sender in self._accepted:
            raise ShareError("a contribution of this contributor is in the sum already")
        if len(self) >= self.schema.most_contributors:
            raise self._complete()
        return contribution
