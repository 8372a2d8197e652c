"""How does somebody ask a wallet for credentials, and how does the wallet answer? OpenID4VP 1.0, as values.

A *verifier* asks with an authorization request: a *query* in DCQL says which credentials and claims it wants,
a nonce that it drew makes each question a new one, and `client_id` says who asks and how that is proved. A
*wallet* checks who asks, looks for what fits, shows its owner, and answers with presentations bound to the
nonce and the `client_id`. The verifier checks the answer step by step.

Guarantees. An answer counts only for the question it was made for: another nonce, audience, choice of claims
or transaction is refused. A verifier gets `VerifiedResponse` or an error that names a `Reason`, for machines,
and says a sentence, for people. A wallet gets `VerifiedRequest` or an error with the code that the standard
gives to it.

Limits. Nothing here talks to anybody or knows the time; that a nonce is used once is for the caller's store
to see to. The formats are `dc+sd-jwt` and, for verifiers, `ldp_vc`; `mso_mdoc` is passed over where it is
optional. The Digital Credentials API is known as far as `expected_origins` goes.
"""
