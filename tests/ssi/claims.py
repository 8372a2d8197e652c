"""Exam credentials with any claims, properly signed: what a careless or hostile issuer could write."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crypto.signing import SigningKey
from ssi.credential_payload import CREDENTIAL_TYP
from ssi.record import Record
from ssi.sd_jwt import Selective, issue_sd_jwt
from tests.ssi.parties import EXAM, HOLDER, ISSUER, NOW, STATUS_PREFIX, YEAR, random_of, record, subject

EXAM_RECORD: Record = record()
EXAM_CLAIMS: dict[str, Any] = {
    "iss": "did:web:university.example",
    "vct": "urn:argonauta:credential:exam:1",
    "sub": subject().handle,
    "cnf": {"jwk": HOLDER.public.to_jwk()},
    "status": {"status_list": {"idx": 17, "uri": STATUS_PREFIX + "1"}},
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + YEAR).timestamp()),
    "commitment": EXAM_RECORD.commitment_claim(),
    "commitment_opening": Selective(EXAM_RECORD.opening_claim()),
    **{name: Selective(value) for name, value in EXAM.items()},
}


def signed(
    changes: Mapping[str, Any] = MappingProxyType({}),
    *,
    key: SigningKey = ISSUER.key,
    kid: str = ISSUER.kid,
    typ: str = CREDENTIAL_TYP,
) -> str:
    """An exam credential with changed members (None leaves one out), signed by its issuer."""
    claims = {name: value for name, value in {**EXAM_CLAIMS, **changes}.items() if value is not None}
    return issue_sd_jwt(claims, key, typ=typ, kid=kid, random=random_of("salts"))
