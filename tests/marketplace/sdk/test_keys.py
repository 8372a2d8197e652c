"""The key file: one simple document, kept from everybody else on the machine."""

import json
import stat
from datetime import timedelta
from typing import Any

import pytest

from consent.order import verify_mandate
from crypto.encoding import b64url_decode, b64url_encode
from crypto.signing import generate_ed25519
from marketplace.sdk.errors import KeyFileError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.private_jwk import write_private_jwk
from tests.marketplace.fakes import deterministic
from tests.marketplace.mpc_node.parties import MARKET, NOW

KEYS = BuyerKeys.create(deterministic())


def document() -> Any:
    return json.loads(json.dumps(KEYS.to_json()))


def test_a_key_file_comes_back_as_it_was_saved_and_others_cannot_read_it(tmp_path):
    path = tmp_path / "keys" / "buyer.json"
    KEYS.save(path)
    loaded = BuyerKeys.load(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded.credential_key.public == KEYS.credential_key.public
    assert [key.to_bytes() for key in loaded.result_keys] == [key.to_bytes() for key in KEYS.result_keys]


def test_the_document_is_the_one_that_the_browser_reads():
    found = document()

    assert set(found) == {"version", "credential_key_jwk", "result_keys"}
    assert set(found["credential_key_jwk"]) == {"kty", "crv", "x", "y", "d"}
    assert (found["version"], found["credential_key_jwk"]["crv"]) == (1, "P-256")
    assert [len(b64url_decode(key)) for key in found["result_keys"]] == [32, 32, 32]


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "buyer.json"
    KEYS.save(path)
    path.chmod(0o644)

    with pytest.raises(KeyFileError, match="chmod 600"):
        BuyerKeys.load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KeyFileError):
        BuyerKeys.load(tmp_path / "nothing.json")


def without(*path: str) -> Any:
    changed = document()
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return changed


def with_jwk(**members: str) -> Any:
    changed = document()
    changed["credential_key_jwk"] |= members
    return changed


@pytest.mark.parametrize(
    "broken",
    [
        {},
        [],
        without("version"),
        without("result_keys"),
        without("credential_key_jwk", "d"),
        document() | {"version": 2},
        document() | {"more": 1},
        document() | {"result_keys": document()["result_keys"][:2]},
        document() | {"result_keys": [document()["result_keys"][0]] * 3},
        document() | {"result_keys": ["AAAA", "BBBB", "CCCC"]},
        with_jwk(d=b64url_encode(bytes(32))),
        with_jwk(d=b64url_encode(b"\xff" * 32)),
        with_jwk(d=b64url_encode(b"\x01" * 32)),
        with_jwk(x=document()["credential_key_jwk"]["y"]),
        with_jwk(crv="P-384"),
    ],
)
def test_something_that_is_no_key_file_is_refused(broken):
    with pytest.raises(KeyFileError):
        BuyerKeys.from_json(json.dumps(broken))


def test_the_mandate_names_the_public_halves_of_the_result_keys():
    token = KEYS.mandate(buyer="us", marketplace=MARKET, now=NOW, valid_for=timedelta(days=5))

    mandate = verify_mandate(
        token, KEYS.credential_key.public, buyer="us", marketplace=MARKET, now=NOW + timedelta(days=4)
    )
    assert mandate.result_keys == tuple(key.public.to_bytes() for key in KEYS.result_keys)
    assert mandate.valid_until == NOW + timedelta(days=5)


def test_renewed_keys_keep_the_buyer_and_change_every_result_key():
    fresh = KEYS.renewed()

    assert fresh.credential_key.public == KEYS.credential_key.public
    old, new = ({key.to_bytes() for key in keys.result_keys} for keys in (KEYS, fresh))
    assert not old & new


def test_no_secret_is_shown_in_a_repr():
    assert repr(KEYS) == "BuyerKeys()"


def test_only_an_es256_key_has_this_private_form():
    with pytest.raises(ValueError, match="ES256"):
        write_private_jwk(generate_ed25519(deterministic()))
