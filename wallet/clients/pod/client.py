"""Pods as the use cases know them, over HTTP."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import b64url_encode
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey, generate_es256
from ssi.http.client import Client, Limits
from wallet.clients.connections import Connections
from wallet.clients.issuers import page_origin
from wallet.clients.openid4vci.authorization import Visit, new_sign_in
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.pod.discovery import Discovery
from wallet.clients.pod.linked_data import MAX_BYTES
from wallet.clients.pod.openid import OpenIdServer, SignInDesk, read_openid_server
from wallet.clients.pod.refusals import asking_the_pod
from wallet.clients.pod.resources import Shelf
from wallet.domain.clock import Clock
from wallet.domain.collecting import Grant
from wallet.domain.pod import Folder, Pod, PodPlace, PodSignIn

PAGES: Final = Limits(connect_seconds=5.0, read_seconds=10.0, total_seconds=10.0, answer_bytes=MAX_BYTES)
"""Finding a pod takes some requests one after the other, and a person waits for all of them."""
FILES: Final = Limits(connect_seconds=5.0, read_seconds=20.0, total_seconds=120.0, answer_bytes=MAX_BYTES)
"""A file takes longer than a page; how long it may be is said with each."""
_NONCE_BYTES: Final = 32


@dataclass(frozen=True)
class PodClient:
    """`services.pod_ports.Pods` over HTTP; with `private_addresses` pods may lie inside: development."""

    clock: Clock
    private_addresses: bool = False
    random: RandomBytes = random_bytes
    pages: Limits = PAGES
    files: Limits = FILES

    def find(self, address: str) -> PodPlace:
        """What an address leads to."""
        return Discovery(self._outside(self.pages)).place_at(address)

    def begin_sign_in(self, place: PodPlace, redirect_uri: str) -> tuple[PodSignIn, str]:
        """Register, and make a request."""
        with asking_the_pod():
            key = generate_es256(self.random)
            desk = self._desk(place, key)
            visit = Visit(desk.register(redirect_uri), redirect_uri)
            now = self.clock().replace(microsecond=0)
            request = new_sign_in(desk.server.metadata, visit, key, now=now, random=self.random)
            sign_in = PodSignIn(place, request, b64url_encode(self.random(_NONCE_BYTES)))
            page = desk.page_for(sign_in)
            page_origin(page)
            return sign_in, page

    def finish_sign_in(self, sign_in: PodSignIn, code: str) -> Grant:
        """Exchange the code, and see who signed in."""
        with asking_the_pod():
            return self._desk(sign_in.place, sign_in.request.dpop_key).redeem(sign_in, code)

    def renewed(self, pod: Pod) -> Grant:
        """The grant, or a new one where its time is over."""
        if self.clock() < pod.grant.ends_at:
            return pod.grant
        with asking_the_pod():
            return self._desk(pod.place, pod.grant.dpop_key).again(pod.grant)

    def give_back(self, pod: Pod) -> None:
        """Let the server forget the grant."""
        with asking_the_pod():
            self._desk(pod.place, pod.grant.dpop_key).revoke(pod.grant)

    def folder(self, pod: Pod, address: str) -> Folder:
        """What lies in a folder."""
        with asking_the_pod():
            return self._shelf(pod, self.pages).folder(address)

    def read(self, pod: Pod, address: str, most_bytes: int) -> bytes:
        """A file."""
        with asking_the_pod():
            return self._shelf(pod, replace(self.files, answer_bytes=most_bytes)).read(address)

    def write_new(self, pod: Pod, address: str, content: bytes) -> None:
        """Write a file where there is none."""
        with asking_the_pod():
            self._shelf(pod, self.files).write_new(address, content)

    def remove(self, pod: Pod, address: str) -> None:
        """Remove a file as it is now."""
        with asking_the_pod():
            self._shelf(pod, self.pages).remove(address)

    def _outside(self, limits: Limits) -> Outside:
        # One for each use: what is asked of one person's pod shares no connection with another's.
        return Outside(Connections(limits), self.private_addresses)

    def _shelf(self, pod: Pod, limits: Limits) -> Shelf:
        client = self._outside(limits).to(pod.place.storage)
        return Shelf(client, self._prover(pod.grant.dpop_key), pod.grant.access_token)

    def _desk(self, place: PodPlace, key: SigningKey) -> SignInDesk:
        client = self._outside(self.pages).to(place.issuer)
        return SignInDesk(self._server(place.issuer, client), client, self._prover(key), self.clock())

    def _server(self, issuer: str, client: Client) -> OpenIdServer:
        # Below the path of the name (OpenID Connect Discovery §4.1), not before it as RFC 8414 has it.
        path = f"{urlsplit(issuer).path.rstrip('/')}/.well-known/openid-configuration"
        return read_openid_server(client.get_json(path), issuer)

    def _prover(self, key: SigningKey) -> Prover:
        return Prover(key, True, self.clock, self.random)
