"""Mathematics and bytes: the part of the house that knows no person, clock, socket or framework.

Every algorithm takes its randomness as an argument, so that each is deterministic under test, and every
parser of hostile bytes answers with a named error of `crypto.errors`. Secret scalars take the constant-time
path of libsecp256k1 and OpenSSL where there is one; where Python's own integers touch a secret, the
module's docstring says so.
"""
