"""A contribution that is linked to what was signed, and a prover that cheats."""

import pytest

from crypto.errors import ProofError
from crypto.linked.elgamal_link import (
    encrypt_linked,
    verify_linked,
)
from tests.crypto.linked.records import (
    RANDOM,
    TERMS,
    record,
    threshold_key,
)

KEY, OTHER = threshold_key(), threshold_key("another")
HERS = record()
LINKED = encrypt_linked(KEY, HERS, TERMS, RANDOM)
PROOF = LINKED.proof.encode()


def refused(linked, key=KEY):
    with pytest.raises(ProofError, match="ciphertexts that do not hold what was signed: 0"):
        verify_linked(key, linked, RANDOM)
    return True
