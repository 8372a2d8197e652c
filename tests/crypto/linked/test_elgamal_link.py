"""A contribution that holds what was signed is proved, whatever the record and the columns."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.commitments import commit
from crypto.curve import INFINITY, ORDER
from crypto.elgamal.ciphertext import add, encrypt, rerandomize
from crypto.elgamal.decryption import decrypt, decrypt_partially
from crypto.linked.elgamal_link import (
    encrypt_linked,
    find_wrong,
    prove_linked,
    verify_all_linked,
    verify_linked,
)
from crypto.linked.statement import Terms
from tests.crypto.elgamal.parties import key_shares
from tests.crypto.linked.elgamal_links import HERS, KEY, PROOF
from tests.crypto.linked.records import (
    CONTEXT,
    DOMAIN,
    RANDOM,
    TERMS,
    VALUES,
    record,
    terms,
)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=6), st.data())
def test_every_choice_of_columns_of_every_record_is_proved(values, data):
    columns = range(len(values))
    chosen = tuple(sorted(data.draw(st.sets(st.sampled_from(columns), min_size=1))))
    linked = encrypt_linked(KEY, record(tuple(values)), Terms(CONTEXT, DOMAIN, len(values), chosen), RANDOM)

    assert verify_linked(KEY, linked, RANDOM) == linked.ciphertext


def test_what_was_signed_is_what_the_parties_open():
    people = [record((7, 0, one, 0, 250, 9)) for one in (0, 1, 1)]
    sent = [encrypt_linked(KEY, each, terms(f"consent {n}"), RANDOM) for n, each in enumerate(people)]
    total = rerandomize(KEY, add(verify_all_linked(KEY, sent, RANDOM)), RANDOM)
    parts = [decrypt_partially(share, total, RANDOM) for share in key_shares()[:2]]

    assert decrypt(KEY, total, parts, low=0, high=100) == (21, 2, 0)


@pytest.mark.parametrize("values", [(0,) * 6, (0, 0, 1, 0, 0, 0)])
def test_columns_of_zeros_are_proved_like_any_other(values):
    linked = encrypt_linked(KEY, record(values), TERMS, RANDOM)

    assert verify_linked(KEY, linked, RANDOM) == linked.ciphertext
    points = (linked.commitment, *linked.proof.commitments, *(b.masked for b in linked.ciphertext.bins))
    assert INFINITY not in points
    assert len(linked.proof.encode()) == len(PROOF)


def test_a_value_that_is_off_by_the_group_order_is_the_same_value():
    """Both are one group element: the commitment and the ciphertext are those of the value itself."""
    shifted = replace(HERS, values=(VALUES[0] + ORDER, *VALUES[1:-1], VALUES[-1] - ORDER))
    assert commit(shifted.values, shifted.blinding, domain=DOMAIN) == HERS.commitment

    linked = prove_linked(KEY, shifted, encrypt(KEY, (7, 1, 0), RANDOM), TERMS, RANDOM)

    assert verify_linked(KEY, linked, RANDOM) == linked.ciphertext


@pytest.mark.slow
def test_a_batch_of_real_size_passes_and_its_liar_is_named():
    columns, chosen = 60, tuple(range(0, 48, 3))
    under = [Terms(replace(CONTEXT, consent=str(n)), DOMAIN, columns, chosen) for n in range(100)]
    people = [record(tuple(n * place % 100 for place in range(columns))) for n in range(100)]
    batch = [encrypt_linked(KEY, who, one, RANDOM) for who, one in zip(people, under, strict=True)]
    assert len(verify_all_linked(KEY, batch, RANDOM)) == 100

    batch[63] = replace(batch[63], ciphertext=batch[62].ciphertext)

    assert find_wrong(KEY, batch, RANDOM) == (63,)
