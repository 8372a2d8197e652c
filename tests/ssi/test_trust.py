from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.reading import utc_text
from ssi.errors import RegistryError, UnknownIssuerError, UnknownNodeError, UntrustedIssuerError
from ssi.jws import parse_jws, sign_jws
from ssi.trust import REGISTRY_TYP, sign_registry, statement_of, verify_registry
from ssi.trust_entries import certificate_fingerprint
from tests.ssi.parties import (
    AUTHORITY,
    CHAMBER,
    NOW,
    UNIVERSITY,
    VALIDITY,
    assembled,
    certificate,
    ed25519,
    es256,
    node,
    parts,
    registry,
)

TOKEN = sign_registry(registry(), AUTHORITY)
SECOND = timedelta(seconds=1)


def resigned(change: Any) -> str:
    """The registry with a changed payload, signed by the authority itself."""
    payload: dict[str, Any] = dict(parse_jws(TOKEN, "registry").payload)
    change(payload)
    return sign_jws(payload, AUTHORITY, typ=REGISTRY_TYP)


def changed(part: dict[str, Any], **changes: Any) -> dict[str, Any]:
    (kind,) = part
    return {kind: part[kind] | changes}


def test_the_signed_registry_says_what_was_assembled():
    assert verify_registry(TOKEN, AUTHORITY.public, now=NOW) == registry()


def test_issuers_nodes_and_the_marketplace_are_found_by_their_ids():
    found = verify_registry(TOKEN, AUTHORITY.public, now=NOW)

    assert found.issuer(UNIVERSITY, now=NOW).name == "University"
    assert found.node("node-b", now=NOW).url == "https://node-b.example:7000"
    assert found.node("node-b", now=NOW).verifying_key == ed25519("node-b").public
    assert found.marketplace.verifying_key == ed25519("market").public


@pytest.mark.parametrize(
    "unknown", ["", "did:web:university.example ", "DID:WEB:UNIVERSITY.EXAMPLE", "node-a", "0"]
)
def test_an_unknown_issuer_is_an_error_and_never_a_default(unknown: str):
    with pytest.raises(UnknownIssuerError, match="names no issuer"):
        registry().issuer(unknown, now=NOW)


@pytest.mark.parametrize("unknown", ["", "node-d", "NODE-A", "market", UNIVERSITY, "0"])
def test_an_unknown_node_is_an_error_and_never_a_default(unknown: str):
    with pytest.raises(UnknownNodeError, match="names no node"):
        registry().node(unknown, now=NOW)


def test_a_node_is_recognised_by_its_certificate():
    fingerprint = certificate_fingerprint(certificate("node-c"))

    assert registry().node_of_certificate(fingerprint, now=NOW).id == "node-c"


@pytest.mark.parametrize("name", ["market", "stranger"])
def test_a_certificate_of_no_node_is_an_error(name: str):
    with pytest.raises(UnknownNodeError, match="no node with this TLS certificate"):
        registry().node_of_certificate(certificate_fingerprint(certificate(name)), now=NOW)


def test_an_entry_counts_only_while_the_authority_says_so():
    ended = replace(
        registry(),
        issuers=tuple(replace(entry, valid_until=NOW) for entry in registry().issuers),
        nodes=tuple(replace(entry, valid_from=NOW + SECOND) for entry in registry().nodes),
    )

    assert ended.issuer(UNIVERSITY, now=NOW - SECOND)
    with pytest.raises(UntrustedIssuerError, match="does not hold at 2026-03-01T12:00:00Z"):
        ended.issuer(UNIVERSITY, now=NOW)
    assert ended.node("node-a", now=NOW + SECOND)
    with pytest.raises(UnknownNodeError, match="at 2026-03-01T12:00:00Z"):
        ended.node("node-a", now=NOW)
    with pytest.raises(UnknownNodeError):
        ended.node_of_certificate(certificate_fingerprint(certificate("node-a")), now=NOW)


def test_a_registry_that_has_run_out_answers_nothing_not_even_in_a_running_process():
    late = VALIDITY.end

    with pytest.raises(RegistryError, match="ran out at"):
        registry().issuer(UNIVERSITY, now=late)
    with pytest.raises(RegistryError, match="ran out at"):
        registry().node("node-a", now=late)
    with pytest.raises(RegistryError, match="ran out at"):
        registry().node_of_certificate(certificate_fingerprint(certificate("node-a")), now=late)


@pytest.mark.parametrize("now", [VALIDITY.start - SECOND, VALIDITY.end], ids=["before", "after"])
def test_a_registry_is_accepted_only_in_its_time(now: Any):
    with pytest.raises(RegistryError, match="the trust registry holds from"):
        verify_registry(TOKEN, AUTHORITY.public, now=now)


def test_a_registry_signed_by_another_authority_is_refused():
    with pytest.raises(RegistryError, match="does not verify"):
        verify_registry(TOKEN, ed25519("another authority").public, now=NOW)


def test_an_authority_signs_only_its_own_registry():
    with pytest.raises(RegistryError, match="only the authority"):
        sign_registry(registry(), ed25519("another authority"))


def test_another_token_of_the_authority_is_no_registry():
    payload = dict(parse_jws(TOKEN, "registry").payload)

    with pytest.raises(RegistryError, match="expected a token of type"):
        verify_registry(sign_jws(payload, AUTHORITY, typ="JWT"), AUTHORITY.public, now=NOW)


@pytest.mark.parametrize(
    "token", ["", "a.b.c", TOKEN[:-1], TOKEN + "\n", TOKEN.replace(".", "..", 1)], ids=range(5)
)
def test_what_is_no_signed_registry_is_refused(token: str):
    with pytest.raises(RegistryError):
        verify_registry(token, AUTHORITY.public, now=NOW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda payload: payload.update(version=2), "version: expected 1 to 1"),
        (lambda payload: payload.update(mirrors=[]), "unknown member 'mirrors'"),
        (lambda payload: payload.pop("nodes"), "nodes: missing"),
        (lambda payload: payload.pop("marketplace"), "marketplace: missing"),
        (lambda payload: payload.update(valid_until="2026-01-01"), "valid_until: expected a moment"),
        (lambda payload: payload.update(valid_until=utc_text(VALIDITY.start)), "ends before it begins"),
        (lambda payload: payload.update(nodes=[{}]), r"nodes\[0\].id: missing"),
    ],
    ids=range(7),
)
def test_a_registry_of_another_form_is_refused_although_it_was_signed(change: Any, message: str):
    with pytest.raises(RegistryError, match=message):
        verify_registry(resigned(change), AUTHORITY.public, now=NOW)


def test_a_node_named_twice_is_refused():
    with pytest.raises(RegistryError, match="names the same id twice: node-a"):
        assembled([*parts(), node("node-a")])


def test_an_issuer_named_twice_is_refused():
    with pytest.raises(RegistryError, match="names the same id twice"):
        assembled([*parts(), parts()[0]])


def test_an_id_is_one_partys_only_whatever_its_kind():
    with pytest.raises(RegistryError, match="names the same id twice: market"):
        assembled([*parts(), changed(node("node-d"), id="market")])


REPEATED: dict[str, tuple[dict[str, Any], str]] = {
    "two nodes, one key": ({"verifying_key": ed25519("node-a").public.to_jwk()}, "the same key twice"),
    "a node with the marketplace's key": (
        {"verifying_key": ed25519("market").public.to_jwk()},
        "same key twice",
    ),
    "a node with the authority's key": ({"verifying_key": AUTHORITY.public.to_jwk()}, "the same key twice"),
    "a node with an issuer's key": ({"verifying_key": es256("university").public.to_jwk()}, "same key twice"),
    "two nodes, one sealing key": (
        {"sealing_key": node("node-a")["node"]["sealing_key"]},  # type: ignore[index, call-overload]
        "the same sealing key twice",
    ),
    "two nodes, one certificate": ({"tls_certificate": certificate("node-a")}, "same TLS certificate twice"),
    "a node with the marketplace's certificate": (
        {"tls_certificate": certificate("market")},
        "the same TLS certificate twice",
    ),
    "two nodes, one address": ({"url": "https://node-a.example:7000"}, "the same url twice"),
}


@pytest.mark.parametrize(("changes", "message"), REPEATED.values(), ids=list(REPEATED))
def test_one_key_certificate_or_address_under_two_names_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(RegistryError, match=message):
        assembled([*parts(), changed(node("node-d"), **changes)])


def test_one_issuers_two_keys_are_two_keys():
    university: Any = parts()[0]
    university["issuer"]["keys"].append({"kid": "again", **es256("university").public.to_jwk()})

    with pytest.raises(RegistryError, match="names the same key twice"):
        assembled([university, *parts()[1:]])


def test_what_a_signed_registry_says_can_be_looked_at():
    token = sign_registry(registry(), AUTHORITY)

    assert [entry["id"] for entry in statement_of(token)["issuers"]] == [UNIVERSITY, CHAMBER]  # type: ignore[index, union-attr, call-overload]
    with pytest.raises(RegistryError):
        statement_of("x")
