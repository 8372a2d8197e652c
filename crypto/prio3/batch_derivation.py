"""What `crypto.prio3.tag.Derivation` does, for one seed a report and all reports at once."""

from dataclasses import dataclass

from crypto.prio3.batch_field import Words, words_of
from crypto.prio3.batch_linear import Flags, flag_unreduced
from crypto.prio3.batch_xof import ByteRows, Parts, turboshake128
from crypto.prio3.tag import SEED_BYTES, Derivation, Usage
from crypto.prio3.xof import prefix


@dataclass(frozen=True)
class BatchDerivation:
    """The expansion of seeds of `count` reports, which flags those that the kernels cannot expand."""

    derivation: Derivation
    count: int
    flags: Flags

    def seeds(self, usage: Usage, seed: bytes | ByteRows, binder: Parts) -> ByteRows:
        """A new seed of 32 bytes for each report."""
        return self._expand(usage, seed, binder, SEED_BYTES)

    def vectors(self, usage: Usage, seed: bytes | ByteRows, binder: Parts, count: int) -> Words:
        """`count` elements for each report; a report whose stream holds an unreduced number is flagged."""
        field = self.derivation.field
        return self.read(self._expand(usage, seed, binder, count * field.element_bytes))

    def read(self, rows: ByteRows) -> Words:
        """Encoded elements as words; a report with an unreduced one is flagged."""
        words = words_of(self.derivation.field, rows)
        flag_unreduced(words, self.flags)
        return words

    def _expand(self, usage: Usage, seed: bytes | ByteRows, binder: Parts, length: int) -> ByteRows:
        head = prefix(self.derivation.tag(usage), SEED_BYTES)
        return turboshake128([head, seed, *binder], self.count, length)
