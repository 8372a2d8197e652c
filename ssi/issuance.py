"""How does an issuer write a credential? The counterpart of `credential`.

Every attribute of a record is its own disclosure. For a missing one there is a decoy instead, so that the
number of digests does not say how much is known about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import derive_subkey
from crypto.signing import SigningKey, VerifyingKey
from ssi.credential_payload import (
    CREDENTIAL_TYP,
    HANDLE_BYTES,
    OPENING_CLAIM,
    ORGANISATION_PREFIX,
    ORGANISATION_TYPE,
    PERSON_PREFIX,
    Envelope,
    make_handle,
)
from ssi.disclosure_policy import ALWAYS_OPEN
from ssi.record import Record
from ssi.sd_jwt import Decoy, Selective, issue_sd_jwt
from ssi.status_list import StatusReference


@dataclass(frozen=True)
class IssuerKey:
    """Who issues, and how its key is known: by a kid, and by a certificate chain where it has one.

    The kid is one that the trust registry lists, or a DID URL of the issuer. `x5c` is the chain as
    `x509.write_chain` writes it, the end entity's certificate, for this key, first.
    """

    issuer_id: str
    kid: str
    key: SigningKey = field(repr=False)
    x5c: tuple[str, ...] = field(default=(), repr=False)

    @property
    def header(self) -> dict[str, object]:
        """What the header of everything that it signs holds besides algorithm, type and kid."""
        return {"x5c": list(self.x5c)} if self.x5c else {}


@dataclass(frozen=True)
class Subject:
    """About whom a credential is, and the key that only its holder has."""

    handle: str
    holder_key: VerifyingKey


@dataclass(frozen=True)
class Terms:
    """Where the status of a credential will stand, and for how long it is valid (whole seconds)."""

    status: StatusReference
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Organisation:
    """Who a buyer is: its name, its kind and its country (ISO 3166-1 alpha-2)."""

    name: str
    kind: str
    country: str


def person_handle(secret: bytes, *, data_set: str, person: str) -> str:
    """The pairwise handle of a person: the same for each of her credentials of one data set and issuer.

    It counts people once without naming them: nobody without the issuer's 32-byte secret can tell which
    person it stands for, or whether two handles of different data sets or issuers are one person's.
    """
    return make_handle(PERSON_PREFIX, _pairwise(secret, ["person handle v1", data_set, person]))


def organisation_handle(secret: bytes, *, organisation: str) -> str:
    """The handle of an organisation, the same for each of its credentials from one issuer."""
    return make_handle(ORGANISATION_PREFIX, _pairwise(secret, ["organisation handle v1", organisation]))


def issue_credential(
    record: Record, subject: Subject, *, issuer: IssuerKey, terms: Terms, random: RandomBytes = random_bytes
) -> str:
    """Sign a record of a person as an SD-JWT VC with all its disclosures: for its holder only."""
    known: dict[str, object] = {name: Selective(value) for name, value in record.values.items()}
    claims = {
        **_envelope(record.data_set.credential_type, subject, issuer, terms).to_json(),
        "commitment": record.commitment_claim(),
        OPENING_CLAIM: Selective(record.opening_claim()),
        **{attribute.name: known.get(attribute.name, Decoy()) for attribute in record.data_set.attributes},
    }
    return issue_sd_jwt(
        claims, issuer.key, typ=CREDENTIAL_TYP, kid=issuer.kid, header=issuer.header, random=random
    )


def issue_copy(
    record: Record, subject: Subject, *, issuer: IssuerKey, terms: Terms, random: RandomBytes = random_bytes
) -> str:
    """Sign a record once more for showing it, without commitment: no market takes such a copy.

    Its subject has a handle of its own (`fresh_handle`), so that two copies share nothing but what is
    disclosed.
    """
    known: dict[str, object] = {name: Selective(value) for name, value in record.values.items()}
    claims = {
        **_envelope(record.data_set.credential_type, subject, issuer, terms).to_json(),
        **{attribute.name: known.get(attribute.name, Decoy()) for attribute in record.data_set.attributes},
    }
    return issue_sd_jwt(
        claims, issuer.key, typ=CREDENTIAL_TYP, kid=issuer.kid, header=issuer.header, random=random
    )


def fresh_handle(random: RandomBytes = random_bytes) -> str:
    """A person's handle that stands for nobody: 256 random bits."""
    return make_handle(PERSON_PREFIX, random(HANDLE_BYTES))


def issue_organisation_credential(
    organisation: Organisation, subject: Subject, *, issuer: IssuerKey, terms: Terms
) -> str:
    """Sign who an organisation is; all its claims are always shown."""
    claims = {**_envelope(ORGANISATION_TYPE, subject, issuer, terms).to_json(), **vars(organisation)}
    return issue_sd_jwt(claims, issuer.key, typ=CREDENTIAL_TYP, kid=issuer.kid, header=issuer.header)


def issue_sd_jwt_vc(
    vct: str,
    claims: Mapping[str, object],
    *,
    issuer: IssuerKey,
    random: RandomBytes = random_bytes,
) -> str:
    """Sign a credential of any type; what is wrapped in `Selective`, at any depth, can be kept back.

    Raises:
        MalformedError: a claim that a verifier must always see is selective, or tells another issuer or type.
    """
    named: dict[str, object] = {"iss": issuer.issuer_id, "vct": vct}
    for name, value in claims.items():
        if name in ALWAYS_OPEN and isinstance(value, (Selective, Decoy)):
            raise MalformedError(f"claims.{name}: must not be selectively disclosable")
        if name in named and value != named[name]:
            raise MalformedError(f"claims.{name}: expected {named[name]}")
    return issue_sd_jwt(
        {**named, **claims},
        issuer.key,
        typ=CREDENTIAL_TYP,
        kid=issuer.kid,
        header=issuer.header,
        random=random,
    )


def _envelope(vct: str, subject: Subject, issuer: IssuerKey, terms: Terms) -> Envelope:
    return Envelope(
        issuer=issuer.issuer_id,
        vct=vct,
        handle=subject.handle,
        holder_key=subject.holder_key,
        status=terms.status,
        issued_at=terms.issued_at,
        expires_at=terms.expires_at,
    )


def _pairwise(secret: bytes, label: list[str]) -> bytes:
    return derive_subkey(secret, canonical_json(label).decode())
