"""Wallets and locks for the tests of passkeys."""

import json

from hypothesis import assume
from hypothesis import strategies as st

from ssi.passkey import NewPasskey, Site
from tests.wallet.fakes import MovingClock
from tests.wallet.soft_passkey import SoftPasskey
from wallet.domain.passkey import (
    PasskeyLock,
    make_passkey_lock,
    new_note,
)
from wallet.domain.session import Session

KEY, SECRET, ASKED, AGAIN = b"k" * 32, b"s" * 32, b"a" * 32, b"b" * 32

PASSWORD = "a quiet harbour"

PLACE = "table|row|column"

NEW = NewPasskey(b"an id", b"a public key", 0)

ELSEWHERE = Site("wallet.example.net", "https://wallet.example.net")


def same_wallet(one: Session, other: Session) -> bool:
    return other.vault.open(one.vault.seal(b"x", PLACE), PLACE) == b"x"


def a_lock(secret: bytes = SECRET, wallet_id: str = "one") -> PasskeyLock:
    note = new_note("anna", "my phone", MovingClock())
    return make_passkey_lock(KEY, secret, NEW, note, wallet_id=wallet_id)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def altered(told: str, path: tuple[str, ...], value: object) -> str:
    whole = json.loads(told)
    inner = whole["response"] if len(path) > 1 else whole
    assume(inner[path[-1]] != value)
    inner[path[-1]] = value
    return json.dumps(whole)


OUTSIDE = [("id",), ("rawId",), ("type",), ("response",), ("response", "clientDataJSON")]

SYNCED = SoftPasskey(counts=False)

STATEMENTS = [
    {},
    [],
    {"alg": -7, "sig": b"x"},
    {"x5c": [b"x"], "alg": -7, "sig": b"x"},
    {"x5c": 5},
    {
        "x5c": [bytes(100)],
        "alg": -65535,
        "sig": b"",
        "ver": "2.0",
        "certInfo": b"\xff" * 80,
        "pubArea": bytes(60),
    },
    {"ver": "1", "response": b"a.b.c"},
]
