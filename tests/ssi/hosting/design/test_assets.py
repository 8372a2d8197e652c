import re

import pytest

from ssi.hosting.design.assets import STATIC, asset, digest
from tests.ssi.hosting.design.showcase import make_app


@pytest.fixture(scope="module")
def app():
    return make_app()


def test_an_address_changes_with_the_content(app):
    with app.test_request_context():
        assert asset("app.css") == f"/design/app.css?v={digest('app.css')}"
    assert re.fullmatch(r"[0-9a-f]{16}", digest("app.css"))


def test_named_content_is_kept_for_good(app):
    named = app.test_client().get(f"/design/app.css?v={digest('app.css')}", buffered=True)
    unnamed = app.test_client().get("/design/app.css", buffered=True)

    assert "immutable" in named.headers["Cache-Control"]
    assert unnamed.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "name", ["app.css", "app.js", "charts.js", "shell.svg", "theme.js", "vendor/hpke.js"]
)
def test_files_are_served_as_what_they_are(app, name):
    response = app.test_client().get(f"/design/{name}", buffered=True)

    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    assert response.mimetype == kinds["." + name.rpartition(".")[2]]


def test_every_icon_that_templates_name_exists():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/icons.svg").read_text()))
    named = set(
        re.findall(r'icon\("([a-z0-9-]+)"\)', (STATIC.parent / "templates/design/macros.html").read_text())
    )

    assert named <= drawn


def test_no_file_is_too_large_to_ship():
    sizes = {path.name: path.stat().st_size for path in STATIC.rglob("*") if path.is_file()}

    assert max(sizes.values()) < 1_500_000


def test_no_script_asks_for_its_source_map_or_another_site():
    for path in STATIC.rglob("*"):
        if path.suffix in (".js", ".css"):
            text = path.read_text("utf-8")
            assert "sourceMappingURL" not in text, path
            assert not re.search(r"""(?:url\(|import\s*\(?)\s*["']?https?:""", text), path
