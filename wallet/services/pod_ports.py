"""What the use cases about pods need from outside.

Every method raises `PodError`, whose `cause` says what went wrong; where nothing else is said it is
`UNREACHABLE`, `UNFIT_ANSWER`, `MOVED`, `ENDED`, `NOT_ALLOWED`, `NOT_FOUND` or `INSECURE`.
"""

from typing import Protocol

from wallet.domain.collecting import Grant
from wallet.domain.pod import Folder, Pod, PodPlace, PodSignIn


class Pods(Protocol):
    """Talks to pods and to the servers at which their people sign in."""

    def find(self, address: str) -> PodPlace:
        """What the WebID or the pod's address that a person gave leads to; nobody is signed in for it.

        Raises:
            PodError: besides, `NOT_AN_ADDRESS`, `NOT_A_POD`, `NO_ISSUER`.
        """
        ...

    def begin_sign_in(self, place: PodPlace, redirect_uri: str) -> tuple[PodSignIn, str]:
        """Register at the person's server and make a request, and the address of the page for it.

        Raises:
            PodError: besides, `UNSAFE_SIGN_IN`.
        """
        ...

    def finish_sign_in(self, sign_in: PodSignIn, code: str) -> Grant:
        """The right to act for the person whose pod it is, for the code that the browser brought back.

        Raises:
            PodError: besides, `DECLINED`, `UNPROVEN`, `OTHER_PERSON`.
        """
        ...

    def renewed(self, pod: Pod) -> Grant:
        """The grant, or a new one where its time is over."""
        ...

    def give_back(self, pod: Pod) -> None:
        """Tell the server that the grant is not to be taken any more."""
        ...

    def folder(self, pod: Pod, address: str) -> Folder:
        """What lies in a folder of the pod; nothing that lies elsewhere is in it."""
        ...

    def read(self, pod: Pod, address: str, most_bytes: int) -> bytes:
        """A file of the pod.

        Raises:
            PodError: besides, `TOO_LARGE`.
        """
        ...

    def write_new(self, pod: Pod, address: str, content: bytes) -> None:
        """Write a file where there is none.

        Raises:
            PodError: besides, `TAKEN` where there is one, `FULL`.
        """
        ...

    def remove(self, pod: Pod, address: str) -> None:
        """Remove a file as it is now; one that changes meanwhile stays.

        Raises:
            PodError: besides, `TAKEN`.
        """
        ...
