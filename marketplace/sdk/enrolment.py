"""How does an organisation get the credential under which it buys? By the link that its registrar gave it.

1. The key is one that an issuer binds credentials to.
2. The link, and the offer behind it, belong to an issuer of the trust registry; nobody else is asked.
3. The registry trusts this issuer now, and for credentials of organisations.
4. The issuer hands the credential out for the code in the link, against a proof of the key (OpenID4VCI 1.0).
5. It is the credential of an organisation, unaltered and in its time (`ssi.credential`), bound to this key.
6. It is from the issuer that the link led to.
7. Its issuer did not take it back (`ssi.revocation`).

The marketplace and each node look again, by themselves, whenever the credential is used.
"""

from contextlib import closing
from datetime import datetime

from crypto.signing import SigningKey
from marketplace.sdk.errors import EnrolmentError
from ssi.credential import OrganisationCredential, verify_organisation
from ssi.credential_payload import ORGANISATION_TYPE
from ssi.errors import CredentialError, RevokedError
from ssi.http.address import origin_of
from ssi.http.client import Client, Limits
from ssi.http.collection import collect, fetch_offer
from ssi.http.errors import OfferError, PeerError
from ssi.http.offer_link import CredentialOffer, issuer_behind, parse_link, read_offer
from ssi.http.status_list import fetch_status_list
from ssi.revocation import check_status
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry

LIMITS = Limits(connect_seconds=5.0, read_seconds=20.0, total_seconds=60.0, answer_bytes=2_000_000)
_ALGORITHM = "ES256"


def collect_organisation_credential(
    link: str, key: SigningKey, *, registry: TrustRegistry, now: datetime, tx_code: str | None = None
) -> str:
    """The credential behind a link, in compact form, after all seven steps.

    `tx_code` is the code that the issuer sent apart from the link, where it sent one. The link works once: it
    is used up within step 4, which a missing or wrong code does not complete.

    Raises:
        EnrolmentError: a step fails; only where step 7 could not be carried out it holds the credential.
        PeerError: the issuer did not answer, said no, or answered something else than promised.
    """
    if key.algorithm != _ALGORITHM:  # 1
        raise EnrolmentError(f"expected a key for {_ALGORITHM}, got one for {key.algorithm}")
    try:
        offer = _offer(link, registry, now=now)  # 2
        issuer = _issuer(offer.issuer_url, registry, now=now)  # 2, 3
        with closing(_client(offer.issuer_url)) as client:
            compact = collect(offer, key, client, now=now, tx_code=tx_code)  # 4
    except (OfferError, CredentialError) as error:
        raise EnrolmentError(str(error)) from error
    credential = _verified(compact, key, registry, now=now)  # 5
    if credential.issuer != issuer.id:  # 6
        raise EnrolmentError(f"expected a credential of {issuer.id}, got one of {credential.issuer}")
    _require_in_force(credential, compact, registry, now=now)  # 7
    return compact


def check_organisation_credential(
    compact: str, key: SigningKey, *, registry: TrustRegistry, now: datetime
) -> OrganisationCredential:
    """A credential that was collected before, verified, after steps 5 and 7.

    Raises:
        EnrolmentError: a step fails; it holds the credential where step 7 could not be carried out.
    """
    credential = _verified(compact, key, registry, now=now)
    _require_in_force(credential, compact, registry, now=now)
    return credential


def _offer(link: str, registry: TrustRegistry, *, now: datetime) -> CredentialOffer:
    parsed = parse_link(link)
    if parsed.address is None:
        return read_offer(parsed.document)
    _entry(parsed.address, registry, now=now)
    with closing(_client(parsed.address)) as client:
        return fetch_offer(parsed.address, client)


def _issuer(address: str, registry: TrustRegistry, *, now: datetime) -> IssuerEntry:
    issuer = registry.issuer(_entry(address, registry, now=now).id, now=now)
    if ORGANISATION_TYPE not in issuer.credential_types:
        raise EnrolmentError(f"{issuer.id} is not trusted to say who an organisation is")
    return issuer


def _entry(address: str, registry: TrustRegistry, *, now: datetime) -> IssuerEntry:
    entry = issuer_behind(address, registry, now=now)
    if entry is None:
        raise EnrolmentError("the link does not belong to an issuer of the trust registry")
    return entry


def _verified(
    compact: str, key: SigningKey, registry: TrustRegistry, *, now: datetime
) -> OrganisationCredential:
    try:
        credential = verify_organisation(compact, registry, now=now)
    except CredentialError as error:
        raise EnrolmentError(str(error)) from error
    if credential.holder_key != key.public:
        raise EnrolmentError("the credential is bound to another key than ours")
    return credential


def _require_in_force(
    credential: OrganisationCredential, compact: str, registry: TrustRegistry, *, now: datetime
) -> None:
    uri = credential.status.uri
    try:
        with closing(_client(uri)) as client:
            check_status(credential, fetch_status_list(uri, client), registry, now=now)
    except RevokedError as error:
        raise EnrolmentError(str(error)) from error
    except (PeerError, CredentialError) as error:
        raise EnrolmentError(
            f"whether the credential still holds cannot be told now: {error}", credential=compact
        ) from error


def _client(address: str) -> Client:
    """A connection to the server of an address; one without a server is refused by the client."""
    return Client(origin_of(address) or address, limits=LIMITS)
