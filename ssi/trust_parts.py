"""How do parties ask to be trusted, and how does the authority put their parts together?

`init` of each deployable writes a part, `public.json`, with the functions below: `{"issuer": {…}}`,
`{"node": {…}}`, `{"marketplace": {…}}` or `{"dealer": {…}}`. A part holds only public things and no dates:
how long somebody is trusted is for the authority to say. A node that made an aggregation key with the two
others hands in its word about it besides, `{"aggregation_key": "…"}`: signed, because it is about the others
as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import SealingPublicKey
from crypto.signing import VerifyingKey
from ssi.aggregation_key import agreed_key
from ssi.errors import RegistryError
from ssi.issuer_anchors import IssuerAnchors
from ssi.trust import TrustRegistry
from ssi.trust_entries import DealerEntry, IssuerEntry, MarketplaceEntry, NodeEntry

KINDS = ("issuer", "node", "marketplace", "dealer")
_WORD = "aggregation_key"


_Parts = dict[str, list[tuple[str, dict[str, Json]]]]


@dataclass(frozen=True)
class Validity:
    """From when (included) to when (excluded) something holds."""

    start: datetime
    end: datetime


def issuer_part(  # noqa: PLR0913 — as many things make an entry
    issuer_id: str,
    name: str,
    *,
    keys: Mapping[str, VerifyingKey],
    credential_types: Iterable[str],
    status_uri_prefix: str,
    anchors: IssuerAnchors | None = None,
) -> dict[str, Json]:
    """The part of an issuer; `keys` by kid, `status_uri_prefix` ends in a slash.

    `anchors` are the other ways in which its keys may be found.
    """
    part: dict[str, Json] = {
        "id": issuer_id,
        "name": name,
        "keys": [{"kid": kid, **key.to_jwk()} for kid, key in keys.items()],
        "credential_types": sorted(credential_types),
        "status_uri_prefix": status_uri_prefix,
        **(anchors.to_json() if anchors else {}),
    }
    return {"issuer": part}


def node_part(  # noqa: PLR0913 — as many things make an entry
    node_id: str,
    operator: str,
    *,
    url: str,
    keys: tuple[VerifyingKey, SealingPublicKey],
    tls_certificate: str,
    peer_address: str = "",
) -> dict[str, Json]:
    """The part of a node: an https address, its verifying and sealing key, its TLS certificate in PEM.

    `peer_address` is ``host:port`` for the connections of other nodes; empty for the port after the url's.
    """
    verifying_key, sealing_key = keys
    part: dict[str, Json] = {
        "id": node_id,
        "operator": operator,
        "url": url,
        "verifying_key": dict(verifying_key.to_jwk()),
        "sealing_key": b64url_encode(sealing_key.to_bytes()),
        "tls_certificate": tls_certificate,
    }
    return {"node": {**part, "peer_address": peer_address} if peer_address else part}


def marketplace_part(
    marketplace_id: str, name: str, *, url: str, verifying_key: VerifyingKey, tls_certificate: str
) -> dict[str, Json]:
    """The part of the marketplace; its certificate, in PEM, is the one it shows to nodes."""
    part: dict[str, Json] = {
        "id": marketplace_id,
        "name": name,
        "url": url,
        "verifying_key": dict(verifying_key.to_jwk()),
        "tls_certificate": tls_certificate,
    }
    return {"marketplace": part}


def dealer_part(
    dealer_id: str, operator: str, *, url: str, verifying_key: VerifyingKey, tls_certificate: str
) -> dict[str, Json]:
    """The part of a dealer: an https address, its verifying key and its TLS certificate in PEM."""
    part: dict[str, Json] = {
        "id": dealer_id,
        "operator": operator,
        "url": url,
        "verifying_key": dict(verifying_key.to_jwk()),
        "tls_certificate": tls_certificate,
    }
    return {"dealer": part}


def assemble_registry(
    parts: Iterable[tuple[str, bytes]],
    *,
    authority: VerifyingKey,
    validity: Validity,
    terms: Mapping[str, Mapping[str, Json]] = MappingProxyType({}),
) -> TrustRegistry:
    """Put named parts (name for messages, bytes of the JSON document) together.

    `terms` are the authority's own word about a party, by its id: members that take the place of those that
    the registry's validity or the party's part would give it. Nobody is trusted longer than the registry.

    Raises:
        RegistryError: a part is not of its form, there is not exactly one marketplace or more than one
            dealer, two parts contradict each other, or not all nodes of an aggregation key vouch for it.
    """
    dates = {"valid_from": utc_text(validity.start), "valid_until": utc_text(validity.end)}

    def entry(name: str, body: Mapping[str, Json]) -> Fields:
        return Fields({**body, **dates, **terms.get(str(body.get("id")), {})}, name)

    try:
        found, words = _sorted(parts)
        dealers = [DealerEntry.read(entry(name, body)) for name, body in found["dealer"]]
        name, body = found["marketplace"][0]
        nodes = tuple(NodeEntry.read(entry(name, body)) for name, body in found["node"])
        return TrustRegistry(
            authority=authority,
            issued_at=validity.start,
            valid_until=validity.end,
            marketplace=MarketplaceEntry.read(Fields(body, name)),
            issuers=tuple(IssuerEntry.read(entry(name, body)) for name, body in found["issuer"]),
            nodes=nodes,
            aggregation_key=agreed_key(words, {node.id: node.verifying_key for node in nodes}),
            dealer=dealers[0] if dealers else None,
        )
    except MalformedError as error:
        raise RegistryError(str(error)) from error


def _sorted(parts: Iterable[tuple[str, bytes]]) -> tuple[_Parts, list[str]]:
    """The parts by kind, each with its name, and the words about an aggregation key."""
    found: _Parts = {kind: [] for kind in KINDS}
    words: list[str] = []
    for name, raw in parts:
        word = _read_word(raw, name)
        if word is not None:
            words.append(word)
            continue
        kind, body = _read_part(raw, name)
        found[kind].append((name, body))
    if len(found["marketplace"]) != 1:
        raise RegistryError(f"expected one marketplace, got {len(found['marketplace'])}")
    if len(found["dealer"]) > 1:
        raise RegistryError(f"expected one dealer at most, got {len(found['dealer'])}")
    return found, words


def _read_word(raw: bytes, name: str) -> str | None:
    part = Fields.parse(raw, name)
    if not part.has(_WORD):
        return None
    word = part.text(_WORD)
    part.done()
    return word


def _read_part(raw: bytes, name: str) -> tuple[str, dict[str, Json]]:
    part = Fields.parse(raw, name)
    kinds = [kind for kind in KINDS if part.has(kind)]
    part.done()
    if len(kinds) != 1:
        raise RegistryError(f"{name}: expected one of {', '.join(KINDS)}")
    body = part.any(kinds[0])
    if not isinstance(body, dict):
        raise RegistryError(f"{name}.{kinds[0]}: expected an object")
    if {"valid_from", "valid_until", "note"} & set(body):
        raise RegistryError(f"{name}: how long a party is trusted, and why, is for the authority to say")
    return kinds[0], body
