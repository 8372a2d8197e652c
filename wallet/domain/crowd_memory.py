"""What has ever been told of one record by crowd sums: it outlives every offer, as for scores.

It is stored before anything about the record leaves the wallet: the sums with the people that were in them,
so that a second sum over nearly the same people is seen for what it is, and the labels under which the wallet
has encrypted, each of which counts once.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from uuid import UUID

from consent.crowd_authority import ToldSum
from consent.crowd_terms import MOST_PEOPLE
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError
from crypto.functional.multi_client_labels import UsedLabels
from crypto.reading import Fields
from wallet.domain.credential import HeldCredential
from wallet.domain.score_memory import read_function, write_function

_ROW_TAG = b"argonauta crowd memory row v1"
_ROW_BYTES = 16
MOST_SUMS = 1000
MAX_FRACTION = 200


@dataclass(frozen=True)
class CrowdMemory:
    """The sums that one record was in, oldest first, and the labels used."""

    row_id: str
    issuer_id: str
    handle: str
    data_set: str
    sums: tuple[ToldSum, ...] = ()
    used: UsedLabels = field(default_factory=UsedLabels)
    revision: int = 0

    def is_of(self, held: HeldCredential) -> bool:
        """Whether this is about a credential's record."""
        return (self.issuer_id, self.handle, self.data_set) == (held.issuer_id, held.handle, held.data_set)

    @property
    def is_full(self) -> bool:
        """Whether one more sum could not be remembered, so that the wallet takes part in none."""
        return len(self.sums) >= MOST_SUMS

    def telling(self, told: ToldSum) -> "CrowdMemory":
        """The memory once the wallet takes part in one more sum.

        Raises:
            MalformedError: there are `MOST_SUMS` already; what cannot be remembered must not be told.
        """
        if self.is_full:
            raise MalformedError(f"crowd memory: it holds {MOST_SUMS} sums, and none is ever forgotten")
        return replace(self, sums=(*self.sums, told))

    def opening(self, told: ToldSum) -> "CrowdMemory":
        """The memory once it is known which people of a remembered sum were heard: only theirs is opened.

        Raises:
            MalformedError: the wallet remembers no such sum.
        """
        if all(each.order_id != told.order_id for each in self.sums):
            raise MalformedError("crowd memory: a sum is opened that was never remembered")
        return replace(
            self, sums=tuple(told if each.order_id == told.order_id else each for each in self.sums)
        )

    def using(self, used: UsedLabels) -> "CrowdMemory":
        """The memory once one more label was used. It only ever grows.

        Raises:
            MalformedError: a label would be forgotten.
        """
        if not self.used.digests <= used.digests:
            raise MalformedError("crowd memory: what was used cannot be taken back")
        return replace(self, used=used)

    def to_document(self) -> dict[str, Json]:
        """The memory as a document to be sealed."""
        return {
            "issuer_id": self.issuer_id,
            "handle": self.handle,
            "data_set": self.data_set,
            "sums": [
                {
                    "order_id": each.order_id,
                    "handles": sorted(each.handles),
                    "weights": write_function(each.weights),
                    "rho": str(each.rho),
                }
                for each in self.sums
            ],
            "used": b64url_encode(self.used.encode()),
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "CrowdMemory":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "crowd memory")
        memory = cls(
            row_id=row_id,
            issuer_id=fields.text("issuer_id"),
            handle=fields.text("handle"),
            data_set=fields.text("data_set"),
            sums=tuple(_sum(each) for each in fields.objects("sums", most=MOST_SUMS)),
            used=UsedLabels.decode(fields.binary("used")),
            revision=revision,
        )
        fields.done()
        return memory


def first_crowd_memory(held: HeldCredential) -> CrowdMemory:
    """The empty memory of a record, in a row named as that of `wallet.domain.score_memory.first_memory`."""
    digest = sha256(_ROW_TAG, held.holder_key.to_pem())
    row_id = str(UUID(bytes=digest[:_ROW_BYTES], version=4))
    return CrowdMemory(row_id, held.issuer_id, held.handle, held.data_set)


def _sum(fields: Fields) -> ToldSum:
    try:
        rho = Fraction(fields.text("rho", max_length=MAX_FRACTION))
    except (ValueError, ZeroDivisionError) as error:
        raise MalformedError(f"{fields.where}.rho: expected a fraction") from error
    told = ToldSum(
        order_id=fields.text("order_id"),
        handles=frozenset(fields.texts("handles", most=MOST_PEOPLE)),
        weights=read_function(fields.any("weights")),
        rho=rho,
    )
    fields.done()
    return told
