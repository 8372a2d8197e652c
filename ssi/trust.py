"""Whose word counts, and for what? The trust registry: one signed document with everybody's keys.

An authority, whose public key every party pins, signs which issuers may issue which types of credential,
which computation nodes exist, which marketplace runs, and who deals random numbers. Every key that anything
is verified with comes from here, never from the document it verifies. All rules are here and in
`trust_entries`; nothing here does I/O.

An unknown id is an error and never a default. Every lookup takes the present moment, so that an entry, or a
whole registry, that has run out stops counting by itself, also in a process that has been running for months.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crypto.encoding import Json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.aggregation_key import AggregationKeyEntry
from ssi.errors import (
    RegistryError,
    UnknownDealerError,
    UnknownIssuerError,
    UnknownNodeError,
    UntrustedIssuerError,
)
from ssi.jws import parse_jws, sign_jws
from ssi.trust_entries import DealerEntry, IssuerEntry, MarketplaceEntry, NodeEntry

REGISTRY_TYP = "argonauta-registry+jwt"
_VERSION = 1
MAX_ENTRIES = 1000


@dataclass(frozen=True)
class TrustRegistry:
    """Everybody who counts, without contradictions: ids, keys, certificates and addresses are distinct."""

    authority: VerifyingKey
    issued_at: datetime
    valid_until: datetime
    marketplace: MarketplaceEntry
    issuers: tuple[IssuerEntry, ...]
    nodes: tuple[NodeEntry, ...]
    aggregation_key: AggregationKeyEntry | None = None
    dealer: DealerEntry | None = None

    def __post_init__(self) -> None:
        if not self.issued_at < self.valid_until:
            raise RegistryError("the trust registry ends before it begins")
        _refuse_repeats("id", [*self._issuer_names(), *(server.id for server in self.servers)])
        _refuse_repeats("key", [key.thumbprint() for key in self._keys()])
        _refuse_repeats("sealing key", [node.sealing_key.to_bytes().hex() for node in self.nodes])
        _refuse_repeats("TLS certificate", [server.tls_fingerprint for server in self.servers])
        _refuse_repeats("url", [server.url for server in self.servers])
        _refuse_repeats("peer address", [":".join(map(str, node.peer_endpoint)) for node in self.nodes])
        holders = self.aggregation_key.nodes if self.aggregation_key else ()
        if not set(holders) <= {node.id for node in self.nodes}:
            raise RegistryError("the trust registry names an aggregation key of nodes that it does not name")
        if self.dealer is not None and self.dealer.operator in {node.operator for node in self.nodes}:
            raise RegistryError("the dealer's operator runs a node: one organisation would see what both see")

    @property
    def servers(self) -> tuple[NodeEntry | MarketplaceEntry | DealerEntry, ...]:
        """Those who are recognised by their TLS certificate: the nodes, the marketplace and the dealer."""
        return (*self.nodes, self.marketplace, *([] if self.dealer is None else [self.dealer]))

    def issuer(self, issuer_id: str, *, now: datetime) -> IssuerEntry:
        """The issuer of this id, or of a DID that its entry names as its own.

        Raises:
            UnknownIssuerError: the registry names no such issuer.
            UntrustedIssuerError: its entry does not hold at this moment.
            RegistryError: the registry itself has run out.
        """
        self._require_current(now)
        for issuer in self.issuers:
            if issuer_id == issuer.id or issuer_id in issuer.anchors.dids:
                if not issuer.holds_at(now):
                    raise UntrustedIssuerError(
                        f"the trust in issuer {issuer.id} does not hold at {utc_text(now)}"
                    )
                return issuer
        raise UnknownIssuerError(f"the trust registry names no issuer {issuer_id[:200]!r}")

    def node(self, node_id: str, *, now: datetime) -> NodeEntry:
        """The computation node of this id.

        Raises:
            UnknownNodeError: the registry names no such node, or its entry does not hold at this moment.
            RegistryError: the registry itself has run out.
        """
        self._require_current(now)
        for node in self.nodes:
            if node.id == node_id and node.holds_at(now):
                return node
        raise UnknownNodeError(f"the trust registry names no node {node_id[:200]!r} at {utc_text(now)}")

    def node_of_certificate(self, tls_fingerprint: str, *, now: datetime) -> NodeEntry:
        """The node whose TLS certificate has this fingerprint (base64url SHA-256 of its DER form).

        Raises:
            UnknownNodeError: no node that holds at this moment has it.
            RegistryError: the registry itself has run out.
        """
        self._require_current(now)
        for node in self.nodes:
            if node.tls_fingerprint == tls_fingerprint and node.holds_at(now):
                return node
        raise UnknownNodeError("the trust registry names no node with this TLS certificate")

    def require_dealer(self, *, now: datetime) -> DealerEntry:
        """The dealer that counts now.

        Raises:
            UnknownDealerError: the registry names none, or its entry does not hold at this moment.
            RegistryError: the registry itself has run out.
        """
        self._require_current(now)
        if self.dealer is None or not self.dealer.holds_at(now):
            raise UnknownDealerError(f"the trust registry names no dealer at {utc_text(now)}")
        return self.dealer

    def _require_current(self, now: datetime) -> None:
        if now >= self.valid_until:
            raise RegistryError(
                f"the trust registry ran out at {utc_text(self.valid_until)}; fetch a newer one"
            )

    def _issuer_names(self) -> Iterable[str]:
        for issuer in self.issuers:
            yield issuer.id
            yield from (did for did in issuer.anchors.dids if did != issuer.id)

    def _keys(self) -> Iterable[VerifyingKey]:
        yield self.authority
        yield self.marketplace.verifying_key
        if self.dealer is not None:
            yield self.dealer.verifying_key
        for node in self.nodes:
            yield node.verifying_key
        for issuer in self.issuers:
            yield from issuer.keys.values()


def sign_registry(registry: TrustRegistry, authority: SigningKey) -> str:
    """Sign a registry as its authority.

    Raises:
        RegistryError: the key is not the authority's that the registry names.
    """
    if authority.public != registry.authority:
        raise RegistryError("only the authority that a registry names can sign it")
    payload: dict[str, Json] = {
        "version": _VERSION,
        "issued_at": utc_text(registry.issued_at),
        "valid_until": utc_text(registry.valid_until),
        "marketplace": registry.marketplace.to_json(),
        "issuers": [issuer.to_json() for issuer in registry.issuers],
        "nodes": [node.to_json() for node in registry.nodes],
    }
    if registry.aggregation_key is not None:
        payload["aggregation_key"] = registry.aggregation_key.to_json()
    if registry.dealer is not None:
        payload["dealer"] = registry.dealer.to_json()
    return sign_jws(payload, authority, typ=REGISTRY_TYP)


def verify_registry(token: str, authority_key: VerifyingKey, *, now: datetime) -> TrustRegistry:
    """Return the registry after checking that the pinned authority signed it and that it holds now.

    Raises:
        RegistryError: altered, signed by somebody else, malformed, contradictory, not yet valid or out of
            date; the message says which.
    """
    try:
        payload = parse_jws(token, "trust registry").verify(authority_key, typ=REGISTRY_TYP)
        registry = _read(Fields.of(payload, "trust registry"), authority_key)
    except (MalformedError, SignatureError) as error:
        raise RegistryError(str(error)) from error
    if not registry.issued_at <= now < registry.valid_until:
        raise RegistryError(
            f"the trust registry holds from {utc_text(registry.issued_at)}"
            f" to {utc_text(registry.valid_until)}, not at {utc_text(now)}"
        )
    return registry


def statement_of(token: str) -> dict[str, Json]:
    """What a signed registry says, to be looked at: whoever relies on it verifies the signed form.

    Raises:
        RegistryError: it is no signed registry.
    """
    try:
        return dict(parse_jws(token, "trust registry").payload)
    except MalformedError as error:
        raise RegistryError(str(error)) from error


def _read(fields: Fields, authority: VerifyingKey) -> TrustRegistry:
    fields.integer("version", least=_VERSION, most=_VERSION)
    registry = TrustRegistry(
        authority=authority,
        issued_at=fields.moment("issued_at"),
        valid_until=fields.moment("valid_until"),
        marketplace=MarketplaceEntry.read(fields.section("marketplace")),
        issuers=tuple(IssuerEntry.read(entry) for entry in fields.objects("issuers", most=MAX_ENTRIES)),
        nodes=tuple(NodeEntry.read(entry) for entry in fields.objects("nodes", most=MAX_ENTRIES)),
        aggregation_key=_aggregation_key(fields),
        dealer=DealerEntry.read(fields.section("dealer")) if fields.has("dealer") else None,
    )
    fields.done()
    return registry


def _aggregation_key(fields: Fields) -> AggregationKeyEntry | None:
    if not fields.has("aggregation_key"):
        return None
    return AggregationKeyEntry.read(fields.section("aggregation_key"))


def _refuse_repeats(what: str, values: list[str]) -> None:
    repeated = [value for value, times in Counter(values).items() if times > 1]
    if repeated:
        raise RegistryError(f"the trust registry names the same {what} twice: {repeated[0][:200]}")
