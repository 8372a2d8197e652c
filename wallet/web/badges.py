"""Records as files for others: an Open Badge, signed or as a picture, and a document of the ELM."""

from dataclasses import dataclass

from flask import Blueprint, Response

from ssi.dataset import DataSet
from ssi.elm_document import DATA_SETS
from ssi.open_badges import SHOWN
from wallet.services.get_badge import GetBadge
from wallet.services.suite import Services
from wallet.web import visitor


def screens(services: Services) -> Blueprint:
    """The downloads, and what pages ask to know whether there are any."""
    badges = Blueprint("badges", __name__, url_prefix="/records")
    badges.before_request(visitor.door)
    _Downloads(services.get_badge).add_to(badges)
    badges.add_app_template_test(_is_achievement, "achievement")
    badges.add_app_template_test(_is_education, "education")
    return badges


@dataclass(frozen=True)
class _Downloads:
    get_badge: GetBadge

    def add_to(self, badges: Blueprint) -> None:
        badges.get("/<credential_id>/open-badge.json")(self.badge)
        badges.get("/<credential_id>/open-badge.svg")(self.picture)
        badges.get("/<credential_id>/open-badge.png")(self.pixels)
        badges.get("/<credential_id>/elm.jsonld")(self.elm)

    def badge(self, credential_id: str) -> Response:
        found = self.get_badge(visitor.current(), credential_id)
        return _file(found.to_json(), "open-badge.json", "application/vc")

    def picture(self, credential_id: str) -> Response:
        found = self.get_badge(visitor.current(), credential_id)
        return _file(found.to_svg(), "open-badge.svg", "image/svg+xml")

    def pixels(self, credential_id: str) -> Response:
        found = self.get_badge(visitor.current(), credential_id)
        return _file(found.to_png(), "open-badge.png", "image/png")

    def elm(self, credential_id: str) -> Response:
        return _file(
            self.get_badge.elm(visitor.current(), credential_id), "elm.jsonld", "application/ld+json"
        )


def _is_achievement(found: DataSet) -> bool:
    return found.ref in SHOWN


def _is_education(found: DataSet) -> bool:
    return found.ref in DATA_SETS


def _file(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, content_type=media_type)
