"""Which label has a blank node when its statements are signed?

Not its canonical one, which says where it stands in the whole graph, but one that only the key of an HMAC
(RFC 2104, SHA-256) can compute: Data Integrity ECDSA Cryptosuites v1.0 §3.4.4, and its shuffled form, Data
Integrity BBS Cryptosuites v1.0 §3.3.1.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Final

from ssi.did.multibase import encode_base64url

HMAC_KEY_BYTES: Final = 32

LabelMap = Mapping[str, str]
"""A label for each label, both without the leading `_:`."""
LabelFunction = Callable[[LabelMap], dict[str, str]]
"""Makes new labels from the canonical ones: both maps have the labels of the input as keys."""


def hmac_labels(key: bytes) -> LabelFunction:
    """Labels `u…`: the HMAC of each canonical label in base64url."""

    def label(canonical: LabelMap) -> dict[str, str]:
        return {node: encode_base64url(_digest(key, name)) for node, name in canonical.items()}

    return label


def shuffled_labels(key: bytes) -> LabelFunction:
    """Labels `b0`, `b1`, …: the places of the nodes when sorted by those of `hmac_labels`."""

    def label(canonical: LabelMap) -> dict[str, str]:
        pseudorandom = hmac_labels(key)(canonical)
        order = sorted(pseudorandom, key=lambda node: pseudorandom[node])
        places = {node: f"b{place}" for place, node in enumerate(order)}
        return {node: places[node] for node in canonical}

    return label


def _digest(key: bytes, name: str) -> bytes:
    return hmac.digest(key, name.encode("ascii"), "sha256")
