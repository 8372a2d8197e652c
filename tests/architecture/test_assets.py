"""Every file that browsers get from the design is the one that was reviewed."""

import re
from hashlib import sha256
from pathlib import Path

DESIGN = Path(__file__).parents[2] / "ssi" / "hosting" / "design"


def listed() -> dict[str, str]:
    lines = (DESIGN / "assets.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_every_asset_has_the_digest_that_was_written_down():
    found = {
        str(path.relative_to(DESIGN)): sha256(path.read_bytes()).hexdigest()
        for path in (DESIGN / "static").rglob("*")
        if path.is_file()
    }

    assert found == listed(), "after a wanted change, run ssi/hosting/design/digest.sh"


def test_every_vendored_file_has_a_licence():
    licences = (DESIGN / "LICENSES.md").read_text()
    vendored = [Path(name).name for name in listed() if "/vendor/" in name]

    assert vendored
    assert [name for name in vendored if f"`{name}`" not in licences] == []


def test_the_versions_in_the_licences_are_the_ones_that_are_fetched():
    licences = (DESIGN / "LICENSES.md").read_text()
    fetched = re.findall(r"(@?[\w./-]+)@(\d+\.\d+\.\d+)", (DESIGN / "vendor.sh").read_text())

    assert len(fetched) == 8
    for package, version in fetched:
        assert package in licences
        assert version in licences, package


def test_fetching_names_packages_and_no_place_to_fetch_from():
    assert not re.search(r"https?://(?!www\.w3\.org)", (DESIGN / "vendor.sh").read_text())
