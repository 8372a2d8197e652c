"""What a pod can fail at, in words: the cause, the remedy, and what became of everything."""

from typing import Final

from wallet.errors import PodError, PodTrouble

_SAID: Final[dict[PodTrouble, str]] = {
    PodTrouble.NOT_AN_ADDRESS: "This is not an address. Copy it from your pod’s page; it starts with https://",
    PodTrouble.INSECURE: (
        "Your wallet does not ask this address: it is not protected by https, or lies inside a private"
        " network. Nothing was sent. Use a pod with a public address."
    ),
    PodTrouble.NOT_A_POD: (
        "There is no pod at this address, and nothing that says where one is. Check the address, or use the"
        " address of your pod instead of your WebID."
    ),
    PodTrouble.NO_ISSUER: (
        "What lies at this address does not say where its owner signs in. Nothing was sent. Use your WebID;"
        " your pod’s settings show it."
    ),
    PodTrouble.UNSAFE_SIGN_IN: (
        "The server at which you would sign in does not protect the sign-in as your wallet needs it."
        " Nothing was sent. Ask the provider of your pod to bring the server up to date."
    ),
    PodTrouble.UNKNOWN_ANSWER: (
        "Your wallet did not ask for this answer in this browser, or it came too late. Nothing was"
        " connected and nothing is lost. Start again."
    ),
    PodTrouble.OTHER_SERVER: (
        "The answer came from another server than the one you signed in at, so your wallet did not use it."
        " Nothing was connected. Start again, and tell your provider if it happens twice."
    ),
    PodTrouble.DECLINED: (
        "You or the server stopped it on the sign-in page. Nothing was connected, and you can start again."
    ),
    PodTrouble.UNPROVEN: (
        "The server did not prove who signed in, so your wallet did not connect. Nothing is lost. Start"
        " again, and tell your provider if it happens twice."
    ),
    PodTrouble.OTHER_PERSON: (
        "Somebody else is signed in at that server than the one whose pod this is, so your wallet did not"
        " connect. Sign out there, then start again."
    ),
    PodTrouble.NOT_CONNECTED: "No pod is connected to this wallet. Connect one first.",
    PodTrouble.ENDED: (
        "Your pod does not let your wallet in any more: the sign-in has run out or was ended. Nothing is"
        " lost. Connect the pod again."
    ),
    PodTrouble.NOT_ALLOWED: (
        "Your pod does not allow your wallet to do this. Nothing was changed. Allow it in the settings of"
        " the pod, or choose something else."
    ),
    PodTrouble.NOT_FOUND: (
        "This is not in your pod any more. Nothing was changed; look at the folder again."
    ),
    PodTrouble.MOVED: (
        "The pod says that this lies elsewhere now, and your wallet does not follow by itself. Nothing was"
        " sent on. Connect the pod again with its new address."
    ),
    PodTrouble.FULL: (
        "Your pod has no space left for this. What it held is unchanged. Make space there, then try again."
    ),
    PodTrouble.TOO_LARGE: (
        "This is too large to be read from a pod. Nothing was kept. Save the file on your device and bring"
        " it from there."
    ),
    PodTrouble.TAKEN: (
        "Something in your pod changed at the same time, and nothing was written over. Look again, then"
        " repeat."
    ),
    PodTrouble.ALTERED: (
        "What the pod gives back is not what your wallet wrote, so do not rely on this copy. Older copies"
        " are unchanged. Try again, or save a file of your wallet yourself."
    ),
    PodTrouble.UNFIT_ANSWER: (
        "The pod gave an answer that cannot be used. Nothing is lost. Try again later, and tell your"
        " provider if it stays so."
    ),
    PodTrouble.UNREACHABLE: "The pod cannot be reached now. Nothing is lost; try again later.",
}


def pod_trouble(cause: PodTrouble) -> PodError:
    """The error for a trouble, with its words."""
    return PodError(cause, _SAID[cause])
