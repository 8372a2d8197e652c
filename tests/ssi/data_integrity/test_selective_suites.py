"""What both selective suites promise: what was signed can be shown in parts, and nothing else."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.bbs.keys import derive_key
from ssi.data_integrity.credentials import Verification, verify_credential
from ssi.data_integrity.selective.pointers import select
from ssi.data_integrity.selective_suites import SELECTIVE_SUITES
from ssi.did.did_key import did_key
from ssi.did.multibase import decode_base64url, encode_base64url
from ssi.did.public_key import KeyType, PublicKey
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    DataLossError,
    MalformedCredentialError,
    ProofError,
    VerificationMethodError,
)
from tests.ssi.data_integrity.selective.parties import (
    BBS,
    ECDSA,
    MANDATORY,
    PARTIES,
    SHOWN,
    Party,
    derived,
    issued,
    parts_of,
    with_parts,
)
from tests.ssi.data_integrity.test_mutations import CHANGES, places
from tests.ssi.did.keys import ed25519_signer, p256_signer
from tests.ssi.parties import NOW

parties = pytest.mark.parametrize("party", PARTIES, ids=lambda party: party.name)
OTHER_KEYS = {
    BBS.name: PublicKey(KeyType.BLS12_381_G2, derive_key(b"\x22" * 32).public.encode()),
    ECDSA.name: p256_signer("another").public_key,
}


def bare(credential: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in credential.items() if name != "proof"}


@parties
def test_what_is_shown_is_what_pointers_select(party):
    shown = derived(party)

    assert bare(shown) == select(bare(issued(party)), [*MANDATORY, *SHOWN])
    assert party.verify(shown) == bare(shown)
    assert "founded" not in str(shown)


@parties
def test_a_derived_credential_is_a_credential(party):
    verification = Verification(Resolver(), suites=SELECTIVE_SUITES)

    verified = verify_credential(derived(party), verification, now=NOW)

    assert verified.issuer == did_key(party.key)
    assert verified.document == bare(derived(party))


@parties
def test_a_holder_checks_what_she_received(party):
    party.verify_base(issued(party))

    with pytest.raises(AlteredCredentialError):
        party.verify_base(issued(party), OTHER_KEYS[party.name])


@parties
@pytest.mark.parametrize("mandatory", [(), MANDATORY, ("",)], ids=["none", "some", "all"])
def test_everything_can_be_shown(party, mandatory):
    credential = party.issue(mandatory=mandatory)

    shown = party.derive(credential, [""])

    assert bare(shown) == bare(credential)
    party.verify(shown)


@parties
def test_mandatory_statements_suffice(party):
    party.verify(party.derive(issued(party), []))


@parties
def test_nothing_at_all_cannot_be_shown(party):
    with pytest.raises(MalformedCredentialError, match="nothing is shown"):
        party.derive(party.issue(mandatory=()), [])


@parties
@pytest.mark.parametrize("pointer", ["/missing", "credentialSubject", "/credentialSubject/alumniOf/motto/2"])
def test_a_pointer_at_nothing_is_refused(party, pointer):
    with pytest.raises(MalformedCredentialError, match="pointer"):
        party.derive(issued(party), [pointer])
    with pytest.raises(MalformedCredentialError, match="pointer"):
        party.issue(mandatory=(pointer,))


@parties
def test_a_selection_that_covers_what_is_mandatory_shows_it_once(party):
    shown = party.derive(issued(party), ["/issuer", "/validFrom", "/validUntil"])

    party.verify(shown)
    assert bare(shown) == select(bare(issued(party)), [*MANDATORY, "/validUntil"])


@parties
def test_a_part_of_a_list_cannot_be_shown(party):
    context = {"list": {"@id": "urn:list", "@container": "@list"}}
    document = party.document()
    document["@context"] = [*document["@context"], context]
    document["credentialSubject"]["list"] = ["a", "b"]
    credential = party.issue(document)

    party.verify(party.derive(credential, ["/credentialSubject/list"]))
    with pytest.raises(DataLossError, match="whole"):
        party.derive(credential, ["/credentialSubject/list/0"])


@parties
def test_another_key_does_not_verify(party):
    with pytest.raises(AlteredCredentialError):
        party.verify(derived(party), OTHER_KEYS[party.name])


@parties
def test_a_key_of_another_type_is_refused(party):
    key = ed25519_signer("selective").public_key

    with pytest.raises(VerificationMethodError):
        party.verify(derived(party), key)
    with pytest.raises(VerificationMethodError):
        party.verify_base(issued(party), key)


@parties
def test_a_base_proof_is_not_taken_for_a_derived_one(party):
    with pytest.raises(ProofError, match="header"):
        party.verify(issued(party))
    with pytest.raises(ProofError, match="header"):
        party.verify_base(derived(party))
    with pytest.raises(ProofError, match="header"):
        party.derive(derived(party), [""])


@parties
def test_only_one_proof_of_the_suite_is_derived_from(party):
    credential = issued(party)
    other = issued(next(other for other in PARTIES if other is not party))["proof"]

    shown = party.derive({**credential, "proof": [other, credential["proof"]]}, SHOWN)

    party.verify(shown)
    with pytest.raises(ProofError, match="expected one"):
        party.derive({**credential, "proof": [credential["proof"], credential["proof"]]}, SHOWN)
    with pytest.raises(ProofError, match="expected one"):
        party.derive({**credential, "proof": other}, SHOWN)
    with pytest.raises(MalformedCredentialError):
        party.derive([], SHOWN)


@parties
def test_a_credential_that_was_changed_cannot_be_derived_from(party):
    credential = deepcopy(issued(party))
    credential["credentialSubject"]["alumniOf"]["founded"] = 1902

    with pytest.raises(AlteredCredentialError):
        party.derive(credential, SHOWN)


@parties
def test_a_wrong_hmac_key_is_found_before_anything_is_shown(party):
    place = {BBS.name: 3, ECDSA.name: 2}[party.name]
    parts = parts_of(issued(party))

    parts[place] = bytes(32)

    with pytest.raises(AlteredCredentialError):
        party.derive(with_parts(issued(party), parts), SHOWN)


@parties
def test_other_mandatory_pointers_than_the_issuers_do_not_verify(party):
    parts = parts_of(issued(party))

    parts[4] = ["/issuer"]

    with pytest.raises(AlteredCredentialError):
        party.verify_base(with_parts(issued(party), parts))
    with pytest.raises(AlteredCredentialError):
        party.derive(with_parts(issued(party), parts), SHOWN)


@parties
def test_a_mandatory_statement_cannot_be_left_out(party):
    shown = deepcopy(derived(party))
    del shown["validFrom"]

    with pytest.raises(CredentialError):
        party.verify(shown)


@parties
def test_a_statement_that_was_not_selected_cannot_be_added(party):
    shown = deepcopy(derived(party))
    shown["credentialSubject"]["alumniOf"]["founded"] = 1901

    with pytest.raises(AlteredCredentialError):
        party.verify(shown)


MANDATORY_INDEXES = {BBS.name: 2, ECDSA.name: 4}
LABELS = {BBS.name: 1, ECDSA.name: 3}


@parties
def test_another_mandatory_index_does_not_verify(party):
    place = MANDATORY_INDEXES[party.name]
    for indexes in ([], [0], [*parts_of(derived(party))[place], 999]):
        parts = parts_of(derived(party))
        parts[place] = indexes
        with pytest.raises(AlteredCredentialError):
            party.verify(with_parts(derived(party), parts))


@parties
def test_a_duplicate_index_is_refused(party):
    place = MANDATORY_INDEXES[party.name]
    parts = parts_of(derived(party))

    parts[place] = [*parts[place], parts[place][-1]]

    with pytest.raises(ProofError, match="ascend"):
        party.verify(with_parts(derived(party), parts))


@parties
def test_labels_are_one_for_each_blank_node(party):
    place = LABELS[party.name]
    labels = parts_of(derived(party))[place]
    first, second = list(labels)[:2]
    tampered = {
        "missing": {key: value for key, value in labels.items() if key != first},
        "too many": {**labels, max(labels) + 1: labels[first]},
        "one label for two": {**labels, second: labels[first]},
        "exchanged": {**labels, first: labels[second], second: labels[first]},
    }

    for changed in tampered.values():
        parts = parts_of(derived(party))
        parts[place] = changed
        with pytest.raises(AlteredCredentialError):
            party.verify(with_parts(derived(party), parts))


@parties
def test_a_huge_array_is_refused(party):
    parts = parts_of(derived(party))
    parts[MANDATORY_INDEXES[party.name]] = list(range(100_000))

    with pytest.raises(ProofError, match="at most"):
        party.verify(with_parts(derived(party), parts))


@parties
def test_bytes_cut_off_or_added_are_refused(party):
    raw = decode_base64url(derived(party)["proof"]["proofValue"])

    for changed in (raw[:-1], raw + b"\x00", raw[:3], raw[:2], b"", raw[:3] + b"\x9a\xff\xff\xff\xff"):
        proof = {**derived(party)["proof"], "proofValue": encode_base64url(changed)}
        with pytest.raises(ProofError):
            party.verify({**derived(party), "proof": proof})


@parties
def test_a_setting_of_the_proof_cannot_be_changed(party):
    proof = derived(party)["proof"]

    for changed in (
        {**proof, "created": "2020-01-01T00:00:00Z"},
        {**proof, "nonce": "another"},
        {name: value for name, value in proof.items() if name != "created"},
    ):
        with pytest.raises(AlteredCredentialError):
            party.verify({**derived(party), "proof": changed})


@pytest.mark.parametrize("change", CHANGES)
@parties
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_is_changed_in_a_derived_credential_it_does_not_verify(party, change, data):
    document = deepcopy(derived(party))
    path = data.draw(st.sampled_from([path for path in places(document) if len(path) > 0]))

    change(document, path)

    with pytest.raises(CredentialError):
        verify_credential(document, Verification(Resolver(), suites=SELECTIVE_SUITES), now=NOW)


@parties
@settings(max_examples=50)
@given(data=st.data())
def test_any_changed_bit_of_a_proof_value_is_refused(party, data):
    raw = bytearray(decode_base64url(derived(party)["proof"]["proofValue"]))
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(raw) - 1))

    raw[bit // 8] ^= 1 << bit % 8

    proof = {**derived(party)["proof"], "proofValue": encode_base64url(bytes(raw))}
    with pytest.raises(CredentialError):
        party.verify({**derived(party), "proof": proof})


names = st.sampled_from(["alumniOf", "degree", "grade"])
scalars = st.booleans() | st.integers(-9, 9) | st.floats(0.25, 0.75) | st.text('ab\u00e9"\\\n', max_size=4)
claims = st.recursive(
    scalars,
    lambda inner: (
        st.dictionaries(names, inner, max_size=3)
        | st.lists(inner, min_size=1, max_size=3).filter(lambda items: list not in map(type, items))
    ),
    max_leaves=8,
)
subjects = st.dictionaries(names, claims, max_size=3)


def pointers_into(value: Any, at: str = "") -> list[str]:
    members: Any = ()
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value)
    return [at, *(inner for name, member in members for inner in pointers_into(member, f"{at}/{name}"))]


@parties
@settings(max_examples=20)
@given(
    subject=st.dictionaries(st.sampled_from(["alumniOf", "degree", "grade"]), claims, max_size=3),
    data=st.data(),
)
def test_any_part_of_any_credential_can_be_shown(party: Party, subject, data):
    document = party.document(credentialSubject={"type": "Person", **subject})
    pointers = [f"/credentialSubject{inner}" for inner in pointers_into(subject)]
    mandatory = tuple(data.draw(st.lists(st.sampled_from(pointers), max_size=2)))
    selected = data.draw(st.lists(st.sampled_from(pointers), max_size=4))

    shown = party.derive(party.issue(document, ("/issuer", *mandatory)), selected)

    assert bare(shown) == select(document, ["/issuer", *mandatory, *selected])
    party.verify(shown)
