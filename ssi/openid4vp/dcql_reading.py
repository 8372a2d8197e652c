"""How is a DCQL query read? Strictly, so that wallet and verifier cannot read it differently.

OpenID4VP 1.0 §6. Ids are distinct and refer to what is there. With `foreign`, members that are not known here
are passed over, as the standard asks of wallets.
"""

from collections.abc import Mapping
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.claim_paths import read_path
from ssi.openid4vp.dcql import (
    QUERY_ID,
    ClaimQuery,
    CredentialQuery,
    CredentialSetQuery,
    DcqlQuery,
    Format,
    Scalar,
    TrustedAuthority,
)
from ssi.openid4vp.errors import QueryError

MAX_CREDENTIALS: Final = 50
MAX_CLAIMS: Final = 200
MAX_SETS: Final = 50
MAX_VALUES: Final = 200
MAX_NAMES: Final = 1_000
"""Ids in all sets of claims of one credential, or in all options of one set of credentials."""
_MAX_NAME: Final = 2_000
_WHERE: Final = "dcql_query"


def read_query(document: Json, *, foreign: bool = False) -> DcqlQuery:
    """Read a query.

    Raises:
        QueryError: it has not the form of §6, an id stands twice or names nothing, or, without `foreign`, a
            member is not known.
    """
    try:
        return _query(Fields.of(document, _WHERE), foreign)
    except MalformedError as error:
        raise QueryError(str(error)) from error


def _query(fields: Fields, foreign: bool) -> DcqlQuery:
    listed = fields.objects("credentials", least=1, most=MAX_CREDENTIALS)
    credentials = tuple(_credential(one, foreign) for one in listed)
    known = {one.id for one in credentials}
    if len(known) != len(credentials):
        raise MalformedError(f"{_WHERE}.credentials: two have the same id")
    sets: tuple[CredentialSetQuery, ...] = ()
    if fields.has("credential_sets"):
        found = fields.objects("credential_sets", least=1, most=MAX_SETS)
        sets = tuple(_credential_set(one, known, foreign) for one in found)
    _finish(fields, foreign)
    return DcqlQuery(credentials, sets)


def _credential(fields: Fields, foreign: bool) -> CredentialQuery:
    format_ = fields.text("format", max_length=_MAX_NAME)
    claims: tuple[ClaimQuery, ...] = ()
    if fields.has("claims"):
        found = fields.objects("claims", least=1, most=MAX_CLAIMS)
        claims = tuple(_claim(one, foreign) for one in found)
    query = CredentialQuery(
        id=_id(fields, "id"),
        format=format_,
        meta=_meta(fields, format_, foreign),
        multiple=fields.has("multiple") and fields.boolean("multiple"),
        holder_binding=_flag(fields, "require_cryptographic_holder_binding"),
        trusted_authorities=_authorities(fields, foreign),
        claims=claims,
        claim_sets=_claim_sets(fields, claims),
    )
    _finish(fields, foreign)
    return query


def _claim(fields: Fields, foreign: bool) -> ClaimQuery:
    path = read_path(fields.any("path"), f"{fields.where}.path")
    name = _id(fields, "id") if fields.has("id") else None
    values = None
    if fields.has("values"):
        values = tuple(_scalar(value, fields) for value in fields.entries("values", least=1, most=MAX_VALUES))
    fields.has("intent_to_retain")  # of mdoc (§B.2.4); it asks for nothing
    _finish(fields, foreign)
    return ClaimQuery(path, name, values)


def _claim_sets(fields: Fields, claims: tuple[ClaimQuery, ...]) -> tuple[tuple[str, ...], ...]:
    named = [claim.id for claim in claims if claim.id is not None]
    if len(set(named)) != len(named):
        raise MalformedError(f"{fields.where}.claims: two have the same id")
    if not fields.has("claim_sets"):
        return ()
    if len(named) != len(claims) or not claims:
        raise MalformedError(f"{fields.where}.claim_sets: every claim needs an id")
    return _alternatives(fields, "claim_sets", set(named))


def _credential_set(fields: Fields, known: set[str], foreign: bool) -> CredentialSetQuery:
    options = _alternatives(fields, "options", known)
    required = _flag(fields, "required")
    if fields.has("purpose"):  # of earlier drafts: words for people
        fields.any("purpose")
    _finish(fields, foreign)
    return CredentialSetQuery(options, required)


def _meta(fields: Fields, format_: str, foreign: bool) -> Mapping[str, Json]:
    meta = fields.section("meta")
    document = fields.any("meta")
    if format_ == Format.SD_JWT_VC:
        meta.texts("vct_values", least=1, most=MAX_VALUES, max_length=_MAX_NAME)
    elif format_ == Format.DATA_INTEGRITY:
        for alternative in meta.entries("type_values", least=1, most=MAX_VALUES):
            Fields({"types": alternative}, f"{meta.where}.type_values").texts(
                "types", least=1, max_length=_MAX_NAME
            )
    else:
        return dict(document) if isinstance(document, Mapping) else {}
    _finish(meta, foreign)
    return dict(document) if isinstance(document, Mapping) else {}


def _authorities(fields: Fields, foreign: bool) -> tuple[TrustedAuthority, ...]:
    if not fields.has("trusted_authorities"):
        return ()
    listed = fields.objects("trusted_authorities", least=1, most=MAX_SETS)
    return tuple(_authority(one, foreign) for one in listed)


def _authority(fields: Fields, foreign: bool) -> TrustedAuthority:
    authority = TrustedAuthority(
        fields.text("type", max_length=_MAX_NAME),
        fields.texts("values", least=1, most=MAX_VALUES, max_length=_MAX_NAME),
    )
    _finish(fields, foreign)
    return authority


def _alternatives(fields: Fields, name: str, known: set[str]) -> tuple[tuple[str, ...], ...]:
    """Sets of ids, no two with the same members: each is something that a wallet has to try."""
    found = tuple(_names(one, fields, known) for one in fields.entries(name, least=1, most=MAX_SETS))
    if len({frozenset(names) for names in found}) != len(found) or sum(map(len, found)) > MAX_NAMES:
        raise MalformedError(f"{fields.where}.{name}: expected different sets, of up to {MAX_NAMES} ids")
    return found


def _names(value: Json, fields: Fields, known: set[str]) -> tuple[str, ...]:
    names = Fields({"ids": value}, fields.where).texts("ids", least=1, most=MAX_CLAIMS)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise MalformedError(f"{fields.where}: there is nothing with the id {unknown[0][:100]!r}")
    return names


def _id(fields: Fields, name: str) -> str:
    text = fields.text(name, max_length=100)
    if not QUERY_ID.fullmatch(text):
        raise MalformedError(f"{fields.where}.{name}: expected letters, digits, underscores and hyphens")
    return text


def _flag(fields: Fields, name: str) -> bool:
    """A member that is true where it is missing."""
    return not fields.has(name) or fields.boolean(name)


def _scalar(value: Json, fields: Fields) -> Scalar:
    if not isinstance(value, (str, int, bool)):
        raise MalformedError(f"{fields.where}.values: expected texts, integers, true and false")
    return value


def _finish(fields: Fields, foreign: bool) -> None:
    if not foreign:
        fields.done()
