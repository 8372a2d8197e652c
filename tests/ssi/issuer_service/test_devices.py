"""Readings of attested devices become records of the people who wear them, once and in order."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ssi.attribute import Coding
from ssi.device.batch import Reading
from ssi.device.credential import Device, Measure
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.errors import BatchConflictError
from ssi.issuer_service.services.register_records import RegisterRecords
from ssi.issuer_service.services.take_readings import TakeReadings
from ssi.status_list import Status
from ssi.trust_file import TrustFile
from tests.ssi.device.makers import (
    BAND,
    HOUR,
    READINGS,
    START,
    WEIGHT,
    batch,
    next_batch,
)
from tests.ssi.issuer_service.maker import PLACE, making
from tests.ssi.issuer_service.test_openapi import DEVICE_CALLS, Checked
from tests.ssi.issuer_service.visitors import Institution, Office, answer_of, problem
from tests.ssi.issuer_service.ward import Ward, values_of
from tests.ssi.parties import AUTHORITY, NOW, es256

pytestmark = pytest.mark.database


def test_a_batch_becomes_a_record_with_the_newest_reading(ward: Ward):
    answer = ward.taken(batch())

    assert (answer["readings"], answer["left_out"], answer["change"]) == (3, 0, "issued")
    assert values_of(ward, answer["credential_id"])["heart_rate"] == 90
    assert values_of(ward, answer["credential_id"])["age"] == 44
    assert answer["stream"]["next_sequence"] == len(READINGS)


def test_the_next_batch_corrects_the_record(ward: Ward):
    ward.taken(batch())
    ward.move(hours=1)

    answer = ward.taken(next_batch(ward.digest(), start=START + HOUR))

    assert answer["change"] == "unchanged"  # the same readings, an hour later
    ward.move(hours=1)
    changed = ward.taken(
        batch(
            (Reading(0, 55),),
            sequence=2 * len(READINGS),
            start=START + 2 * HOUR,
            end=START + 3 * HOUR,
            signed_at=START + 3 * HOUR,
            previous=ward.digest(),
        )
    )
    assert changed["change"] == "corrected"
    assert values_of(ward, changed["credential_id"])["heart_rate"] == 55


def test_no_new_version_is_made_before_its_time(ward: Ward):
    ward.register(every_hours=24)
    ward.taken(batch())

    answer = ward.taken(next_batch(ward.digest()))

    assert "credential_id" not in answer


def test_what_a_record_lacks_is_told_and_no_record_is_made(ward: Ward):
    ward.register(values={"age_band": "adult"})

    answer = ward.taken(batch())

    assert answer["missing"] == ["age"]
    assert "credential_id" not in answer


def test_readings_out_of_range_are_left_out(ward: Ward):
    answer = ward.taken(batch((Reading(0, 61), Reading(1, 999))))

    assert answer["left_out"] == 1
    assert values_of(ward, answer["credential_id"])["heart_rate"] == 61


def test_a_replayed_batch_is_refused(ward: Ward):
    ward.taken(batch())

    ward.refused(batch(), 409, "replayed-batch")


def test_readings_are_not_told_again_in_another_stream(ward: Ward):
    ward.taken(batch())

    ward.refused(batch(stream="other"), 422, "out-of-scope")


def test_a_gap_is_refused_until_the_missing_batch_is_there(ward: Ward):
    ward.taken(batch())
    first = ward.digest()
    ward.refused(next_batch(first, hours=2), 409, "missing-batch")

    assert ward.taken(next_batch(first))["stream"]["next_sequence"] == 2 * len(READINGS)


def test_a_fork_is_refused(ward: Ward):
    ward.taken(batch())

    ward.refused(next_batch(bytes([1]) * 32), 409, "forked-stream")


def test_a_batch_by_another_key_is_refused(ward: Ward):
    ward.refused(batch(key=es256("somebody else")), 422, "altered-batch")


def test_readings_that_were_exchanged_are_refused(ward: Ward):
    ward.refused(batch().replace(b"[0,61]", b"[0,62]"), 422, "altered-batch")


def test_a_batch_from_the_future_is_refused(ward: Ward):
    ahead = ward.office.clock() + timedelta(hours=2)

    ward.refused(batch(start=ahead - HOUR, end=ahead, signed_at=ahead), 422, "not-yet-valid")


def test_a_batch_that_comes_a_month_too_late_is_refused(ward: Ward):
    ward.move(days=31)

    ward.refused(batch(), 409, "backdated-batch")


def test_a_measure_that_the_device_is_not_attested_for_is_refused(ward: Ward):
    ward.refused(batch(measure=WEIGHT), 422, "out-of-scope")


def test_a_measure_that_the_data_set_has_no_value_for_is_refused(ward: Ward):
    odd = Measure(Coding("http://loinc.org", "8867-4"), "/h")
    claims = replace(BAND, measures=(odd,))
    ward.register(ward.maker.credential(claims))

    ward.refused(batch(measure=odd), 422, "record-refused")


def test_bytes_that_are_no_batch_are_refused_by_name(ward: Ward):
    for raw in (b"", b"{}", b"\xff", b"[1]", b'{"header": "a.b.c", "readings": [[0, 1]]}'):
        ward.refused(raw, 400, "malformed-batch")


@pytest.mark.parametrize("status", [Status.INVALID, Status.SUSPENDED])
def test_a_device_whose_maker_took_it_back_is_refused(ward: Ward, status: Status):
    ward.maker.statuses[PLACE] = status

    ward.refused(batch(), 403, "revoked" if status is Status.INVALID else "suspended")


def test_without_word_from_the_maker_nothing_is_taken(ward: Ward):
    ward.maker.silent = True

    response = ward.send(batch())

    problem(response, 502)


def test_a_maker_who_is_no_longer_trusted_is_refused(ward: Ward):
    ward.maker.write_registry("urn:argonauta:credential:exam:1")

    ward.refused(batch(), 403, "untrusted-issuer")


def test_a_device_whose_credential_ran_out_is_refused(ward: Ward):
    ward.register(ward.maker.credential(expires_at=NOW + timedelta(hours=7)))
    ward.move(hours=2)

    ward.refused(batch(), 403, "expired")


def test_a_stopped_device_is_refused_and_who_wore_it_forgotten(ward: Ward):
    ward.taken(batch())
    assert ward.office.institution.delete(f"/devices/{ward.device_id}").status_code == 204

    ward.refused(next_batch(ward.digest()), 403, "stopped-device")
    with ward.office.issuer.database.engine.connect() as connection:
        for table in ("device_wearers", "device_observed"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608
    assert answer_of(ward.office.institution.get("/devices"))["devices"] == []


def test_a_device_that_is_stopped_while_its_maker_is_asked_is_refused(ward: Ward):
    issuer = ward.office.issuer
    secrets, catalogue = issuer.identity.secrets, issuer.identity.settings.catalogue
    records = RegisterRecords(issuer.books, secrets, terms=issuer.terms, random=issuer.random)

    def stopping(device: Device, *, now: datetime) -> None:
        assert device.claims.id == BAND.id
        assert now == ward.office.clock()
        ward.office.institution.delete(f"/devices/{ward.device_id}")

    registry = TrustFile(Path(ward.maker.settings["registry"]), AUTHORITY.public, clock=ward.office.clock)
    take = TakeReadings(issuer.books, catalogue, records, registry=registry, status=stopping)

    with pytest.raises(BatchConflictError):
        take(ward.device_id, batch(), by="test", now=ward.office.clock())


def test_a_device_goes_on_with_its_streams_under_a_new_key(ward: Ward):
    ward.taken(batch())
    key = es256("new band")
    ward.register(ward.maker.credential(key=key))

    ward.refused(next_batch(ward.digest()), 422, "altered-batch")
    assert ward.taken(next_batch(ward.digest(), key=key))["readings"] == len(READINGS)


def test_an_older_credential_does_not_take_the_place_of_a_newer_one(ward: Ward):
    ward.register(ward.maker.credential(issued_at=NOW + timedelta(minutes=30)))

    response = ward.register(ward.maker.credential(key=es256("stolen")))

    problem(response, 409)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"sensor": "urn:example:other"}, 422),
        ({"template_id": "0" * 32}, 404),
        ({"template_id": "\x00"}, 400),
        ({"values": {"age": "old"}}, 422),
        ({"values": {"unheard": 1}}, 422),
        ({"values": [1]}, 400),
        ({"every_hours": 0}, 400),
        ({"external_id": " "}, 400),
    ],
)
def test_a_registration_that_says_something_wrong_is_refused(
    ward: Ward, changes: dict[str, Any], status: int
):
    problem(ward.register(**changes), status)


@pytest.mark.parametrize("credential", ["", "x", "a.b.c~", "~"])
def test_what_is_no_device_credential_is_refused(ward: Ward, credential: str):
    people = [ward.person()]

    response = ward.office.institution.post("/devices", {"credential": credential, "people": people})

    assert response.status_code in {400, 422}
    assert answer_of(response)["type"] != "about:blank"


def test_an_office_without_a_registry_takes_no_device(office: Office, tmp_path: Path):
    with making(tmp_path / "trust") as maker:
        ward = Ward(office, maker, office.institution.template())

        said = problem(ward.register(), 503)

    assert "issuer.json" in said


def test_a_gateway_needs_no_more_than_the_scope_for_readings(ward: Ward):
    key = ward.office.issuer.api_keys.create(now=ward.office.clock(), scopes=frozenset({Scope.READINGS}))
    gateway = Institution(ward.office.visitor(), key)
    headers = {"Authorization": f"Bearer {key}"}

    sent = gateway.client.post(f"/api/v1/devices/{ward.device_id}/batches", data=batch(), headers=headers)

    assert sent.status_code == 200
    problem(gateway.post("/devices", {}), 403)
    problem(gateway.delete(f"/devices/{ward.device_id}"), 403)


def test_who_wears_what_and_the_readings_are_sealed(ward: Ward):
    ward.taken(batch())

    with ward.office.issuer.database.engine.connect() as connection:
        worn = connection.execute(text("SELECT person_sealed FROM device_wearers")).scalar_one()
        newest = connection.execute(text("SELECT newest_sealed FROM device_observed")).scalar_one()
    assert b"patient-1" not in bytes(worn)
    assert b"heart_rate" not in bytes(newest)


def test_requests_and_answers_of_devices_are_as_described(ward: Ward):
    call = Checked(ward.office, answer_of(ward.office.visitor().get("/api/v1/openapi.json")))
    one = {"device_id": ward.device_id}
    call("POST", "/devices", json={"credential": ward.maker.credential(), "people": [ward.person()]})
    call("POST", "/devices/{device_id}/batches", json=json.loads(batch()), **one)
    call("GET", "/devices")
    call("GET", "/devices/{device_id}", **one)
    call("DELETE", "/devices/{device_id}", **one)
    call("GET", "/devices/{device_id}", **one)

    assert call.seen == DEVICE_CALLS
