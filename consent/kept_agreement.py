"""What does a person keep of an agreement, so that anybody can check it later? One JSON-LD document.

It holds nothing but documents that somebody signed, and what ties them together: the agreement by her own
key, her credential without a single value of it, the words she agreed to, the marketplace's receipt with its
place in the public log, its receipt for each status since as a verifiable credential, what she said about
pausing and ending, the receipts of the nodes that deleted, and a receipt for each use. `consent.examination`
says which of it holds. No value of an attribute stands in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from consent.policy import NODES
from consent.record_document import CONTEXT
from consent.signed import MAX_ID
from consent.status_receipt import MOST_STATUSES
from crypto.encoding import Json, parse_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from ssi.jws import parse_jws

FORM: Final = "argonauta-agreement/1"
MAX_BYTES: Final = 4_000_000
MAX_TOKEN: Final = 100_000
MAX_WORDS: Final = 50_000
MOST_USES: Final = 1_000


@dataclass(frozen=True)
class KeptAgreement:
    """The parts, each as it came and none of them believed; what is not there is None or empty.

    `record` is the agreement in the clear, for reading, and `credential` the issuer's signed part alone.
    `receipt` and each of `uses` have the members `receipt` and `log`; `deletions` has receipts by node, and
    `deletion_credentials` the same as credentials. `statuses` are the receipts for each status, oldest first.
    """

    signed: str = field(repr=False)
    record: Json = field(repr=False, hash=False)
    credential: str | None = field(default=None, repr=False)
    words: str | None = field(default=None, repr=False)
    receipt: Json = field(default=None, repr=False, hash=False)
    pause: str | None = field(default=None, repr=False)
    withdrawal: str | None = field(default=None, repr=False)
    deletions: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    uses: Sequence[Json] = field(default=(), repr=False, hash=False)
    statuses: Sequence[Json] = field(default=(), repr=False, hash=False)
    deletion_credentials: Mapping[str, Json] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def of(cls, signed: str, compact: str, words: str) -> "KeptAgreement":
        """An agreement and its words about a credential; every disclosure of the credential is left out.

        Raises:
            MalformedError: the agreement is no signed document.
        """
        return cls(signed, _record_in(signed), f"{compact.partition('~')[0]}~", words)

    def to_json(self) -> dict[str, Json]:
        """The document to be kept."""
        return {
            "@context": list(CONTEXT),
            "@type": "argonauta:KeptAgreement",
            "form": FORM,
            "record": self.record,
            "signed": self.signed,
            "credential": self.credential,
            "words": self.words,
            "receipt": self.receipt,
            "pause": self.pause,
            "withdrawal": self.withdrawal,
            "deletions": dict(self.deletions),
            "uses": list(self.uses),
            **({"statuses": list(self.statuses)} if self.statuses else {}),
            **(
                {"deletion_credentials": dict(self.deletion_credentials)} if self.deletion_credentials else {}
            ),
        }

    @classmethod
    def parse(cls, raw: bytes | str) -> "KeptAgreement":
        """Read a file that claims to be one.

        Raises:
            MalformedError: it is none, or has more than `MAX_BYTES`.
        """
        fields = Fields.of(parse_json(raw, max_bytes=MAX_BYTES), "agreement file")
        if not fields.has("form") or fields.text("form", max_length=MAX_ID) != FORM:
            raise MalformedError(f"agreement file: expected the form {FORM}")
        fields.any("@context")
        fields.any("@type")
        kept = cls(
            signed=fields.text("signed", max_length=MAX_TOKEN),
            record=fields.any("record") if fields.has("record") else None,
            credential=_text(fields, "credential", MAX_TOKEN),
            words=_text(fields, "words", MAX_WORDS),
            receipt=fields.any("receipt") if fields.has("receipt") else None,
            pause=_text(fields, "pause", MAX_TOKEN),
            withdrawal=_text(fields, "withdrawal", MAX_TOKEN),
            deletions=_deletions(fields),
            uses=fields.entries("uses", most=MOST_USES) if fields.has("uses") else (),
            statuses=fields.entries("statuses", most=MOST_STATUSES) if fields.has("statuses") else (),
            deletion_credentials=_credentials(fields),
        )
        fields.done()
        return kept


def _record_in(signed: str) -> Json:
    return parse_jws(signed, "agreement").payload.get("record")


def says_the_same(kept: KeptAgreement) -> bool:
    """Whether the record for reading is the one that was signed."""
    try:
        return _record_in(kept.signed) == kept.record
    except CryptoError:
        return False


def _text(fields: Fields, name: str, most: int) -> str | None:
    return fields.text(name, max_length=most) if fields.has(name) else None


def _deletions(fields: Fields) -> dict[str, str]:
    if not fields.has("deletions"):
        return {}
    section = fields.section("deletions")
    return {node: section.text(node, max_length=MAX_TOKEN) for node in _nodes(fields, "deletions")}


def _credentials(fields: Fields) -> dict[str, Json]:
    if not fields.has("deletion_credentials"):
        return {}
    section = fields.section("deletion_credentials")
    return {node: section.any(node) for node in _nodes(fields, "deletion_credentials")}


def _nodes(fields: Fields, name: str) -> list[str]:
    named = fields.any(name)
    nodes = list(named) if isinstance(named, Mapping) else []
    if len(nodes) > NODES or any(len(node) > MAX_ID for node in nodes):
        raise MalformedError(f"{fields.where}.{name}: expected at most {NODES} nodes")
    return nodes
