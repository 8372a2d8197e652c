"""What stands in a credential, member by member, and how is it read once its signature is known to be good?

The members that every credential has are never selectively disclosable (SD-JWT VC §3.2.2.2), so a holder
cannot leave one out. Attributes of a record are always selectively disclosable, so she can.
"""

from dataclasses import dataclass
from datetime import datetime

from crypto.curve import Point
from crypto.encoding import Json, b64url_decode, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.clock import MAX_MOMENT, moment_of, seconds_of
from ssi.dataset import DataSet, data_set
from ssi.sd_jwt_vc import SD_JWT_VC_TYP, VerifiedSdJwtVc
from ssi.status_list import StatusReference

CREDENTIAL_TYP = SD_JWT_VC_TYP
ORGANISATION_TYPE = "urn:argonauta:credential:organisation:1"
COMMITMENT_SCHEME = "pedersen-secp256k1-1"
OPENING_CLAIM = "commitment_opening"
PERSON_PREFIX = "urn:argonauta:person:"
ORGANISATION_PREFIX = "urn:argonauta:organisation:"
HANDLE_BYTES = 32
BLINDING_BYTES = 32
ENVELOPE_MEMBERS = frozenset({"iss", "iat", "exp", "vct", "sub", "cnf", "status"})
ORGANISATION_MEMBERS = ("name", "kind", "country")
MAX_ID = 200
_COUNTRY_LETTERS = 2


@dataclass(frozen=True)
class CommitmentClaim:
    """The issuer's commitment to a whole encoded record: of which data set, and the point (33 bytes)."""

    data_set: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """What every credential says: who issued what to whom, for how long, and where its status stands.

    Read from a credential, the issuer is the id by which the registry knows it, whichever of its names the
    credential uses.
    """

    issuer: str
    vct: str
    handle: str
    holder_key: VerifyingKey
    status: StatusReference
    issued_at: datetime
    expires_at: datetime

    def to_json(self) -> dict[str, Json]:
        """The members as they stand in the signed payload."""
        return {
            "iss": self.issuer,
            "vct": self.vct,
            "sub": self.handle,
            "cnf": {"jwk": dict(self.holder_key.to_jwk())},
            "status": {"status_list": {"idx": self.status.index, "uri": self.status.uri}},
            "iat": seconds_of(self.issued_at),
            "exp": seconds_of(self.expires_at),
        }

    @classmethod
    def of(cls, found: VerifiedSdJwtVc, fields: Fields) -> "Envelope":
        """The members that every credential of ours has; `fields` are the claims of the credential.

        Raises:
            MalformedError: one is missing, not of its form, or has more in it than belongs there.
        """
        prefix = ORGANISATION_PREFIX if found.vct == ORGANISATION_TYPE else PERSON_PREFIX
        for name in ("iss", "vct"):
            fields.text(name, max_length=MAX_ID)
        handle = _handle(fields, prefix)
        _only(fields.section("cnf"), "jwk")
        status = fields.section("status")
        _only(status, "status_list")
        _only(status.section("status_list"), "idx", "uri")
        times = [moment_of(fields.integer(name, least=0, most=MAX_MOMENT)) for name in ("iat", "exp")]
        if found.holder_key is None or found.status is None:
            raise MalformedError(f"{fields.where}: expected cnf and status")
        return cls(found.issuer.id, found.vct, handle, found.holder_key, found.status, *times)


def make_handle(prefix: str, raw: bytes) -> str:
    """A subject's name, from 32 bytes that nobody can link to anything else."""
    return prefix + b64url_encode(raw)


def read_organisation(found: VerifiedSdJwtVc, fields: Fields) -> dict[str, str]:
    """The claims of an organisation credential; none of them can be kept back.

    Raises:
        MalformedError: one is missing, selectively disclosable or not of its form, or there is another.
    """
    if found.disclosed:
        raise MalformedError(f"{fields.where}: expected no disclosures")
    claims = {name: fields.text(name, max_length=MAX_ID) for name in ORGANISATION_MEMBERS}
    if len(claims["country"]) != _COUNTRY_LETTERS or not claims["country"].isupper():
        raise MalformedError(f"{fields.where}.country: expected two capital letters")
    fields.done()
    return claims


def read_commitment(fields: Fields, vct: str) -> tuple[CommitmentClaim, DataSet]:
    """The commitment and the data set it is about.

    Raises:
        MalformedError: another scheme, no point of the group, or a data set of another credential type.
        UnknownDataSetError: the data set is unknown.
    """
    claim = CommitmentClaim(fields.text("data_set", max_length=MAX_ID), fields.binary("value"))
    if fields.text("scheme", max_length=MAX_ID) != COMMITMENT_SCHEME:
        raise MalformedError(f"{fields.where}.scheme: expected {COMMITMENT_SCHEME}")
    fields.done()
    Point.from_bytes(claim.value)
    found = data_set(claim.data_set)
    if found.credential_type != vct:
        raise MalformedError(f"{fields.where}.data_set: {claim.data_set} is not what a {vct[:80]!r} is about")
    return claim, found


def read_record(
    verified: VerifiedSdJwtVc, found: DataSet
) -> tuple[dict[str, int | float | str], bytes | None]:
    """The disclosed attributes of a record, and the blinding of its commitment if it was disclosed.

    Raises:
        MalformedError: an attribute that could not be kept back, another member that could, or an unknown
            one.
        DataSetError: a value that the data set does not allow.
    """
    fixed = ENVELOPE_MEMBERS | {"commitment"}
    disclosed = {path for path in verified.disclosed if len(path) == 1}
    if len(disclosed) != len(verified.disclosed) or any(path[0] in fixed for path in disclosed):
        raise MalformedError("credential: a disclosure where none belongs")
    shown = {name: value for name, value in verified.claims.items() if name not in fixed}
    if any((name,) not in disclosed for name in shown):
        raise MalformedError("credential: a claim that its holder could not keep back")
    blinding = None
    if OPENING_CLAIM in shown:
        blinding = Fields(shown, "credential").binary(OPENING_CLAIM, length=BLINDING_BYTES)
        del shown[OPENING_CLAIM]
    return {name: _stated(name, value, found) for name, value in shown.items()}, blinding


def _stated(name: str, value: Json, found: DataSet) -> int | float | str:
    parsed = found.attribute(name).parse(value)
    if parsed is None or parsed != value:
        # "12.5", or 12.51 where one decimal is kept, is what a form may hold, not what an issuer signs.
        raise MalformedError(f"credential.{name}: expected a value in the form of the data set")
    return parsed


def _handle(fields: Fields, prefix: str) -> str:
    handle = fields.text("sub", max_length=MAX_ID)
    if not handle.startswith(prefix):
        raise MalformedError(f"{fields.where}.sub: expected {prefix} and a handle")
    b64url_decode(handle.removeprefix(prefix), length=HANDLE_BYTES)
    return handle


def _only(fields: Fields, *names: str) -> None:
    for name in names:
        fields.any(name)
    fields.done()
