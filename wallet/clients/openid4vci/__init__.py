"""How a wallet collects: the holder's side of OpenID for Verifiable Credential Issuance 1.0.

- `metadata` reads what an issuer and its authorisation server say about themselves; signed metadata is
  verified where the trust registry knows the issuer.
- `authorization` sends a person to the issuer's page: pushed requests (RFC 9126) and PKCE (RFC 7636).
- `tokens` exchanges codes for access tokens, each bound to a key of this one exchange (`dpop`, RFC 9449).
- `credentials` asks for credentials with proofs of as many holder keys as the issuer binds at once, now or
  later, in encrypted messages where the issuer can read them, and tells it what became of them.
- `refusals` turns the standards' error codes into the wallet's words.

What is guaranteed: a code goes only to the server it came from, an access token and proofs of keys only to
the issuer's own origin, and an issuer outside the trust registry is asked at public addresses only. What is
collected is not believed here; `domain.acceptance` and `domain.acceptance_shown` verify it.
"""
