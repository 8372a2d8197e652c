"""Each reading counts for whoever wears the sensor, and for nobody else, also when that changes."""

from typing import Any

import pytest

from ssi.device.batch import Reading
from ssi.device.credential import Measure
from ssi.issuer_service.domain.device import Observed
from tests.ssi.device.makers import BAND, HOUR, HUB, HUB_KEY, PULSE, READINGS, WEIGHT, batch
from tests.ssi.issuer_service.visitors import answer_of, problem
from tests.ssi.issuer_service.ward import Ward, values_of

pytestmark = pytest.mark.database


def _register_hub(ward: Ward, *external_ids: str) -> None:
    """Register the gateway for whoever wears its sensors, in their order, and let six hours pass."""
    people = [
        ward.person(sensor=sensor, external_id=external_id)
        for sensor, external_id in zip(HUB.sensors, external_ids, strict=False)
    ]
    request = {"credential": ward.maker.credential(HUB, HUB_KEY), "people": people}
    ward.device_id = str(answer_of(ward.office.institution.post("/devices", request))["device_id"])
    ward.move(hours=6)


def _newest_of_hub(ward: Ward, sensor: str, measure: Measure, value: int) -> dict[str, Any]:
    """The values of the record after one reading of the last hour, in a stream of its own."""
    now = ward.office.clock()
    hour = {"start": now - HOUR, "end": now, "signed_at": now}
    scale = {"stream": f"{measure.coding.code} of {sensor}", "sensor": sensor, "measure": measure}
    answer = ward.taken(batch((Reading(0, value),), key=HUB_KEY, **scale, **hour))
    return values_of(ward, answer["credential_id"])


def test_after_two_people_were_mixed_up_neither_keeps_the_readings_of_the_other(ward: Ward):
    _register_hub(ward, "patient-8", "patient-9")
    assert _newest_of_hub(ward, HUB.sensors[0], PULSE, 111)["heart_rate"] == 111

    _register_hub(ward, "patient-9", "patient-8")

    values = _newest_of_hub(ward, HUB.sensors[1], WEIGHT, 70)
    assert values["body_weight"] == 70
    assert "heart_rate" not in values


def test_who_wears_another_sensor_still_keeps_no_reading_of_a_device_that_was_stopped(ward: Ward):
    _register_hub(ward, "patient-1")
    _newest_of_hub(ward, HUB.sensors[0], PULSE, 111)
    band = next(
        each["device_id"]
        for each in answer_of(ward.office.institution.get("/devices"))["devices"]
        if each["name"] == BAND.id
    )
    assert ward.office.institution.delete(f"/devices/{ward.device_id}").status_code == 204

    with ward.office.issuer.books.reading() as register:
        (worn,) = register.devices.wearers(str(band))
        assert register.devices.observed(worn.record_key) == Observed()


def test_a_change_for_one_sensor_leaves_the_readings_of_the_others(ward: Ward):
    _register_hub(ward, "patient-8", "patient-9")
    _newest_of_hub(ward, HUB.sensors[0], PULSE, 111)

    _register_hub(ward, "patient-8", "patient-10")

    values = _newest_of_hub(ward, HUB.sensors[0], WEIGHT, 70)
    assert (values["heart_rate"], values["body_weight"]) == (111, 70)


def test_readings_of_whoever_wore_it_before_are_not_given_to_somebody_else(ward: Ward):
    ward.register(external_id="patient-2")

    answer = ward.taken(batch())

    assert answer["left_out"] == len(READINGS)
    assert "credential_id" not in answer or "heart_rate" not in values_of(ward, answer["credential_id"])


def test_who_wears_it_already_keeps_her_readings_when_it_is_registered_anew(ward: Ward):
    ward.register()

    assert ward.taken(batch())["left_out"] == 0


def test_a_gateway_hands_in_for_several_people(ward: Ward):
    _register_hub(ward, "patient-8", "patient-9")

    made = [
        _newest_of_hub(ward, sensor, WEIGHT, 70 + number)["body_weight"]
        for number, sensor in enumerate(HUB.sensors)
    ]

    assert made == [70, 71]
    stranger = batch(key=HUB_KEY, sensor="urn:example:scale:3")
    assert "does not vouch" in problem(ward.send(stranger), 422)


def test_a_sensor_that_nobody_wears_is_refused(ward: Ward):
    _register_hub(ward, "patient-8")

    said = ward.refused(batch(key=HUB_KEY, sensor=HUB.sensors[1]), 422, "out-of-scope")

    assert "nobody wears" in said
