"""How do parties ask to be trusted, and how does the authority put their parts together?

`init` of each deployable writes a part, `public.json`, with the functions below: `{"issuer": {…}}`,
`{"node": {…}}` or `{"marketplace": {…}}`. A part holds only public things and no dates: how long somebody is
trusted is for the authority to say. A node that made an aggregation key with the two others hands in its
word about it besides, `{"aggregation_key": "…"}`: signed, because it is about the others as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from crypto.encoding import Json, b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import SealingPublicKey
from crypto.signing import VerifyingKey
from ssi.aggregation_key import agreed_key
from ssi.errors import RegistryError
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry, MarketplaceEntry, NodeEntry

_KINDS = ("issuer", "node", "marketplace")
_WORD = "aggregation_key"


@dataclass(frozen=True)
class Validity:
    """From when (included) to when (excluded) something holds."""

    start: datetime
    end: datetime


def issuer_part(
    issuer_id: str,
    name: str,
    *,
    keys: Mapping[str, VerifyingKey],
    credential_types: Iterable[str],
    status_uri_prefix: str,
) -> dict[str, Json]:
    """The part of an issuer; `keys` by kid, `status_uri_prefix` ends in a slash."""
    part: dict[str, Json] = {
        "id": issuer_id,
        "name": name,
        "keys": [{"kid": kid, **key.to_jwk()} for kid, key in keys.items()],
        "credential_types": sorted(credential_types),
        "status_uri_prefix": status_uri_prefix,
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


def assemble_registry(
    parts: Iterable[tuple[str, bytes]], *, authority: VerifyingKey, validity: Validity
) -> TrustRegistry:
    """Put named parts (name for messages, bytes of the JSON document) together.

    Raises:
        RegistryError: a part is not of its form, there is not exactly one marketplace, two parts contradict
            each other, or not all nodes of an aggregation key vouch for it.
    """
    dates = {"valid_from": utc_text(validity.start), "valid_until": utc_text(validity.end)}
    found: dict[str, list[tuple[str, dict[str, Json]]]] = {kind: [] for kind in _KINDS}
    words: list[str] = []
    try:
        for name, raw in parts:
            word = _read_word(raw, name)
            if word is not None:
                words.append(word)
                continue
            kind, body = _read_part(raw, name)
            found[kind].append((name, body))
        if len(found["marketplace"]) != 1:
            raise RegistryError(f"expected one marketplace, got {len(found['marketplace'])}")
        name, body = found["marketplace"][0]
        nodes = tuple(NodeEntry.read(Fields({**body, **dates}, name)) for name, body in found["node"])
        return TrustRegistry(
            authority=authority,
            issued_at=validity.start,
            valid_until=validity.end,
            marketplace=MarketplaceEntry.read(Fields(body, name)),
            issuers=tuple(
                IssuerEntry.read(Fields({**body, **dates}, name)) for name, body in found["issuer"]
            ),
            nodes=nodes,
            aggregation_key=agreed_key(words, {node.id: node.verifying_key for node in nodes}),
        )
    except MalformedError as error:
        raise RegistryError(str(error)) from error


def _read_word(raw: bytes, name: str) -> str | None:
    part = Fields.parse(raw, name)
    if not part.has(_WORD):
        return None
    word = part.text(_WORD)
    part.done()
    return word


def _read_part(raw: bytes, name: str) -> tuple[str, dict[str, Json]]:
    part = Fields.parse(raw, name)
    kinds = [kind for kind in _KINDS if part.has(kind)]
    part.done()
    if len(kinds) != 1:
        raise RegistryError(f"{name}: expected one of {', '.join(_KINDS)}")
    body = part.any(kinds[0])
    if not isinstance(body, dict):
        raise RegistryError(f"{name}.{kinds[0]}: expected an object")
    if {"valid_from", "valid_until"} & set(body):
        raise RegistryError(f"{name}: how long a party is trusted is for the authority to say")
    return kinds[0], body
