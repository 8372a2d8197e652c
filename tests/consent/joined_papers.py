"""Consents, queries and manifests about joined records, for the tests of joining."""

from dataclasses import replace

from consent.job import Partner, sign_manifest, verify_manifest
from consent.joining import (
    JoinClaim,
    Joining,
    handle_of,
    join_key,
    prove_join,
)
from consent.order import sign_escrow_receipt
from consent.query import Statistic
from consent.record import ConsentRecord, sign_consent, verify_consent
from consent.vocabulary import StatisticKind
from crypto.encoding import b64url_encode, sha256
from tests.consent.examples import (
    CONSENT_ID,
    CREDENTIAL_DIGEST,
    HOLDER,
    MARKET_ID,
    MARKETPLACE,
    NOW,
    POLICY,
    QUERY,
    RECORD,
    SUBJECT,
    manifest,
    receipt,
)

MANIFEST = manifest()

SECRET = sha256(b"wallet")

KEY = join_key(SECRET, marketplace=MARKET_ID, data_sets=("exam/1", "health/1"))

HANDLE = handle_of(KEY)

TO_HEALTH = Joining("health/1", HANDLE)

JOINABLE = replace(POLICY, joins=frozenset({TO_HEALTH}))

JOINED = replace(QUERY, join="health/1")

HEALTH_POLICY = replace(
    JOINABLE,
    data_set="health/1",
    attributes=frozenset({"age", "age_band"}),
    joins=frozenset({Joining("exam/1", HANDLE)}),
)

AGES = replace(JOINED, statistics=(Statistic(StatisticKind.MEAN, "health/1#age"),))


def record(policy=JOINABLE, key=KEY, **changes) -> ConsentRecord:
    """A consent that allows the join, proved by a key."""
    claim = JoinClaim(CONSENT_ID, CREDENTIAL_DIGEST, MARKET_ID, policy.data_set, "health/1")
    made = replace(RECORD, policy=policy, join_proofs={"health/1": prove_join(claim, key)})
    return replace(made, **changes)


def verified(made: ConsentRecord) -> ConsentRecord:
    return verify_consent(
        sign_consent(made, HOLDER),
        HOLDER.public,
        subject=SUBJECT,
        credential_digest=made.credential_digest,
        inputs_digest=made.inputs_digest,
    )


def joined_manifest(**changes):
    paid = receipt(query_digest=JOINED.digest)
    partners = {
        each: Partner(
            f"urn:uuid:10000000-0000-4000-8000-{number:012d}", b64url_encode(sha256(bytes([number])))
        )
        for number, each in enumerate(MANIFEST.contributions)
    }
    made = replace(
        MANIFEST,
        query=JOINED,
        partners=partners,
        escrow_receipt=sign_escrow_receipt(paid, MARKETPLACE),
    )
    return replace(made, **changes)


def read(made):
    return verify_manifest(sign_manifest(made, MARKETPLACE), MARKETPLACE.public, now=NOW)[0]
