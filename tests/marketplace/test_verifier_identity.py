from datetime import timedelta

import pytest
from click.testing import CliRunner

from crypto.encoding import canonical_json
from marketplace.api.app import create_api_app
from marketplace.bootstrap import duties_of, open_house, services_of
from marketplace.cli import main
from marketplace.config import Identity, Settings, make_folder
from marketplace.verifier_identity import (
    AUTHORITY,
    CERTIFICATE,
    KEY,
    VerifierIdentityError,
    make_verifier_files,
    read_verifier,
    renew_certificate,
)
from ssi.openid4vp.client_id import ClientIdPrefix
from ssi.x509 import names_of, read_pem, verify_chain
from tests.marketplace.asking import URL, verifier_in
from tests.marketplace.market import registry_token
from tests.marketplace.mpc_node.parties import MARKET, NOW, ed25519


def test_the_certificate_of_the_verifier_leads_to_its_authority(tmp_path):
    verifier = verifier_in(tmp_path)
    leaf, root = (read_pem((tmp_path / name).read_text(), name) for name in (CERTIFICATE, AUTHORITY))

    key = verify_chain([leaf], [root], now=NOW)

    assert key == verifier.identities[ClientIdPrefix.X509_HASH].key.public
    assert names_of(leaf).dns == ("market.example",)


def test_what_is_there_is_kept(tmp_path):
    before = verifier_in(tmp_path).identities
    make_verifier_files(tmp_path, "Market", URL, now=NOW + timedelta(days=1))

    after = read_verifier(tmp_path, "Market", URL)
    assert after is not None
    assert {name: each.client_id for name, each in after.identities.items()} == {
        name: each.client_id for name, each in before.items()
    }


def test_a_certificate_is_renewed_under_the_same_authority_and_name(tmp_path):
    verifier_in(tmp_path)
    later = NOW + timedelta(days=390)

    renew_certificate(tmp_path, "Market", URL, now=later)

    leaf, root = (read_pem((tmp_path / name).read_text(), name) for name in (CERTIFICATE, AUTHORITY))
    assert verify_chain([leaf], [root], now=later + timedelta(days=300))


def test_the_operator_renews_it_by_a_command_and_the_market_asks_with_it(tmp_path):
    folder = tmp_path / "market"
    make_folder(folder, Identity("did:web:market.example", "Market", URL), now=NOW)
    before = (folder / CERTIFICATE).read_bytes()
    options = ["--registry", "none", "--authority", "none"]

    said = CliRunner().invoke(main, ["renew-verifier", "--dir", str(folder), *options])

    assert (said.exit_code, said.output.strip()) == (0, str(folder / CERTIFICATE))
    assert (folder / CERTIFICATE).read_bytes() != before
    assert read_verifier(folder, "Market", URL) is not None


def test_a_market_as_it_is_served_has_doors_for_wallets(tmp_path):
    folder = tmp_path / "market"
    make_folder(folder, Identity(MARKET, "Market", "http://127.0.0.1:8000"), now=NOW)
    (tmp_path / "registry.jwt").write_text(registry_token())
    (tmp_path / "authority.json").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    house = open_house(
        Settings(folder, tmp_path / "registry.jwt", tmp_path / "authority.json"), clock=lambda: NOW
    )

    services = services_of(house, Settings(folder, tmp_path / "registry.jwt", tmp_path / "authority.json"))
    answered = create_api_app(services).test_client().get("/openid4vp/unheard-of/request")

    assert (answered.status_code, answered.get_json()["error"]) == (404, "invalid_request")
    deliver = duties_of(house, worker="w").deliver_notices
    assert deliver is not None
    assert deliver() == 0
    house.close()


def test_a_folder_from_before_cannot_ask(tmp_path):
    assert read_verifier(tmp_path, "Market", URL) is None


def test_files_that_are_not_what_they_should_be_are_refused(tmp_path):
    verifier_in(tmp_path)
    (tmp_path / CERTIFICATE).write_text("rubbish")
    with pytest.raises(VerifierIdentityError, match="is no certificate"):
        read_verifier(tmp_path, "Market", URL)
    (tmp_path / KEY).write_text("rubbish")
    with pytest.raises(VerifierIdentityError, match="is no key"):
        read_verifier(tmp_path, "Market", URL)
    (tmp_path / KEY).chmod(0o644)
    with pytest.raises(VerifierIdentityError, match="can be read by others"):
        read_verifier(tmp_path, "Market", URL)
