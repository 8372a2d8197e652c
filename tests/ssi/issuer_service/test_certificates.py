"""The issuer's key is certified by a root of its own, and everything that it signs says so."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from crypto.encoding import parse_json
from crypto.errors import SignatureError
from ssi.issuer_service.certificates import Certificates, CertifiedIssuer, certify
from ssi.issuer_service.cli import main
from ssi.issuer_service.errors import SettingsError
from ssi.issuer_service.folder import CERTIFICATES_FILE, certify_folder, open_folder
from ssi.x509 import names_of, read_chain, read_pem, verify_chain
from tests.ssi.issuer_service.visitors import URL, Office
from tests.ssi.parties import NOW, UNIVERSITY, es256

ISSUER = CertifiedIssuer("Example University", "https://issuer.example", "https://issuer.example")


def made() -> Certificates:
    return certify(ISSUER, es256("issuer"), es256("root"), now=NOW)


def test_the_chain_leads_from_the_key_to_the_root_and_names_the_issuer():
    certificates = made()
    chain = read_chain(list(certificates.x5c), "x5c")
    root = read_pem(certificates.root_pem, "root")

    assert verify_chain(chain, [root], now=NOW) == es256("issuer").public
    assert names_of(chain[0]).include("https://issuer.example")
    assert root not in chain


def test_the_certificate_holds_for_a_year():
    certificates = made()
    root = read_pem(certificates.root_pem, "root")
    with pytest.raises(SignatureError):
        verify_chain(certificates.chain, [root], now=NOW + timedelta(days=366))


def test_the_file_reads_as_it_was_written():
    certificates = made()

    assert Certificates.parse(certificates.to_pem()) == certificates
    assert certificates.key == es256("issuer").public


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_without_certificates_is_refused(pem: bytes):
    with pytest.raises(SettingsError):
        Certificates.parse(pem)


def test_certifying_again_keeps_the_root_and_tells_the_trust_authority(office: Office, folder: Path):
    first = certify_folder(folder, now=NOW, authority=es256("root"))
    again = certify_folder(folder, now=NOW + timedelta(days=300), authority=es256("another"))
    assert first.certificates
    assert again.certificates
    root = read_pem(first.certificates.root_pem, "root")

    assert verify_chain(again.certificates.chain[:1], [root], now=NOW + timedelta(days=600))
    assert again.certificates.root_pem == first.certificates.root_pem
    part = parse_json((folder / "public.json").read_bytes())
    assert again.certificates.root_pem.strip() in str(part).replace("\\n", "\n")
    assert names_of(again.certificates.chain[0]).uris == (UNIVERSITY, URL)
    assert open_folder(folder).issuer.header == {"x5c": list(again.certificates.x5c)}


def test_a_certificate_for_another_key_is_refused(office: Office, folder: Path):
    (folder / CERTIFICATES_FILE).write_bytes(made().to_pem())

    with pytest.raises(SettingsError, match="not for the key"):
        open_folder(folder)


def test_the_command_certifies_a_directory(office: Office, folder: Path):
    said = CliRunner().invoke(main, ["certificate", "--dir", str(folder)])

    assert said.exit_code == 0, said.output
    assert (folder / "root-key.pem").stat().st_mode & 0o077 == 0
    assert len(Certificates.parse((folder / CERTIFICATES_FILE).read_bytes()).chain) == 2
