import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from crypto.encoding import b64url_encode, sha256
from ssi.hosting.errors import CertificateError
from ssi.hosting.tls import CertificateFiles, ServerTls, fingerprint_of_der, make_certificate
from ssi.trust_entries import certificate_fingerprint

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_certificate(
        tmp_path_factory.mktemp("tls"), "node-a", now=NOW, hosts=("node.example", "10.1.2.3")
    )


@pytest.fixture(scope="module")
def certificate(files):
    return x509.load_pem_x509_certificate(files.pem.encode())


def test_the_certificate_names_its_hosts(certificate):
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["node.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.1.2.3"]


def test_the_certificate_cannot_vouch_for_another(certificate):
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value

    assert constraints.critical
    assert not constraints.value.ca
    assert not usage.key_cert_sign


def test_the_certificate_is_on_p256_and_signed_by_itself(certificate):
    assert isinstance(certificate.public_key().curve, ec.SECP256R1)
    certificate.verify_directly_issued_by(certificate)


def test_the_certificate_holds_for_the_stated_time(certificate):
    assert certificate.not_valid_before_utc == NOW - timedelta(minutes=5)
    assert certificate.not_valid_after_utc == NOW + timedelta(days=825)


def test_the_key_is_for_its_owner_only(files):
    assert files.key.stat().st_mode & 0o777 == 0o600


def test_a_long_name_is_cut_to_what_the_standard_allows(tmp_path):
    long = make_certificate(tmp_path, "n" * 200, now=NOW)

    subject = x509.load_pem_x509_certificate(long.pem.encode()).subject
    assert subject.rfc4514_string() == "CN=" + "n" * 64


def test_the_fingerprint_is_the_digest_of_the_certificate(files):
    der = ssl.PEM_cert_to_DER_cert(files.pem)

    assert certificate_fingerprint(files.pem) == fingerprint_of_der(der) == b64url_encode(sha256(der))


def test_a_server_speaks_tls_1_3_only(files):
    context = ServerTls(files).context()

    assert context.minimum_version == ssl.TLSVersion.TLSv1_3
    assert context.verify_mode == ssl.CERT_NONE


def test_a_server_with_peers_asks_for_their_certificates(files):
    context = ServerTls(files, peers=(files.pem,)).context()

    assert context.verify_mode == ssl.CERT_OPTIONAL
    assert len(context.get_ca_certs()) <= 1  # nobody but the peers is trusted


@pytest.mark.parametrize("peers", [("not a certificate",), ("-----BEGIN CERTIFICATE-----",)])
def test_a_peer_that_is_no_certificate_is_refused(files, peers):
    with pytest.raises(CertificateError):
        ServerTls(files, peers=peers).context()


def test_files_that_are_missing_are_refused(tmp_path):
    with pytest.raises(CertificateError):
        ServerTls(CertificateFiles(tmp_path / "a.pem", tmp_path / "a.key")).context()
