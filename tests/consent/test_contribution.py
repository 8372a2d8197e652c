import pytest

from consent.contribution import Contribution, NodeContribution, bundle_context
from consent.errors import MismatchError
from crypto.encoding import b64url_encode, canonical_json, digest_of, parse_json, sha256
from crypto.errors import MalformedError
from tests.consent.examples import CONSENT_ID, CONTRIBUTION, NODES, loose


def test_a_contribution_survives_being_written():
    assert Contribution.from_json(parse_json(canonical_json(CONTRIBUTION.to_json()))) == CONTRIBUTION


@pytest.mark.parametrize("node", NODES)
def test_a_node_gets_its_own_bundle_and_the_digests_of_all(node):
    copied = CONTRIBUTION.for_node(node)

    assert copied.require_bundle_of(node) == CONTRIBUTION.bundles[node]
    assert copied.bundle_digests == CONTRIBUTION.bundle_digests
    assert NodeContribution.from_json(parse_json(canonical_json(copied.to_json()))) == copied


def test_no_bundle_of_another_node_is_in_what_a_node_gets():
    document = canonical_json(CONTRIBUTION.for_node("node-a").to_json())

    assert b64url_encode(CONTRIBUTION.bundles["node-a"]).encode() in document
    assert b64url_encode(CONTRIBUTION.bundles["node-b"]).encode() not in document


def test_the_inputs_digest_is_the_same_for_everybody():
    expected = digest_of(
        {
            "commitments": [b64url_encode(each) for each in CONTRIBUTION.commitments],
            "bundle_digests": {
                node: b64url_encode(sha256(sealed)) for node, sealed in CONTRIBUTION.bundles.items()
            },
        }
    )

    assert CONTRIBUTION.inputs_digest == expected
    assert all(CONTRIBUTION.for_node(node).inputs_digest == expected for node in NODES)


def test_a_bundle_of_another_node_is_refused():
    with pytest.raises(MismatchError):
        CONTRIBUTION.for_node("node-a").require_bundle_of("node-b")


def test_a_node_for_which_nothing_was_sealed_gets_nothing():
    with pytest.raises(MismatchError):
        CONTRIBUTION.for_node("node-d")
    with pytest.raises(MismatchError):
        CONTRIBUTION.for_node("node-a").require_bundle_of("node-d")


def test_a_bundle_is_bound_to_consent_node_role_and_data_set():
    contexts = {
        bundle_context(CONSENT_ID, node_id="node-a", role=0, data_set="exam/1"),
        bundle_context(CONSENT_ID + "0", node_id="node-a", role=0, data_set="exam/1"),
        bundle_context(CONSENT_ID, node_id="node-b", role=0, data_set="exam/1"),
        bundle_context(CONSENT_ID, node_id="node-a", role=1, data_set="exam/1"),
        bundle_context(CONSENT_ID, node_id="node-a", role=0, data_set="exam/2"),
    }

    assert len(contexts) == 5


def test_nothing_confidential_is_in_what_is_logged_of_a_contribution():
    assert "node-a" not in repr(CONTRIBUTION)
    assert "presentation" not in repr(CONTRIBUTION).replace("presentation=", "")


HOSTILE = {
    "two commitments": lambda d: d["commitments"].pop(),
    "four commitments": lambda d: d["commitments"].append(d["commitments"][0]),
    "a commitment too short": lambda d: d["commitments"].__setitem__(0, "AAAA"),
    "a commitment that is a number": lambda d: d["commitments"].__setitem__(0, 7),
    "bundles for two nodes": lambda d: d["bundles"].pop("node-a"),
    "bundles for four nodes": lambda d: d["bundles"].update({"node-d": "AAAA"}),
    "bundles in a list": lambda d: d.update(bundles=["AAAA"] * 3),
    "a bundle for nobody": lambda d: d["bundles"].update({"": d["bundles"].pop("node-a")}),
    "a bundle that is not base64url": lambda d: d["bundles"].update({"node-a": "a+b/"}),
    "an empty bundle": lambda d: d["bundles"].update({"node-a": ""}),
    "no consent": lambda d: d.pop("consent"),
    "a member more": lambda d: d.update(values={"exam_score": 1}),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_contribution_with_this_is_malformed(tamper):
    document = loose(CONTRIBUTION.to_json())
    tamper(document)

    with pytest.raises(MalformedError):
        Contribution.from_json(document)


NODE_HOSTILE = {
    "digests of two bundles": lambda d: d["bundle_digests"].pop("node-b"),
    "a digest that is none": lambda d: d["bundle_digests"].update({"node-b": "AAAA"}),
    "no bundle": lambda d: d.pop("bundle"),
    "the bundles of all": lambda d: d.update(bundles={}),
}


@pytest.mark.parametrize("tamper", NODE_HOSTILE.values(), ids=NODE_HOSTILE.keys())
def test_a_nodes_contribution_with_this_is_malformed(tamper):
    document = loose(CONTRIBUTION.for_node("node-a").to_json())
    tamper(document)

    with pytest.raises(MalformedError):
        NodeContribution.from_json(document)
