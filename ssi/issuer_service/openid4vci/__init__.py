"""What wallets call: OpenID for Verifiable Credential Issuance 1.0, and status lists.

- `protocol` puts the endpoints together and answers refusals; `doors` says who may come in.
- `metadata` tells what is offered: issuer, authorisation server, keys, offers, status lists.
- `published` holds the DID document and the documents of the types.
- `tokens` takes pushed requests (RFC 9126), codes and refresh tokens; `approval` is the page on which a
  person says yes.
- `credentials` hands out challenges and credentials, now or later, and takes notifications.

Errors carry the names that the standards give them, as JSON: RFC 6749 §5.2 and RFC 9449 §5 at the token
endpoint, RFC 6750 §3.1 and RFC 9449 §7 for access tokens, OpenID4VCI 1.0 §8.3.1.2, §9.3 and §11.3 for the
rest. Unknown members of a request are ignored, as §8.2 demands; that is the one place where this service does
not refuse what it does not know.
"""
