"""Which parts of a kept agreement hold, and everything that somebody might do to one."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.examination import Fault, Finding, Part, examine
from consent.kept_agreement import KeptAgreement
from consent.pause import PauseStatement, sign_pause
from consent.receipt import DeletionReceipt
from consent.receipt_credential import (
    issue_deletion_credential,
    issue_status_credential,
    verify_status_credential,
)
from consent.record import CONSENT_TYP, sign_withdrawal
from consent.record_document import StatusChange
from consent.vocabulary import ConsentStatus
from crypto.signing import SigningKey
from ssi.jws import parse_jws, sign_jws
from tests.consent.examples import loose
from tests.consent.kept import CENTS, IDS, KINDS, MARKET, NOW, WORDS, Desk, papers
from tests.ssi import parties

OTHER = IDS["other"]


def _faults(kept: KeptAgreement) -> dict[Part, Fault]:
    found = examine(kept, parties.registry())
    return {each.part: each.fault for each in found.findings if each.fault is not None}


def _resigned(token: str, key: SigningKey, **changes: object) -> str:
    """The same document with other members, signed again."""
    found = parse_jws(token, "token")
    return sign_jws({**found.payload, **changes}, key, typ=str(found.header["typ"]))


@pytest.mark.parametrize("kind", KINDS)
def test_an_honest_file_holds_in_every_part(kind):
    found = examine(papers(kind), parties.registry())

    assert found.holds, found.findings
    assert list(dict.fromkeys(each.part for each in found.findings)) == list(Part)
    assert found.agreed is not None
    assert (found.agreed.consent_id, found.agreed.given_at) == (IDS[kind], NOW)
    assert (found.paused, found.ended_at) == (True, NOW)
    assert [use.amount_cents for use in found.uses] == [CENTS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_read_back_as_it_was_written(kind):
    kept = papers(kind)

    again = KeptAgreement.parse(json.dumps(kept.to_json(), indent=2))

    assert again.to_json() == kept.to_json()
    assert examine(again, parties.registry()).holds


def test_no_value_of_the_record_stands_in_it():
    text = json.dumps(papers("computation").to_json())

    disclosures = parties.exam_credential().split("~")[1:]
    assert not any(each in text for each in disclosures if each)
    assert "girls" not in text


def test_an_agreement_that_nobody_used_paused_or_ended_holds():
    plain = replace(
        papers("computation"),
        pause=None,
        withdrawal=None,
        deletions={},
        deletion_credentials={},
        uses=(),
        statuses=papers("computation").statuses[:1],
    )

    assert examine(plain, parties.registry()).holds


def test_a_file_of_before_there_were_credentials_holds():
    document = papers("computation").to_json()
    older = {name: document[name] for name in set(document) - {"statuses", "deletion_credentials"}}

    assert examine(KeptAgreement.parse(json.dumps(older)), parties.registry()).holds


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_word_is_found(kind):
    altered = replace(papers(kind), words=WORDS.replace("agreed", "agree"))

    assert _faults(altered) == {Part.WORDS: Fault.SIGNATURE}


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_record_beside_the_signed_one_is_found(kind):
    record = loose(papers(kind).record)
    record["dpv:hasProcess"][0]["dpv:hasPurpose"] = ["dpv:Marketing"]

    assert _faults(replace(papers(kind), record=record)) == {Part.AGREEMENT: Fault.SIGNATURE}


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_of_the_signed_agreement_is_found(kind):
    head, body, signature = papers(kind).signed.split(".")
    broken = f"{head}.{body}.{signature[:-4]}AAAA"

    assert _faults(replace(papers(kind), signed=broken)) == {Part.AGREEMENT: Fault.SIGNATURE}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_agreement_signed_by_somebody_else_is_found(kind):
    stolen = _resigned(papers(kind).signed, parties.es256("stranger"))

    assert _faults(replace(papers(kind), signed=stolen)) == {Part.AGREEMENT: Fault.SIGNATURE}


@pytest.mark.parametrize("kind", KINDS)
def test_a_receipt_of_another_agreement_is_found_with_its_place_in_the_log(kind):
    other = Desk().kept(kind, "other")

    faults = _faults(replace(papers(kind), receipt=other.receipt))

    assert faults == {Part.RECEIPT: Fault.OTHER, Part.LOG: Fault.OTHER}


def test_a_receipt_that_the_marketplace_did_not_sign_is_found():
    receipt = loose(papers("computation").receipt)
    receipt["receipt"] = _resigned(receipt["receipt"], parties.ed25519("stranger"))

    assert _faults(replace(papers("computation"), receipt=receipt)) == {Part.RECEIPT: Fault.SIGNATURE}


def test_an_entry_that_does_not_stand_in_the_log_is_found():
    receipt = loose(papers("computation").receipt)
    receipt["log"]["proof"]["hashes"] = ["A" * 43]

    assert _faults(replace(papers("computation"), receipt=receipt)) == {Part.LOG: Fault.NOT_LOGGED}


def test_a_log_of_somebody_else_is_found():
    receipt = loose(papers("computation").receipt)
    note = receipt["log"]["proof"]["checkpoint"]
    receipt["log"]["proof"]["checkpoint"] = note[:-8] + "AAAAAA=\n"

    assert Part.LOG in _faults(replace(papers("computation"), receipt=receipt))


def test_an_entry_with_another_salt_is_found():
    receipt = loose(papers("computation").receipt)
    receipt["log"]["entry"]["salt"] = "A" * 43

    assert _faults(replace(papers("computation"), receipt=receipt)) == {Part.LOG: Fault.OTHER}


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        (Part.AGREEMENT, {"credential": None}),
        (Part.WORDS, {"words": None}),
        (Part.RECEIPT, {"receipt": None}),
    ],
)
def test_what_every_agreement_has_is_missed_where_it_was_taken_out(part, changes):
    assert _faults(replace(papers("computation"), **changes))[part] is Fault.ABSENT


def test_a_receipt_without_its_entry_is_missed():
    receipt = loose(papers("computation").receipt)
    receipt["log"]["entry"] = None

    assert _faults(replace(papers("computation"), receipt=receipt)) == {Part.LOG: Fault.ABSENT}


def test_a_pause_or_end_by_another_key_is_found():
    stranger = parties.es256("stranger")
    kept = replace(
        papers("computation"),
        pause=sign_pause(PauseStatement(IDS["computation"], False, 9, NOW), stranger),
        withdrawal=sign_withdrawal(IDS["computation"], NOW, stranger),
    )

    found = examine(kept, parties.registry())

    assert (found.paused, found.ended_at) == (False, None)
    assert _faults(kept) == {Part.PAUSE: Fault.SIGNATURE, Part.WITHDRAWAL: Fault.SIGNATURE}


def test_a_pause_or_end_of_another_agreement_is_found():
    kept = replace(
        papers("computation"),
        pause=sign_pause(PauseStatement(OTHER, True, 9, NOW), parties.HOLDER),
        withdrawal=sign_withdrawal(OTHER, NOW, parties.HOLDER),
    )

    assert _faults(kept) == {Part.PAUSE: Fault.OTHER, Part.WITHDRAWAL: Fault.OTHER}


@pytest.mark.parametrize(
    ("node", "signer", "consent_id", "fault"),
    [
        ("node-a", "node-a", OTHER, Fault.OTHER),
        ("node-a", "node-b", IDS["computation"], Fault.SIGNATURE),
        ("node-x", "node-a", IDS["computation"], Fault.STRANGER),
    ],
)
def test_a_deletion_that_proves_nothing_is_found(node, signer, consent_id, fault):
    token = Desk().deletion(signer, consent_id)

    kept = replace(papers("computation"), deletions={node: token}, deletion_credentials={})

    assert _faults(kept) == {Part.DELETION: fault}


@pytest.mark.parametrize(
    ("signer", "consent_id", "at", "fault"),
    [
        ("node-a", OTHER, NOW, Fault.OTHER),
        ("node-b", IDS["computation"], NOW, Fault.SIGNATURE),
        ("node-a", IDS["computation"], NOW + timedelta(days=1), Fault.OTHER),
    ],
)
def test_a_deletion_that_its_credential_does_not_repeat_is_found(signer, consent_id, at, fault):
    receipt = DeletionReceipt("node-a", consent_id, at)
    credential = issue_deletion_credential(receipt, parties.ed25519(signer))

    kept = replace(papers("computation"), deletion_credentials={"node-a": credential})

    assert _faults(kept) == {Part.DELETION: fault}


def test_a_deletion_credential_without_its_receipt_is_found():
    assert _faults(replace(papers("computation"), deletions={})) == {Part.DELETION: Fault.ABSENT}


@pytest.mark.parametrize("kind", KINDS)
def test_an_end_that_was_left_out_is_betrayed_by_its_receipt(kind):
    found = examine(replace(papers(kind), withdrawal=None), parties.registry())

    assert [(each.part, each.fault) for each in found.findings if not each.holds] == [
        (Part.STATUS, Fault.ABSENT)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_receipts_for_the_statuses_of_another_agreement_are_found(kind):
    other = Desk().kept(kind, "other")

    assert _faults(replace(papers(kind), statuses=other.statuses)) == {Part.STATUS: Fault.OTHER}


@pytest.mark.parametrize("statuses", [slice(1, None), slice(None, None, -1)], ids=["first missing", "turned"])
def test_receipts_that_do_not_follow_each_other_are_found(statuses):
    kept = papers("computation")

    assert _faults(replace(kept, statuses=kept.statuses[statuses])) == {Part.STATUS: Fault.OTHER}


def test_a_receipt_that_names_another_moment_than_the_agreement_is_found():
    kept = papers("computation")
    first = verify_status_credential(kept.statuses[0], MARKET.public)
    earlier = replace(first, history=(StatusChange(ConsentStatus.GIVEN, NOW - timedelta(days=1)),))

    forged = replace(kept, statuses=(issue_status_credential(earlier, MARKET),))

    assert _faults(forged) == {Part.STATUS: Fault.OTHER}


def test_a_receipt_for_a_status_that_somebody_else_signed_is_found():
    kept = papers("computation")
    first = verify_status_credential(kept.statuses[0], MARKET.public)

    forged = replace(kept, statuses=(issue_status_credential(first, parties.ed25519("stranger")),))

    assert _faults(forged) == {Part.STATUS: Fault.SIGNATURE}


@pytest.mark.parametrize("kind", KINDS)
def test_a_use_of_another_agreement_is_found_and_not_counted(kind):
    other = Desk().kept(kind, "other")

    found = examine(replace(papers(kind), uses=other.uses), parties.registry())

    assert found.uses == ()
    assert [each.fault for each in found.findings if each.part is Part.USE] == [Fault.OTHER]


def test_a_use_beside_the_entry_of_another_one_is_found():
    desk = Desk()
    first, second = desk.kept(), desk.kept(name="other")
    use = loose(first.uses[0])
    use["log"] = loose(second.uses[0])["log"]

    found = examine(replace(first, uses=(use,)), parties.registry())

    assert [each.fault for each in found.findings if each.part is Part.USE] == [Fault.OTHER]


def test_a_bad_use_costs_itself_and_no_other():
    kept = papers("computation")

    found = examine(replace(kept, uses=({"receipt": 7}, *kept.uses)), parties.registry())

    told = [each for each in found.findings if each.part is Part.USE]
    assert [each.fault for each in told] == [Fault.UNREADABLE, None]
    assert told[0].about == "1"


def test_a_credential_of_an_issuer_that_nobody_listed_is_found():
    payload = parse_jws(str(papers("computation").credential).rstrip("~"), "credential").payload
    forged = sign_jws(
        {**payload, "iss": "did:web:elsewhere.example"},
        parties.es256("stranger"),
        typ="dc+sd-jwt",
        kid="exams-2026",
    )

    assert _faults(replace(papers("computation"), credential=f"{forged}~")) == {
        Part.AGREEMENT: Fault.STRANGER
    }


def test_an_agreement_with_another_marketplace_is_found():
    key = parties.HOLDER
    payload = loose(parse_jws(papers("computation").signed, "agreement").payload)
    payload["record"]["dpv:hasDataController"] = ["elsewhere"]
    signed = sign_jws(payload, key, typ=CONSENT_TYP)
    kept = replace(papers("computation"), signed=signed, record=payload["record"])

    assert _faults(kept) == {Part.AGREEMENT: Fault.OTHER}


def test_another_kind_of_signed_document_is_no_agreement():
    kept = replace(papers("computation"), signed=str(papers("computation").withdrawal))

    (finding,) = examine(kept, parties.registry()).findings

    assert finding == Finding(Part.AGREEMENT, Fault.UNREADABLE, detail=finding.detail)
    assert "another kind of document" in finding.detail
