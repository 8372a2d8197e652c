"""How a wallet reaches a person's pod (Solid Protocol 0.11, Solid-OIDC 0.1).

- `linked_data` reads what pods say about themselves, in JSON-LD, without following a context anywhere.
- `discovery` finds the pod and the place to sign in from an address that a person gives.
- `openid` signs in: dynamic registration, authorization code with PKCE, tokens bound to a key (DPoP), and an
  ID token that has to name the very person whose pod it is.
- `resources` lists, reads, writes and removes what lies in the pod.
- `refusals` turns what went wrong into the wallet's words.

What is guaranteed: everybody here is a stranger, asked over https and at public addresses only; no redirect
is followed; a token goes to the pod alone, bound to a key that the pod cannot use elsewhere; every answer is
bounded. What a pod says is shown and believed in nothing.
"""
