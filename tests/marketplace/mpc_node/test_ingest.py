"""Which contributions come in, and that every lie about one is refused by name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.contribution import Contribution
from consent.record import sign_withdrawal
from crypto.commitments import commit
from crypto.encoding import b64url_encode
from crypto.sealing import SealingKey
from marketplace.mpc_node.aggregation.ingest import IngestEncrypted
from marketplace.mpc_node.contribution_check import IngestRefusal, ThisNode
from marketplace.mpc_node.ingest import IngestContributions
from ssi.credential import present
from ssi.issuance import IssuerKey
from tests.marketplace.mpc_node.parties import (
    ISSUER,
    NAMES,
    NOW,
    UNIVERSITY,
    assembled,
    es256,
    node_keys,
    parts,
    random_of,
)
from tests.marketplace.mpc_node.people import (
    PLAIN,
    POLICY,
    Offer,
    contribution_of,
    credential_of,
    people,
    person,
    withdrawal_of,
)
from tests.marketplace.mpc_node.tampering import opened_bundle, rewrapped, sealed_bundle, signed_again
from tests.marketplace.mpc_node.town import Town

HER = person(1)


def reason_for(town: Town, made: Contribution, *, node: str = "node-a") -> str | None:
    """Why a node refuses a contribution; None when it takes it."""
    (verdict,) = town.contribute(node, made)
    assert verdict["accepted"] == (verdict["reason"] is None)
    reason: str | None = verdict["reason"]
    return reason


def held(town: Town, node: str = "node-a") -> bool:
    """Whether a node holds anything of her."""
    return HER.consent_id in town.nodes[node].contributions.find([HER.consent_id])


@pytest.mark.parametrize("node", NAMES)
def test_a_sound_contribution_is_accepted_and_held(town: Town, node):
    assert reason_for(town, contribution_of(HER), node=node) is None
    assert held(town, node)


def test_shares_rest_sealed(town: Town):
    reason_for(town, contribution_of(HER))
    store, folder = town.nodes["node-a"].contributions, town.folder / "node-a"

    shares = store.shares([HER.consent_id])[HER.consent_id]

    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert list(folder.glob("shares/*.npy"))
    assert len(shares) == 2 * 60 * 8
    assert not [at for at in range(0, len(shares), 8) if shares[at : at + 8] in everything]


def test_the_same_contribution_again_is_accepted_again(town: Town):
    reason_for(town, contribution_of(HER))

    assert reason_for(town, contribution_of(HER)) is None


def test_the_same_contribution_twice_in_one_batch_is_held_once(town: Town):
    verdicts = town.contribute("node-a", contribution_of(HER), contribution_of(HER))

    assert [each["accepted"] for each in verdicts] == [True, True]


def test_another_body_under_the_same_consent_id_is_refused(town: Town):
    reason_for(town, contribution_of(HER))
    dearer = Offer(policy=replace(POLICY, compensation_cents=999))

    assert reason_for(town, contribution_of(HER, dearer)) == "other_body"


def test_somebody_elses_contribution_under_her_consent_id_is_refused(town: Town):
    reason_for(town, contribution_of(HER))
    stolen = contribution_of(person(2), Offer(consent_id=HER.consent_id))

    assert reason_for(town, stolen) == "other_body"


def test_shares_that_do_not_open_the_issuers_commitment_are_refused(town: Town):
    better = {**HER.values, "exam_score": 3.9}
    lie = contribution_of(HER, Offer(shared_values=better))

    assert reason_for(town, lie) == "commitments_do_not_combine"
    assert not held(town)


@pytest.mark.parametrize("node", NAMES)
def test_shares_other_than_those_committed_to_are_refused(town: Town, node):
    made, other = contribution_of(HER), contribution_of(person(2))
    # Commitments that combine to the signed one, around shares of somebody else's record.
    swapped = signed_again(replace(made, bundles=rewrapped(other, HER.consent_id)))

    assert reason_for(town, swapped, node=node) == "shares_do_not_open"
    assert not held(town, node)


def test_one_lie_in_a_batch_does_not_touch_the_others(town: Town):
    made, other = contribution_of(HER), contribution_of(person(2))
    lie = signed_again(replace(made, bundles=rewrapped(other, HER.consent_id)))
    honest = [contribution_of(each) for each in people(6)[1:]]

    verdicts = town.contribute("node-a", *honest[:2], lie, *honest[2:])

    assert [each["reason"] for each in verdicts] == [None, None, "shares_do_not_open", None, None, None]


def test_a_swapped_commitment_is_refused(town: Town):
    made = contribution_of(HER)
    other = commit([1], 1, domain="argonauta/exam/1").to_bytes()
    swapped = signed_again(replace(made, commitments=(other, *made.commitments[1:])))

    assert reason_for(town, swapped) == "commitments_do_not_combine"


def test_a_commitment_that_is_no_point_is_refused(town: Town):
    made = contribution_of(HER)
    swapped = signed_again(replace(made, commitments=(bytes(33), *made.commitments[1:])))

    assert reason_for(town, swapped) == "malformed"


def test_a_credential_of_an_issuer_outside_the_registry_is_refused(town: Town):
    stranger = IssuerKey("did:web:diploma-mill.example", "k1", es256("mill"))

    assert reason_for(town, contribution_of(HER, Offer(issuer=stranger))) == "untrusted_issuer"


def test_a_credential_signed_with_a_key_that_the_registry_does_not_name_is_refused(town: Town):
    renamed = IssuerKey(UNIVERSITY, "another-key", es256("mill"))

    assert reason_for(town, contribution_of(HER, Offer(issuer=renamed))) == "untrusted_issuer"


def test_a_credential_with_a_forged_signature_is_refused(town: Town):
    forged = IssuerKey(UNIVERSITY, ISSUER.kid, es256("mill"))

    assert reason_for(town, contribution_of(HER, Offer(issuer=forged))) == "altered_credential"


def test_an_expired_credential_is_refused(town: Town):
    assert reason_for(town, contribution_of(HER, Offer(expires_at=NOW))) == "credential_expired"


def test_a_credential_with_an_altered_claim_is_refused(town: Town):
    made = contribution_of(HER)
    head, payload, signature = made.presentation.partition("~")[0].split(".")
    altered = payload[:-8] + ("A" if payload[-8] != "A" else "B") + payload[-7:]
    tampered = made.presentation.replace(f"{head}.{payload}.{signature}", f"{head}.{altered}.{signature}")

    assert reason_for(town, replace(made, presentation=tampered)) in {
        "altered_credential",
        "credential_refused",
        "untrusted_issuer",
    }


def test_a_disclosure_of_another_credential_is_refused(town: Town):
    made, other = contribution_of(HER), contribution_of(person(2))
    own, theirs = made.presentation.split("~")[1], other.presentation.split("~")[1]
    mixed = replace(made, presentation=made.presentation.replace(own, theirs))

    assert reason_for(town, mixed) == "credential_refused"


def test_a_presentation_that_shows_a_private_attribute_is_refused(town: Town):
    open_hearted = Offer(disclose=frozenset({"school_type", "exam_score"}))

    assert reason_for(town, contribution_of(HER, open_hearted)) == "shows_private_attribute"


def test_a_presentation_that_shows_the_opening_of_the_commitment_is_refused(town: Town):
    open_hearted = Offer(disclose=frozenset({"school_type", "commitment_opening"}))

    assert reason_for(town, contribution_of(HER, open_hearted)) == "shows_private_attribute"


def test_a_presentation_without_a_required_public_attribute_is_refused(town: Town):
    stripped = replace(contribution_of(HER), presentation=present(credential_of(HER, PLAIN), frozenset()))

    assert reason_for(town, stripped) == "hides_public_attribute"


def test_a_consent_signed_by_somebody_else_is_refused(town: Town):
    forged = Offer(consent_key=es256("somebody else"))

    assert reason_for(town, contribution_of(HER, forged)) == "consent_signature"


def test_a_consent_about_another_credential_is_refused(town: Town):
    made = contribution_of(HER)
    newer = replace(
        made, presentation=contribution_of(HER, Offer(expires_at=NOW + timedelta(9))).presentation
    )

    assert reason_for(town, newer) == "consent_mismatch"


def test_a_consent_for_other_inputs_is_refused(town: Town):
    made = contribution_of(HER)
    swapped = replace(made, commitments=(made.commitments[1], made.commitments[0], made.commitments[2]))

    assert reason_for(town, swapped) == "consent_mismatch"


def test_a_swapped_bundle_is_refused(town: Town):
    document = contribution_of(HER).for_node("node-a").to_json()
    document["bundle"] = b64url_encode(b"something else")

    answer = town.post("node-a", "/v1/contributions", {"contributions": [document]})

    assert answer.json["results"][0]["reason"] == "bundle_mismatch"


def test_a_bundle_sealed_for_another_role_does_not_open(town: Town):
    made = contribution_of(HER)
    crossed = {**made.bundles, "node-a": made.bundles["node-b"]}

    assert reason_for(town, signed_again(replace(made, bundles=crossed))) == "bundle_does_not_open"


def test_a_bundle_sealed_for_another_consent_does_not_open(town: Town):
    made = contribution_of(HER)
    moved = signed_again(made, Offer(consent_id=person(99).consent_id))

    assert reason_for(town, moved) == "bundle_does_not_open"


def test_a_component_out_of_range_is_refused(town: Town):
    made = contribution_of(HER)
    plain = opened_bundle(made, "node-b")
    # The explicit component follows the seed; its first value becomes far too large.
    start = 2 + 4 + 34 + 2
    wide = plain[:start] + b"\x7f" + plain[start + 1 :]
    bundles = {**made.bundles, "node-b": sealed_bundle(wide, "node-b", HER.consent_id)}

    assert reason_for(town, signed_again(replace(made, bundles=bundles)), node="node-b") == (
        "shares_out_of_range"
    )


def test_a_consent_that_does_not_name_this_node_is_refused(town: Town):
    elsewhere = Offer(policy=replace(POLICY, node_ids=("node-d", "node-b", "node-c")))
    made = contribution_of(HER, elsewhere)
    document = {**made.for_node("node-b").to_json()}

    answer = town.post("node-a", "/v1/contributions", {"contributions": [document]})

    assert answer.json["results"][0]["reason"] == "not_for_this_node"


def test_a_consent_that_names_a_node_outside_the_registry_is_refused(town: Town):
    made = contribution_of(HER)
    elsewhere = Offer(policy=replace(POLICY, node_ids=("node-a", "node-b", "node-x")))
    bundles = {"node-x" if name == "node-c" else name: sealed for name, sealed in made.bundles.items()}

    assert reason_for(town, signed_again(replace(made, bundles=bundles), elsewhere)) == "unknown_node"


def test_a_consent_to_another_marketplace_is_refused(town: Town):
    elsewhere = Offer(controller="did:web:other-market.example")

    assert reason_for(town, contribution_of(HER, elsewhere)) == "other_marketplace"


def test_a_consent_that_has_run_out_is_refused(town: Town):
    made = contribution_of(HER)
    town.moment = POLICY.valid_until

    assert reason_for(town, made) == "consent_expired"


def test_what_was_withdrawn_does_not_come_in_again(town: Town):
    reason_for(town, contribution_of(HER))
    town.post("node-a", "/v1/withdrawals", {"withdrawal": withdrawal_of(HER)}, caller=None)

    assert reason_for(town, contribution_of(HER)) == "withdrawn"
    assert not held(town)


def test_a_withdrawal_that_overtakes_its_contribution_keeps_it_out(town: Town):
    early = town.post("node-a", "/v1/withdrawals", {"withdrawal": withdrawal_of(HER)}, caller=None)

    assert early.status_code == 404
    assert reason_for(town, contribution_of(HER)) == "withdrawn"
    assert not held(town)


def test_a_strangers_withdrawal_that_came_before_keeps_nothing_out(town: Town):
    forged = sign_withdrawal(HER.consent_id, NOW, es256("somebody else"))
    town.post("node-a", "/v1/withdrawals", {"withdrawal": forged}, caller=None)

    assert reason_for(town, contribution_of(HER)) is None


@pytest.mark.parametrize("document", [None, [], {}, {"consent": "x"}, "text", 7])
def test_what_is_no_contribution_is_refused_without_harm(town: Town, document):
    good = contribution_of(HER).for_node("node-a").to_json()

    answer = town.post("node-a", "/v1/contributions", {"contributions": [document, good]})

    assert [each["reason"] for each in answer.json["results"]] == ["malformed", None]


def test_an_issuer_that_left_the_registry_brings_nothing_in(town: Town):
    town.registry = assembled(parts(with_university=False))

    assert reason_for(town, contribution_of(HER)) == "untrusted_issuer"


def test_a_registry_that_has_run_out_stops_everything(town: Town):
    town.registry = assembled(parts(), end=NOW)
    document = contribution_of(HER).for_node("node-a").to_json()

    answer = town.post("node-a", "/v1/contributions", {"contributions": [document]})

    assert answer.status_code == 503


def test_openings_are_checked_with_fresh_randomness(town: Town):
    drawn: list[int] = []

    def counting(length: int) -> bytes:
        drawn.append(length)
        return bytes(length - 1) + b"\x01"

    node = town.nodes["node-a"]
    ingest = IngestContributions(
        ThisNode("node-a", node.keys.sealing),
        node.contributions,
        node.papers,
        IngestEncrypted(node.aggregation.records, counting),
        clock=lambda: NOW,
        random=counting,
    )

    ingest([contribution_of(each).for_node("node-a").to_json() for each in people(2)])

    assert sum(drawn) == 4 * 16


def test_a_bundle_sealed_to_a_key_of_before_comes_in_as_well(town: Town):
    plain, node = SealingKey.generate(random_of("plain")), town.nodes["node-a"]
    keys = {name: node_keys(name).sealing.public for name in NAMES} | {"node-a": plain.public}
    made = contribution_of(HER, Offer(sealing_keys=keys))
    documents = [made.for_node("node-a").to_json()]

    for key, reason in ((node.keys.sealing, IngestRefusal.BUNDLE_DOES_NOT_OPEN), (plain, None)):
        ingest = IngestContributions(
            ThisNode("node-a", key),
            node.contributions,
            node.papers,
            IngestEncrypted(node.aggregation.records, node.around.random),
            clock=lambda: NOW,
        )
        (verdict,) = ingest(documents)
        assert verdict.reason is reason


def test_liars_in_one_batch_are_refused_each_for_its_own_reason(town: Town):
    honest = [contribution_of(each) for each in people(24)]
    other = contribution_of(person(30))
    swapped = signed_again(
        replace(honest[3], bundles=rewrapped(other, person(4).consent_id)), someone=person(4)
    )
    better = contribution_of(person(9), Offer(shared_values={**person(9).values, "exam_score": 3.9}))
    honest[3], honest[8] = swapped, better

    verdicts = town.contribute("node-a", *honest)

    reasons = {index: each["reason"] for index, each in enumerate(verdicts) if not each["accepted"]}
    assert reasons == {3: "shares_do_not_open", 8: "commitments_do_not_combine"}
