"""How a member signs in: with a passkey at the door, and what she changes about it behind the door."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crypto.encoding import b64url_encode, sha256
from marketplace.domain.sign_in import MemberPasskey
from marketplace.errors import (
    MarketplaceError,
    SignInRefusedError,
    SignInSettingError,
    UnknownError,
)
from marketplace.services.sign_in_suite import Doors
from marketplace.services.suite import Services
from marketplace.web.confirming import (
    REFUSALS,
    confirm_page,
    explained,
    proof,
    put_question,
    replied,
    site_of,
    status_of,
    take_question,
    ways_of,
)
from marketplace.web.going_on import go_on
from marketplace.web.visitor import enter, for_members, local, me, signed_in, this_session

Page = str | Response | tuple[str, int]


def doorway(services: Services, doors: Doors) -> Blueprint:
    """Before the door."""
    blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")
    door = _Doorway(services, doors)
    blueprint.post("/question")(door.question)
    blueprint.post("/sign-in")(door.sign_in)
    return blueprint


def screens(services: Services, doors: Doors) -> Blueprint:
    """Behind the door."""
    blueprint = Blueprint("how_you_sign_in", __name__, url_prefix="/account/sign-in")
    own = _Own(services, doors)
    blueprint.get("/")(for_members(own.overview))
    blueprint.get("/passkeys/add")(for_members(own.addition))
    blueprint.post("/passkeys/add")(for_members(own.add))
    blueprint.post("/passkeys/<name>/name")(for_members(own.rename))
    blueprint.get("/passkeys/<name>/remove")(for_members(own.removal))
    blueprint.post("/passkeys/<name>/remove")(for_members(own.remove))
    blueprint.get("/without-password")(for_members(own.without_password))
    blueprint.post("/without-password")(for_members(own.drop_password))
    blueprint.get("/connect")(for_members(own.connection))
    blueprint.post("/connect")(for_members(own.connect))
    blueprint.get("/disconnect")(for_members(own.disconnection))
    blueprint.post("/disconnect")(for_members(own.disconnect))
    return blueprint


@dataclass(frozen=True)
class _Doorway:
    services: Services
    doors: Doors

    def question(self) -> Response:
        """What the page asks a passkey: JSON for the script.

        Only somebody who is signed in is told passkeys, and only hers: who has any cannot be found out.
        """
        member = me() if signed_in() is not None else None
        known = () if member is None else self.doors.passkeys.of(member.member_id)
        whose = "" if member is None else member.member_id
        return jsonify(
            challenge=b64url_encode(put_question(self.doors)),
            host=site_of(self.doors).host,
            handle=b64url_encode(sha256(f"passkeys of {whose}".encode())),
            known=[each.name for each in known],
        )

    def sign_in(self) -> Page:
        """Let in the member whose passkey answers."""
        onward = local(request.form.get("next"))
        try:
            member = self.doors.passkeys.sign_in(replied(self.doors, "passkey", take_question()))
        except SignInRefusedError as error:
            page = render_template(
                "market/sign_in.html", error=None, email="", onward=onward, passkey_error=str(error)
            )
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        home = enter(self.services, member, proven_at=self.services.clock())
        return redirect(onward or home)


@dataclass(frozen=True)
class _Own:
    services: Services
    doors: Doors

    def overview(self) -> Page:
        return render_template(
            "market/how_you_sign_in.html", ways=ways_of(self.doors), errors={}, renaming=None
        )

    def addition(self) -> Page:
        return self._addition()

    def add(self) -> Page:
        """Let a further passkey sign the member in."""
        challenge = take_question()
        given = proof(self.doors, challenge)
        made = replied(self.doors, "made", challenge)
        try:
            self.doors.passkeys.add(me(), given, made, request.form.get("label", ""))
        except REFUSALS as error:
            return self._addition(error)
        flash("This passkey signs you in from now on.", "good")
        return redirect(url_for("how_you_sign_in.overview"))

    def rename(self, name: str) -> Page:
        """Call a passkey by another name."""
        label = next((text for field, text in request.form.items() if field.startswith("label")), "")
        try:
            self.doors.passkeys.rename(me(), name, label)
        except SignInSettingError as error:
            page = render_template(
                "market/how_you_sign_in.html",
                ways=ways_of(self.doors),
                errors=explained(error),
                renaming=name,
            )
            return page, status_of(error)
        flash("The passkey has its new name.", "good")
        return redirect(url_for("how_you_sign_in.overview"))

    def removal(self, name: str) -> Page:
        return confirm_page(ways_of(self.doors), self._removal_words(name))

    def remove(self, name: str) -> Page:
        """Take a passkey away."""
        words, given = self._removal_words(name), proof(self.doors, take_question())
        try:
            self.doors.passkeys.remove(me(), given, name, session_id=this_session())
        except REFUSALS as error:
            return confirm_page(ways_of(self.doors), words, error)
        flash("This passkey signs you in no more. Everywhere else you are signed out.", "good")
        return redirect(url_for("how_you_sign_in.overview"))

    def without_password(self) -> Page:
        return confirm_page(ways_of(self.doors), _WITHOUT | {"action": url_for(".drop_password")})

    def drop_password(self) -> Page:
        """Take the member's password away."""
        given = proof(self.doors, take_question())
        try:
            self.doors.passkeys.drop_password(me(), given, session_id=this_session())
        except REFUSALS as error:
            words = _WITHOUT | {"action": url_for(".drop_password")}
            return confirm_page(ways_of(self.doors), words, error)
        flash("You have no password any more. Everywhere else you are signed out.", "good")
        return redirect(url_for("how_you_sign_in.overview"))

    def connection(self) -> Page:
        return confirm_page(ways_of(self.doors), _CONNECT | {"action": url_for(".connect")})

    def connect(self) -> Page:
        """Go to the member's organisation, to come back as somebody it knows."""
        ways, given = ways_of(self.doors), proof(self.doors, take_question())
        if ways.institution is None:
            raise UnknownError("your organisation has no sign-in of its own here")
        try:
            self.doors.passkeys.confirm(me(), given)
            return go_on(self.doors, ways.institution.name, connecting=True)
        except REFUSALS as error:
            return confirm_page(ways, _CONNECT | {"action": url_for(".connect")}, error)

    def disconnection(self) -> Page:
        return confirm_page(ways_of(self.doors), _DISCONNECT | {"action": url_for(".disconnect")})

    def disconnect(self) -> Page:
        """Let the organisation sign the member in no more."""
        given = proof(self.doors, take_question())
        try:
            self.doors.institutions.disconnect(me(), given)
        except REFUSALS as error:
            return confirm_page(ways_of(self.doors), _DISCONNECT | {"action": url_for(".disconnect")}, error)
        flash("Your organisation signs you in here no more.", "good")
        return redirect(url_for("how_you_sign_in.overview"))

    def _addition(self, error: MarketplaceError | None = None) -> Page:
        page = render_template(
            "market/confirm_sign_in.html",
            ways=ways_of(self.doors),
            errors={} if error is None else explained(error),
            label=request.form.get("label", ""),
            adding=True,
            title="Add a passkey",
            text="It signs you in with your finger, your face or a PIN.",
            verb="Add it",
            action=url_for("how_you_sign_in.add"),
        )
        return page, HTTPStatus.OK if error is None else status_of(error)

    def _removal_words(self, name: str) -> dict[str, str]:
        passkey = self._own(name)
        return {
            "title": f"Take away: {passkey.label}",
            "text": "It signs you in no more, and you are signed out everywhere else. Delete it on the "
            "device that keeps it as well.",
            "verb": "Take it away",
            "action": url_for("how_you_sign_in.remove", name=name),
        }

    def _own(self, name: str) -> MemberPasskey:
        for each in self.doors.passkeys.of(me().member_id):
            if each.name == name:
                return each
        raise UnknownError("you have no such passkey")


_WITHOUT = {
    "title": "Sign in with passkeys only",
    "text": "Your password is taken away, and you are signed out everywhere else. A passkey can be neither "
    "guessed nor given to a false page.",
    "verb": "Take my password away",
}
_CONNECT = {
    "title": "Connect your organisation",
    "text": "You sign in there once. From then on it signs you in here, whatever your e-mail address is.",
    "verb": "Go on to your organisation",
}
_DISCONNECT = {
    "title": "Sign in with your organisation no more",
    "text": "Your other ways to sign in stay as they are.",
    "verb": "End it",
}
