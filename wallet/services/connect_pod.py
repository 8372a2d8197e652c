"""A person connects her pod to her wallet, and disconnects it."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.clock import Clock
from wallet.domain.pod import Pod, PodPlace, PodSignIn
from wallet.domain.pod_trouble import pod_trouble
from wallet.domain.session import Session
from wallet.domain.sign_in_answer import code_in, sign_in_of
from wallet.errors import (
    LinkError,
    PartnerFaultError,
    PartnerRefusedError,
    PodError,
    PodTrouble,
)
from wallet.services.pod_ports import Pods
from wallet.services.ports import Store

_ROW_BYTES: Final = 16


@dataclass(frozen=True)
class ConnectPod:
    """Keeps the one pod of a wallet.

    A request that waits for the browser is kept by the caller, in that browser's session: only there its
    answer counts.
    """

    pods: Store[Pod]
    partner: Pods
    clock: Clock
    random: RandomBytes = random_bytes

    def present(self, session: Session) -> Pod | None:
        """The pod of this wallet, if one is connected."""
        return max(self.pods.all(session), key=lambda pod: pod.connected_at, default=None)

    def look(self, address: str) -> PodPlace:
        """What an address leads to; nothing is connected.

        Raises:
            PodError: it leads to no pod, or to one that cannot be asked.
        """
        return self.partner.find(address.strip())

    def begin(self, place: PodPlace, redirect_uri: str) -> tuple[PodSignIn, str]:
        """A request to sign in, and the address of the page for it.

        Raises:
            PodError: the server cannot be asked, or does not protect the sign-in.
        """
        return self.partner.begin_sign_in(place, redirect_uri)

    def finish(self, session: Session, waiting: PodSignIn | None, answer: Mapping[str, str]) -> Pod:
        """Connect the pod for which the browser came back; another one that was connected is forgotten.

        Raises:
            PodError: the answer belongs to no request of this browser, comes from another server, is a
                refusal, or proves another person than the pod's.
        """
        if waiting is None:
            raise pod_trouble(PodTrouble.UNKNOWN_ANSWER)
        try:
            sign_in_of(answer, [(waiting, waiting.request)], now=self.clock())
            code = code_in(answer, waiting.request)
        except LinkError as error:
            raise pod_trouble(PodTrouble.UNKNOWN_ANSWER) from error
        except PartnerFaultError as error:
            raise pod_trouble(PodTrouble.OTHER_SERVER) from error
        except PartnerRefusedError as error:
            raise pod_trouble(PodTrouble.DECLINED) from error
        grant = self.partner.finish_sign_in(waiting, code)
        self.disconnect(session)
        name = str(uuid.UUID(bytes=self.random(_ROW_BYTES), version=4))
        return self.pods.save(session, Pod(name, waiting.place, grant, self.clock().replace(microsecond=0)))

    def disconnect(self, session: Session) -> None:
        """Forget the pod and the right to act in it; that its server cannot be told keeps nobody waiting."""
        for pod in self.pods.all(session):
            self.pods.remove(session, pod.row_id)
            with suppress(PodError):
                self.partner.give_back(pod)

    def usable(self, session: Session) -> Pod:
        """The connected pod with a grant that holds.

        Raises:
            PodError: none is connected, or its grant has run out and is not renewed.
        """
        pod = self.present(session)
        if pod is None:
            raise pod_trouble(PodTrouble.NOT_CONNECTED)
        grant = self.partner.renewed(pod)
        return pod if grant == pod.grant else self.pods.save(session, replace(pod, grant=grant))
