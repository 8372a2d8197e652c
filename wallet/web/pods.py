"""The screens of a person's pod: connecting it, looking into it, and copies of the wallet in it.

Names of folders and files are a person's own, so they stand in forms and in the session, never in an address
of the wallet. Where to go from here is told by the page that is shown before anybody goes there.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from ssi.http.address import origin_of
from wallet.domain.pod import PodSignIn, name_of, parent_of
from wallet.domain.sign_in_answer import once_each
from wallet.errors import LinkError, PodError
from wallet.services.pod_suite import PodUse
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.passkey_form import PasskeyForms
from wallet.web.pod_copies import PodCopies
from wallet.web.pod_files import PodFiles
from wallet.web.problems import status_of
from wallet.web.said_elsewhere import translated

Page = str | Response | tuple[str, HTTPStatus]
_WAITING: Final = "pod sign-in"
_PAGE: Final = "pod sign-in page"
_FOLDER: Final = "pod folder"


def screens(services: Services, forms: PasskeyForms) -> Blueprint:
    """A person's pod."""
    pods = Blueprint("pods", __name__, url_prefix="/pod")
    pods.before_request(visitor.door)
    _Screens(services.pod).add_to(pods)
    PodFiles(services).add_to(pods)
    PodCopies(services, forms).add_to(pods)
    return pods


@dataclass(frozen=True)
class _Screens:
    pod: PodUse

    def add_to(self, pods: Blueprint) -> None:
        pods.get("/")(self.overview)
        pods.post("/find")(self.find)
        pods.get("/sign-in")(self.sign_in)
        pods.get("/callback")(self.callback)
        pods.post("/disconnect")(self.disconnect)
        pods.get("/folder")(self.folder)
        pods.post("/folder")(self.go)

    def overview(self) -> Page:
        """The pod that is connected, or the form for one."""
        return _overview(self.pod, {}, HTTPStatus.OK)

    def find(self) -> Page:
        """See where an address leads, and make the request to sign in there."""
        address = request.form.get("address", "")
        try:
            place = self.pod.connect.look(address)
            waiting, page = self.pod.connect.begin(place, url_for("pods.callback", _external=True))
        except PodError as error:
            return _overview(self.pod, {"address": translated(str(error))}, HTTPStatus.UNPROCESSABLE_ENTITY)
        session[_WAITING], session[_PAGE] = waiting, page
        return redirect(url_for("pods.sign_in"))

    def sign_in(self) -> Page:
        """Say where a person would sign in, and as whom, before she goes there."""
        waiting = session.get(_WAITING)
        if not isinstance(waiting, PodSignIn):
            return redirect(url_for("pods.overview"))
        host = (origin_of(waiting.place.issuer) or "").partition("://")[2]
        return render_template("wallet/pod/sign_in.html", place=waiting.place, host=host, page=session[_PAGE])

    def callback(self) -> Page:
        """Take what the browser brought back, once, and leave none of it in the address."""
        waiting = session.pop(_WAITING, None)
        session.pop(_PAGE, None)
        try:
            answer = _told()
            self.pod.connect.finish(
                visitor.current(), waiting if isinstance(waiting, PodSignIn) else None, answer
            )
        except PodError as error:
            flash(translated(str(error)), "bad")
        else:
            session.pop(_FOLDER, None)
            flash(gettext("Your pod is connected."), "good")
        return redirect(url_for("pods.overview"))

    def disconnect(self) -> Page:
        """Forget the pod."""
        self.pod.connect.disconnect(visitor.current())
        session.pop(_FOLDER, None)
        flash(gettext("Your pod is disconnected. What lies in it stays there."), "good")
        return redirect(url_for("pods.overview"))

    def go(self) -> Page:
        """Go to another folder."""
        session[_FOLDER] = request.form.get("at", "")
        return redirect(url_for("pods.folder"))

    def folder(self) -> Page:
        """What lies in the folder that was gone to, or in the outermost one."""
        wallet = visitor.current()
        connected = self.pod.connect.present(wallet)
        if connected is None:
            return redirect(url_for("pods.overview"))
        try:
            found = self.pod.read.folder(wallet, session.get(_FOLDER))
        except PodError as error:
            session.pop(_FOLDER, None)
            return render_template("wallet/pod/failed.html", said=str(error)), status_of(error)
        outermost = found.address == connected.place.storage
        return render_template(
            "wallet/pod/folder.html",
            folder=found,
            name=None if outermost else name_of(found.address),
            parent=None if outermost else parent_of(found.address),
        )


def _told() -> dict[str, str]:
    try:
        return once_each(request.args.to_dict(flat=False))
    except LinkError:
        return {}  # which is the answer to no request


def _overview(pod: PodUse, errors: dict[str, str], status: HTTPStatus) -> Page:
    page = render_template(
        "wallet/pod/overview.html",
        pod=pod.connect.present(visitor.current()),
        errors=errors,
        address=request.form.get("address", ""),
    )
    return page, status
