"""No secret is in the tree: keys are made at first start, by whoever starts."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_layout import ROOT, our_files

# Test vectors of standards contain keys that the whole world knows.
KNOWN_TO_THE_WORLD = ("tests/vectors/",)
SECRETS = {
    "a private key in PEM": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}"),
    "a private key as JWK": re.compile(rb'"kty"[^{}]{0,300}"d"\s*:\s*"[A-Za-z0-9_-]{20,}"'),
    "a cloud key": re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an access token": re.compile(
        rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xox[abprs]-[\w-]{10,}|sk_live_\w{20,})"
    ),
    "a password in an address": re.compile(rb"\b[a-z+]{3,20}://[^\s:/@\"'{}<>]+:[^\s:/@\"'{}<>]{6,}@[\w.-]+"),
}
PRIVATE_FILES = re.compile(
    r"\.(pem|key|p12|pfx|jks|sqlite|sqlite3|db)$|(^|/)\.env$|(^|/)id_(rsa|ed25519|ecdsa)$"
)


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_is_in_the_tree(kind):
    found = [
        str(path.relative_to(ROOT))
        for path in our_files()
        if not str(path.relative_to(ROOT)).startswith(KNOWN_TO_THE_WORLD)
        and SECRETS[kind].search(path.read_bytes())
    ]

    assert found == []


def test_no_file_is_of_a_kind_that_holds_secrets():
    names = [str(path.relative_to(ROOT)) for path in our_files()]

    assert [name for name in names if PRIVATE_FILES.search(name)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a private key in PEM", "-----BEGIN EC PRIVATE " + "KEY-----\nMHcCAQEEIIGlR1pPq0m8"),
        (
            "a private key as JWK",
            '{"kty": "OKP", "crv": "Ed25519", "d' + '": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}',
        ),
        ("a cloud key", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("an access token", "ghp_" + "a" * 36),
        ("a password in an address", "postgresql://" + "market:correct-horse@db.example/market"),
    ],
)
def test_the_scan_finds_a_planted_secret(kind, text, tmp_path):
    planted = tmp_path / "planted"
    planted.write_text(text)

    assert SECRETS[kind].search(Path(planted).read_bytes())
