"""Files that are made to harm a reader: XML and zip bombs, nesting, lying sizes."""

import io
import struct
import zipfile

import pytest

from tests.wallet.sources import files
from tests.wallet.sources.files import SAMPLES, values
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import MIB, Limits
from wallet.sources.json_document import MOST_MEMBERS
from wallet.sources.xml_stream import MOST_INSIDE, MOST_PROLOG

XML = {"apple-health": "HealthData", "gpx": "gpx", "green-button": "feed"}
LAUGHS = "".join(f'<!ENTITY lol{index + 1} "{f"&lol{index};" * 10}">' for index in range(9))
DOCUMENT_TYPES = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY lol0 "lol">{LAUGHS}]>',
    "quadratic blow-up": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    "external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "external entity by address": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>',
    "external document type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "public document type": '<!DOCTYPE x PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd">',
    "both": '<!DOCTYPE x SYSTEM "x.dtd" [<!ELEMENT x ANY>]>',
    "parameter entity": "<!DOCTYPE x [<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;]>",
    "reference to a parameter entity": "<!DOCTYPE x [ %a; ]>",
    "entity after a comment": '<!DOCTYPE x [<!-- > ]> --><!ENTITY a "b">]>',
    "entity in capitals of another kind": '<!DOCTYPE x [<!entity a "b">]>',
    "entity behind a quoted bracket": "<!DOCTYPE x [<!ATTLIST x y CDATA ']>'><!ENTITY a 'b'>]>",
    "a second document type": "<!DOCTYPE x [<!ELEMENT x ANY>]><!DOCTYPE x [<!ENTITY a 'b'>]>",
    "a notation": '<!DOCTYPE x [<!NOTATION n SYSTEM "x">]>',
    "one that never ends": "<!DOCTYPE x [",
}


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("attack", DOCUMENT_TYPES)
def test_a_document_type_that_declares_more_than_elements_is_refused(name, attack):
    raw = DOCUMENT_TYPES[attack].encode() + f"<{XML[name]} a='&lol9;&a;'>&lol9;&a;</{XML[name]}>".encode()

    with pytest.raises(SourceError) as caught:
        values(name, raw)

    assert caught.value.kind is SourceTrouble.UNSAFE


@pytest.mark.parametrize(
    "before",
    [
        b"<?x <a ?>" + b" " * 70_000,
        b"<!-- <a -->" + b" " * 70_000,
        b"\n" * (MOST_PROLOG + 1),
        b"<!--" + b" <a" * 60_000 + b"-->",
        b"<?x ?>" * 300_000,
    ],
    ids=["instruction", "comment", "blanks", "long comment", "many instructions"],
)
def test_nothing_before_a_document_type_hides_it(before):
    raw = before + b'<!DOCTYPE x [<!ENTITY a "61">]><HealthData a="&a;"/>'

    with pytest.raises(SourceError) as caught:
        values("apple-health", raw)

    assert caught.value.kind is SourceTrouble.UNSAFE


def test_a_document_type_longer_than_one_read_is_accepted():
    long = files.DOCUMENT_TYPE.replace("]>", f"<!-- <Record {'x' * 200_000} -->]>")

    assert values("apple-health", files.apple(files.apple_record(), before=long))


@pytest.mark.parametrize("name", XML)
def test_a_reference_to_an_entity_that_nobody_declared_is_damage(name):
    raw = SAMPLES[name].replace(b"</", b"&laugh;</", 1)

    with pytest.raises(SourceError) as caught:
        values(name, raw)

    assert caught.value.kind is SourceTrouble.DAMAGED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7"])
def test_another_encoding_hides_nothing(encoding):
    hidden = files.apple(files.apple_record(), before=DOCUMENT_TYPES["billion laughs"])
    raw = hidden.decode().replace("UTF-8", encoding).encode(encoding)

    with pytest.raises(SourceError):
        values("apple-health", raw)


def test_the_document_type_of_apple_is_accepted_with_and_without_faults():
    broken = files.DOCUMENT_TYPE.replace("]>\n", "  device CDATA #IMPLIED\n>\n]>\n")
    hiding = broken.replace("]>", "<!ENTITY a 'b'>]>")

    for before in (files.DOCUMENT_TYPE, broken, ""):
        assert values("apple-health", files.apple(files.apple_record(), before=before))
    with pytest.raises(SourceError):
        values("apple-health", files.apple(files.apple_record(), before=hiding))


def test_lines_of_the_document_type_count():
    raw = files.apple(files.apple_record()).replace(b"</HealthData>", b"</HealthDat>")
    lines = raw.count(b"\n") + 1

    with pytest.raises(SourceError) as caught:
        values("apple-health", raw)

    assert caught.value.place == f"line {lines}"


@pytest.mark.parametrize("name", XML)
def test_deep_xml_is_refused(name):
    root = SAMPLES[name].partition(b">")[0] + b">" if name == "gpx" else f"<{XML[name]}>".encode()
    raw = root + b"<a>" * 100_000

    with pytest.raises(SourceError):
        values(name, raw)


def test_one_element_that_holds_too_many_others_is_unsafe():
    raw = b"<HealthData><Workout>" + b"<a/>" * (MOST_INSIDE + 1) + b"</Workout></HealthData>"

    with pytest.raises(SourceError) as caught:
        values("apple-health", raw)

    assert caught.value.kind is SourceTrouble.UNSAFE


@pytest.mark.parametrize("name", ["fhir", "open-mhealth", "linky", "sensor-community"])
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"resourceType":"Bundle","entry":['])
def test_deep_json_is_refused(name, opening):
    with pytest.raises(SourceError) as caught:
        values(name, opening * 100_000)

    assert caught.value.kind is SourceTrouble.DAMAGED


@pytest.mark.parametrize("name", ["fhir", "open-mhealth", "linky", "sensor-community"])
@pytest.mark.parametrize("told", [b"NaN", b"1e999", b"9" * 5000, b'{"a":1,"a":2}', b'"\\ud800"', b"\xff"])
def test_json_that_two_readers_read_differently_is_refused(name, told):
    with pytest.raises(SourceError) as caught:
        values(name, b'{"x":' + told + b"}")

    assert caught.value.kind in {SourceTrouble.DAMAGED, SourceTrouble.OTHER_FORMAT}


def zipped(raw: bytes, *, method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("apple_health_export/export.xml", raw)
    return bytearray(packed.getvalue())


def refused(raw: bytes | bytearray, **reading) -> SourceTrouble:
    with pytest.raises(SourceError) as caught:
        values("apple-health", bytes(raw), **reading)
    return caught.value.kind


def test_the_export_is_found_in_its_archive():
    raw = files.apple(files.apple_record())

    assert values("apple-health", files.apple_zip(raw)) == values("apple-health", raw)


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_unsafe():
    bomb = files.apple(files.apple_record(), " " * (40 * MIB))

    assert refused(zipped(bomb)) is SourceTrouble.UNSAFE


def test_an_archive_that_lies_about_its_size_is_measured_all_the_same():
    bomb = zipped(files.apple(files.apple_record(), " " * (40 * MIB)))
    entry = bomb.rfind(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 0xFFFFFF0)  # the size it claims to unpack to

    assert refused(bomb) is SourceTrouble.UNSAFE


def test_an_archive_that_unpacks_to_more_than_the_limit_is_too_large():
    raw = zipped(files.apple(files.apple_record(), "<a/>" * 1000))

    assert refused(raw, limits=Limits(most_unpacked=1000)) is SourceTrouble.TOO_LARGE


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_bound_are_not_read(method):
    assert refused(zipped(SAMPLES["apple-health"], method=method)) is SourceTrouble.DAMAGED


def test_an_encrypted_archive_is_locked():
    raw = zipped(SAMPLES["apple-health"])
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1

    assert refused(raw) is SourceTrouble.LOCKED


def test_an_archive_without_the_export_is_another_format():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("holiday.jpg", b"1")

    assert refused(packed.getvalue()) is SourceTrouble.OTHER_FORMAT


def test_a_changed_byte_in_an_archive_is_found():
    raw = zipped(SAMPLES["apple-health"], method=zipfile.ZIP_STORED)
    raw[raw.find(b"Watch")] ^= 1

    assert refused(raw) is SourceTrouble.DAMAGED


def test_a_list_of_contents_too_long_for_memory_is_unsafe():
    raw = zipped(SAMPLES["apple-health"])
    end = raw.rfind(b"PK\x05\x06")
    raw[end + 12 : end + 16] = struct.pack("<I", 0x7FFFFFFF)

    assert refused(raw) is SourceTrouble.UNSAFE


@pytest.mark.parametrize("stated", [1 << 40, 5 << 20])
def test_a_long_list_of_contents_is_found_in_the_larger_record(stated):
    raw = zipped(SAMPLES["apple-health"])
    end = raw.rfind(b"PK\x05\x06")
    raw[end + 12 : end + 16] = b"\xff" * 4
    large = b"PK\x06\x06" + bytes(36) + stated.to_bytes(8, "little") + bytes(8)

    assert refused(raw[:end] + large + b"PK\x06\x07" + bytes(16) + raw[end:]) is SourceTrouble.UNSAFE
    assert refused(raw[:end] + b"PK\x06\x07" + bytes(16) + raw[end:]) is SourceTrouble.DAMAGED


@pytest.mark.parametrize("name", ["fhir", "open-mhealth", "linky", "sensor-community"])
def test_a_document_of_very_many_members_is_too_large(name):
    with pytest.raises(SourceError) as caught:
        values(name, b"[" + b"[]," * (MOST_MEMBERS // 2) + b"[]]")

    assert caught.value.kind is SourceTrouble.TOO_LARGE


@pytest.mark.parametrize("size", [0, 1, 10, 10_000, 0xFFFFFFFF])
def test_a_fit_file_that_lies_about_its_size_is_damaged(size):
    raw = bytearray(SAMPLES["garmin-fit"])
    raw[4:8] = struct.pack("<I", size)

    with pytest.raises(SourceError) as caught:
        values("garmin-fit", bytes(raw))

    assert caught.value.kind is SourceTrouble.DAMAGED


@pytest.mark.parametrize("size", [11, 13, 14, 200, 255])
def test_a_fit_file_that_lies_about_its_header_is_damaged(size):
    raw = bytearray(SAMPLES["garmin-fit"])
    raw[0] = size

    with pytest.raises(SourceError) as caught:
        values("garmin-fit", bytes(raw))

    assert caught.value.kind is SourceTrouble.DAMAGED
