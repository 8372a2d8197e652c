"""Who takes part in a crowd sum, and has every one of them agreed?

A wallet *joins* by a statement about exactly one order, signed with the holder key of its credential; it
names two public keys that live for this order only. When nobody can join any more, the marketplace fixes the
*cohort*: it signs the digest of all joins and presentations in their order, which are the *places* from 0.

Every wallet checks the whole cohort by itself before it says anything about its record: each member is a
different person with a credential of a trusted issuer, and signed for this very order. So a marketplace can
neither invent members nor show different members different cohorts: keys that two members do not agree on
give masks that do not cancel, and the digest is in everything that is signed and sealed from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consent.contribution import MAX_TOKEN
from consent.crowd_offer import verify_silent
from consent.crowd_order import CrowdOrder
from consent.crowd_terms import MOST_PEOPLE
from consent.errors import MismatchError
from consent.score_request import read_request_id
from consent.signed import read_consent_id, read_digest, read_signed
from crypto.curve import Point
from crypto.encoding import Json, b64url_encode, digest_of
from crypto.reading import Fields, utc_text
from crypto.sealing import KEY_BYTES
from crypto.signing import SigningKey
from ssi.credential import RecordCredential
from ssi.jws import parse_jws, sign_jws
from ssi.trust import TrustRegistry

JOIN_TYP = "crowd-join+jwt"
COHORT_TYP = "crowd-cohort+jwt"


@dataclass(frozen=True)
class Join:
    """That the holder of a credential takes part in one order, with these two X25519 public keys."""

    order_id: str
    order_digest: str
    consent_id: str
    credential_digest: str
    agreement_key: bytes
    mask_key: bytes

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "order_id": self.order_id,
            "order_digest": self.order_digest,
            "consent_id": self.consent_id,
            "credential_digest": self.credential_digest,
            "agreement_key": b64url_encode(self.agreement_key),
            "mask_key": b64url_encode(self.mask_key),
        }


@dataclass(frozen=True)
class JoinPapers:
    """A join with the presentation of the credential whose holder signed it. Unverified."""

    join: str = field(repr=False)
    presentation: str = field(repr=False)

    def to_json(self) -> dict[str, Json]:
        """The papers as a document."""
        return {"join": self.join, "presentation": self.presentation}

    @classmethod
    def from_fields(cls, fields: Fields) -> "JoinPapers":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        papers = cls(*(fields.text(name, max_length=MAX_TOKEN) for name in ("join", "presentation")))
        fields.done()
        return papers


@dataclass(frozen=True)
class Member:
    """One verified member of a cohort."""

    join: Join
    credential: RecordCredential = field(repr=False)

    @property
    def handle(self) -> str:
        """The pseudonym by which a person is counted once."""
        return self.credential.handle

    @property
    def record(self) -> Point:
        """The commitment to her record that the issuer signed."""
        return Point.from_bytes(self.credential.commitment.value)


@dataclass(frozen=True)
class Cohort:
    """The verified members in the order of their places; `digest` is that of their papers."""

    order_digest: str
    digest: str
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.members)

    @property
    def agreement_keys(self) -> tuple[bytes, ...]:
        """The public agreement keys, by place."""
        return tuple(member.join.agreement_key for member in self.members)

    @property
    def mask_keys(self) -> dict[int, bytes]:
        """The public mask keys, by place."""
        return {place: member.join.mask_key for place, member in enumerate(self.members)}

    @property
    def handles(self) -> tuple[str, ...]:
        """Who they are, by pseudonym."""
        return tuple(member.handle for member in self.members)

    def place_of(self, consent_id: str) -> int:
        """The place of the member who joined under a consent.

        Raises:
            MismatchError: there is none.
        """
        for place, member in enumerate(self.members):
            if member.join.consent_id == consent_id:
                return place
        raise MismatchError("crowd cohort: the member is not in it")


def sign_join(join: Join, key: SigningKey) -> str:
    """Sign a join with the holder key of the credential."""
    return sign_jws(join.to_json(), key, typ=JOIN_TYP)


def unverified_join(token: str) -> Join:
    """What a join says; believe nothing of it.

    Raises:
        MalformedError: it is not a join.
    """
    return _read_join(Fields(parse_jws(token, "crowd join").payload, "crowd join"))


def verify_member(papers: JoinPapers, order: CrowdOrder, registry: TrustRegistry, *, now: datetime) -> Member:
    """One member, after these checks; the code carries the numbers.

    1. The credential is by a trusted issuer, in its time until the last round is over, of the order's data
    set, and shows no attribute: one that ran out between two rounds would end the sum for everybody. 2. Its
    holder signed the join. 3. The join is about this order and this credential.

    Raises:
        CredentialError, MalformedError, SignatureError, MismatchError: a step fails.
    """
    credential = verify_silent(papers.presentation, registry, now=now)  # 1
    if credential.data_set.ref != order.data_set:
        raise MismatchError("crowd join: the credential is of another data set than the order")
    if credential.expires_at < order.closes_at:
        raise MismatchError("crowd join: the credential runs out before the last round; renew it first")
    join = _read_join(read_signed(papers.join, credential.holder_key, typ=JOIN_TYP, where="crowd join"))  # 2
    named = (join.order_id, join.order_digest, join.credential_digest)
    if named != (order.order_id, order.digest, credential.digest):  # 3
        raise MismatchError("crowd join: it is about another order or credential")
    return Member(join, credential)


def cohort_digest(order: CrowdOrder, papers: Sequence[JoinPapers]) -> str:
    """The digest that stands for everybody's papers in their order."""
    return digest_of({"order": order.digest, "members": [each.to_json() for each in papers]})


def sign_cohort(order: CrowdOrder, papers: Sequence[JoinPapers], at: datetime, key: SigningKey) -> str:
    """Fix a cohort with the marketplace's key."""
    members: dict[str, Json] = {
        "order_id": order.order_id,
        "order_digest": order.digest,
        "cohort_digest": cohort_digest(order, papers),
        "size": len(papers),
        "fixed_at": utc_text(at),
    }
    return sign_jws(members, key, typ=COHORT_TYP)


def verify_cohort(
    statement: str,
    papers: Sequence[JoinPapers],
    order: CrowdOrder,
    registry: TrustRegistry,
    *,
    now: datetime,
) -> Cohort:
    """The cohort of an order, after these checks; the code carries the numbers.

    1. The marketplace signed it for this order, and these are the papers that it signed. 2. There are at
    least as many as the floor, and no more than the order allows. 3. Every member holds by itself. 4. No
    person, no credential and no key is there twice.

    Raises:
        MalformedError, SignatureError, MismatchError: a step fails. CredentialError: step 3 fails.
    """
    marketplace = registry.marketplace
    fields = read_signed(statement, marketplace.verifying_key, typ=COHORT_TYP, where="crowd cohort")  # 1
    named = (
        read_request_id(fields, "order_id"),
        read_digest(fields, "order_digest"),
        read_digest(fields, "cohort_digest"),
        fields.integer("size", least=1, most=MOST_PEOPLE),
    )
    fields.moment("fixed_at")
    fields.done()
    digest = cohort_digest(order, papers)
    if named != (order.order_id, order.digest, digest, len(papers)):
        raise MismatchError("crowd cohort: it is about another order, or other members than were shown")
    if not order.floor <= len(papers) <= order.people:  # 2
        raise MismatchError(f"crowd cohort: expected {order.floor} to {order.people} people")
    members = tuple(verify_member(each, order, registry, now=now) for each in papers)  # 3
    require_different([each.join for each in members], [each.handle for each in members])  # 4
    return Cohort(order.digest, digest, members)


def require_different(joins: Sequence[Join], handles: Sequence[str]) -> None:
    """Return only if all are different people with different keys.

    Raises:
        MismatchError: somebody, a consent or a key is there twice.
    """
    keys = [key for each in joins for key in (each.agreement_key, each.mask_key)]
    consents = [each.consent_id for each in joins]
    credentials = [each.credential_digest for each in joins]
    for what in (handles, consents, credentials, keys):
        if len(set(what)) != len(what):
            raise MismatchError("crowd cohort: a person or a key is there twice")


def _read_join(fields: Fields) -> Join:
    join = Join(
        order_id=read_request_id(fields, "order_id"),
        order_digest=read_digest(fields, "order_digest"),
        consent_id=read_consent_id(fields),
        credential_digest=read_digest(fields, "credential_digest"),
        agreement_key=fields.binary("agreement_key", length=KEY_BYTES),
        mask_key=fields.binary("mask_key", length=KEY_BYTES),
    )
    fields.done()
    return join
