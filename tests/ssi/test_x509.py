import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError, OutOfRangeError, SignatureError
from ssi.certificates import Lifetime, make_authority, make_certificate
from ssi.x509 import (
    MAX_CHAIN,
    certificate_hash,
    leaf_key,
    names_of,
    read_chain,
    read_pem,
    verify_chain,
    write_chain,
)
from tests.ssi.foreign import ACADEMY, KEY, LIFETIME, authority, certificate
from tests.ssi.parties import NOW, ed25519, es256

ROOT = authority().certificate
LEAF = certificate()


def private(label: str, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(1 + sum(label.encode()), curve or ec.SECP256R1())


def name(label: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])


def made(
    label: str,
    issuer: str,
    *extensions: tuple[x509.ExtensionType, bool],
    key: ec.EllipticCurvePrivateKey | None = None,
    algorithm: hashes.SHA256 | hashes.SHA3_256 | None = None,
    lifetime: Lifetime = LIFETIME,
) -> x509.Certificate:
    """A certificate of any kind; the keys of `label` and `issuer` follow from their names."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(label))
        .issuer_name(name(issuer))
        .public_key((key or private(label)).public_key())
        .serial_number(7)
        .not_valid_before(lifetime.start)
        .not_valid_after(lifetime.end)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(private(issuer), algorithm or hashes.SHA256())


def ca(*, length: int | None = None, is_ca: bool = True) -> tuple[x509.ExtensionType, bool]:
    return x509.BasicConstraints(ca=is_ca, path_length=length if is_ca else None), True


def usage(**uses: bool) -> tuple[x509.ExtensionType, bool]:
    members = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
        " crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{member: uses.get(member, False) for member in members.split()}), True


ALTERNATIVE = (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ACADEMY)]), False)
SIGNS = usage(digital_signature=True)
ISSUES = usage(key_cert_sign=True)
A_ROOT = made("root", "root", ca(), ISSUES)
A_LEAF = made("leaf", "middle", ALTERNATIVE, SIGNS)
NOT_POSITIVE = pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
"""The library warns of what is refused here anyway."""


def check(*chain: x509.Certificate, roots: tuple[x509.Certificate, ...] = (A_ROOT,), **later: Any) -> None:
    verify_chain(chain, roots, now=NOW + timedelta(**later))


@pytest.mark.parametrize("chain", [(LEAF,), (LEAF, ROOT)], ids=["without its root", "with its root"])
def test_a_self_made_certificate_leads_to_its_authority_with_its_key(chain: tuple[x509.Certificate, ...]):
    assert verify_chain(chain, [ROOT], now=NOW) == KEY.public


def test_an_authority_may_have_an_ed25519_key():
    edward = make_authority("Ed", ed25519("ca"), LIFETIME)
    leaf = make_certificate("Academy", KEY.public, edward, LIFETIME, dns=("academy.example",))

    assert verify_chain([leaf], [edward.certificate], now=NOW) == KEY.public


def test_a_chain_over_an_authority_in_between_is_followed():
    check(A_LEAF, made("middle", "root", ca(length=0), ISSUES))
    check(A_LEAF, made("middle", "root", ca(length=0), ISSUES), A_ROOT)


def test_a_pinned_end_entity_is_trusted_by_itself():
    check(A_LEAF, roots=(A_LEAF,))


def test_a_root_that_changed_its_key_is_told_from_the_one_of_the_same_name():
    again = made("root", "root", ca(), ISSUES, lifetime=Lifetime(NOW - timedelta(days=2), LIFETIME.end))
    other = authority("other").certificate

    assert verify_chain([LEAF], [other, again, ROOT], now=NOW) == KEY.public


REFUSED: dict[str, tuple[tuple[x509.Certificate, ...], str]] = {
    "a stranger's root": ((LEAF,), "leads to no root"),
    "a stranger's root sent along": ((LEAF, ROOT), "leads to no root"),
    "no authority in between": ((A_LEAF,), "leads to no root"),
    "the wrong order": ((A_LEAF, A_ROOT, made("middle", "root", ca(), ISSUES)), "not issued by the one"),
    "signed by another key of the name": (
        (A_LEAF, made("middle", "root", ca(), ISSUES, key=private("thief"))),
        "not issued by the one",
    ),
    "an end entity that issues": (
        (A_LEAF, made("middle", "root", ca(is_ca=False), ISSUES)),
        "no authority's has issued another",
    ),
    "no basic constraints": ((A_LEAF, made("middle", "root", ISSUES)), "no authority's has issued another"),
    "an authority not for certificates": (
        (A_LEAF, made("middle", "root", ca(), SIGNS)),
        "not made for issuing certificates",
    ),
    "a longer chain than allowed": (
        (
            made("leaf", "lower", ALTERNATIVE, SIGNS),
            made("lower", "middle", ca(), ISSUES),
            made("middle", "root", ca(length=0), ISSUES),
        ),
        "longer than an authority in it allows",
    ),
    "an authority as end entity": (
        (made("leaf", "root", ca(), ALTERNATIVE, ISSUES),),
        "end entity's belongs",
    ),
    "an end entity not for signatures": (
        (made("leaf", "root", ALTERNATIVE, usage(key_agreement=True)),),
        "not made for signatures",
    ),
    "name constraints": (
        (
            A_LEAF,
            made("middle", "root", ca(), (x509.NameConstraints([x509.DNSName("a.example")], None), True)),
        ),
        "critical extension",
    ),
    "after the root": (
        (A_LEAF, made("middle", "root", ca(), ISSUES), A_ROOT, LEAF),
        "after the trusted root",
    ),
    "an end entity that has run out": (
        (made("leaf", "root", SIGNS, lifetime=Lifetime(LIFETIME.start, NOW - timedelta(1))),),
        "valid from",
    ),
    "an authority that is not valid yet": (
        (A_LEAF, made("middle", "root", ca(), lifetime=Lifetime(NOW + timedelta(1), LIFETIME.end))),
        "valid from",
    ),
    "SHA-3": ((made("leaf", "root", SIGNS, algorithm=hashes.SHA3_256()),), "leads to no root"),
}


@pytest.mark.parametrize(("chain", "message"), REFUSED.values(), ids=list(REFUSED))
def test_a_chain_that_proves_nothing_is_refused(chain: tuple[x509.Certificate, ...], message: str):
    with pytest.raises(SignatureError, match=message):
        check(*chain)


def test_no_roots_trust_nobody():
    with pytest.raises(SignatureError, match="leads to no root"):
        check(LEAF, ROOT, roots=())


TLS_ONLY = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False)
DOCUMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
TLS_AND_MORE = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, DOCUMENTS]), True)


@pytest.mark.parametrize(
    "chain",
    [
        (made("leaf", "root", ALTERNATIVE, SIGNS, TLS_ONLY),),
        (A_LEAF, made("middle", "root", ca(), ISSUES, TLS_ONLY)),
    ],
    ids=["the end entity", "the authority in between"],
)
def test_a_certificate_for_tls_only_signs_no_credentials(chain: tuple[x509.Certificate, ...]):
    verify_chain(chain, [A_ROOT], now=NOW)

    with pytest.raises(SignatureError, match="made for TLS only"):
        verify_chain(chain, [A_ROOT], now=NOW, for_credentials=True)


def test_a_certificate_that_is_made_for_documents_as_well_signs_credentials():
    leaf = made("leaf", "root", ALTERNATIVE, SIGNS, TLS_AND_MORE)

    verify_chain([leaf], [A_ROOT], now=NOW, for_credentials=True)
    verify_chain([A_LEAF, made("middle", "root", ca(), ISSUES)], [A_ROOT], now=NOW, for_credentials=True)


@pytest.mark.parametrize("days", [-20, 400])
def test_a_root_counts_only_while_it_is_valid(days: int):
    with pytest.raises(SignatureError, match="valid from"):
        check(A_LEAF, made("middle", "root", ca(), ISSUES), days=days)


def test_the_end_entitys_key_is_on_p_256():
    large = made("leaf", "root", SIGNS, key=private("leaf", ec.SECP384R1()))

    with pytest.raises(MalformedError, match="expected a key on P-256"):
        check(large)
    with pytest.raises(MalformedError, match="expected a key on P-256"):
        leaf_key(large)


def test_the_names_are_uris_and_dns_names_but_never_the_common_name():
    both = make_certificate(
        "common.example",
        es256("x").public,
        authority(),
        LIFETIME,
        uris=("did:web:a.example",),
        dns=("A.example",),
    )

    names = names_of(both)

    assert names.include("did:web:a.example")
    assert names.include("https://a.example/issuer")
    assert names.include("https://a.example:8443")
    assert not names.include("http://a.example")
    assert not names.include("https://b.a.example")
    assert not names.include("https://common.example")
    assert not names_of(A_ROOT).include("https://root")
    assert not names.include("https://[")


def test_a_certificate_without_a_name_is_not_made():
    with pytest.raises(OutOfRangeError, match="a URI or a DNS name"):
        make_certificate("Academy", KEY.public, authority(), LIFETIME)


def test_a_header_of_a_chain_reads_back():
    assert read_chain(write_chain([LEAF, ROOT]), "x5c") == (LEAF, ROOT)


BROKEN: dict[str, Any] = {
    "no list": "x",
    "empty": [],
    "too many": write_chain([certificate(es256(str(n))) for n in range(MAX_CHAIN + 1)]),
    "no text": [1],
    "base64url": [base64.urlsafe_b64encode(LEAF.public_bytes(Encoding.DER)).decode().rstrip("=") + "-_"],
    "pem": [LEAF.public_bytes(Encoding.PEM).decode()],
    "no certificate": ["AAAA"],
    "twice": write_chain([LEAF, LEAF]),
    "not ascii": ["é"],
}


@pytest.mark.parametrize("x5c", BROKEN.values(), ids=list(BROKEN))
def test_a_header_that_is_no_chain_is_refused(x5c: Any):
    with pytest.raises(MalformedError, match=r"^header"):
        read_chain(x5c, "header")


@NOT_POSITIVE
@pytest.mark.parametrize("serial", [b"\x00", b"\xff"], ids=["zero", "minus one"])
def test_a_certificate_without_a_positive_serial_number_is_refused(serial: bytes):
    der = A_LEAF.public_bytes(Encoding.DER)
    before_serial = bytes.fromhex("a00302010202 01")
    changed = der.replace(before_serial + b"\x07", before_serial + serial)
    assert changed != der

    with pytest.raises(MalformedError, match=r"^header\[0\]"):
        read_chain([base64.b64encode(changed).decode()], "header")
    pem = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(changed).decode()}-----END CERTIFICATE-----\n"
    with pytest.raises(MalformedError, match="expected one"):
        read_pem(pem, "root")


def test_a_certificate_of_a_version_that_there_is_not_is_refused():
    der = A_LEAF.public_bytes(Encoding.DER)
    changed = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020103"))

    with pytest.raises(MalformedError, match=r"^header\[0\]"):
        read_chain([base64.b64encode(changed).decode()], "header")


@NOT_POSITIVE
@given(st.data())
def test_a_certificate_with_any_changed_byte_proves_nothing(data: st.DataObject):
    der = bytearray(LEAF.public_bytes(Encoding.DER))
    der[data.draw(st.integers(0, len(der) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises((MalformedError, SignatureError)):
        verify_chain(read_chain([base64.b64encode(der).decode()], "x5c"), [ROOT], now=NOW)


@pytest.mark.parametrize("text", ["", "x", "é", authority().pem * 2])
def test_a_root_is_one_certificate_in_pem(text: str):
    with pytest.raises(MalformedError, match=r"expected one X\.509 certificate in PEM"):
        read_pem(text, "root")


def test_a_certificate_is_named_by_the_hash_of_its_der_form():
    assert certificate_hash(read_pem(authority().pem, "root")) == certificate_hash(ROOT)
    assert len(certificate_hash(ROOT)) == 43
