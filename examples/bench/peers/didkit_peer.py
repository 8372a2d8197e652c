"""The package `didkit`: seconds to issue and to verify one linked-data credential with Ed25519Signature2018.

Run as `python didkit_peer.py CLAIMS`, where CLAIMS is a JSON object of what the credential says; prints one
JSON object. This file runs in an environment of its own and imports nothing of this project. It leaves
without tidying up, because the package often crashes when the interpreter ends.
"""

import asyncio
import json
import os
import statistics
import sys
import time

import didkit

ROUNDS = 101


async def measured(claims):
    """Seconds for the two pieces of work, after the result was looked at."""
    key = didkit.generate_ed25519_key()
    did = didkit.key_to_did("key", key)
    method = await didkit.key_to_verification_method("key", key)
    terms = {name: f"https://example.org/terms#{name}" for name in claims}
    credential = {
        "@context": ["https://www.w3.org/2018/credentials/v1", terms],
        "type": ["VerifiableCredential"],
        "issuer": did,
        "issuanceDate": "2024-01-01T00:00:00Z",
        "credentialSubject": {"id": did, **{name: str(value) for name, value in claims.items()}},
    }
    document = json.dumps(credential)
    options = json.dumps({"proofPurpose": "assertionMethod", "verificationMethod": method})
    checks = json.dumps({"proofPurpose": "assertionMethod"})
    issued, verified = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        signed = await didkit.issue_credential(document, options, key)
        between = time.perf_counter()
        report = json.loads(await didkit.verify_credential(signed, checks))
        verified.append(time.perf_counter() - between)
        issued.append(between - begun)
        if report["errors"]:
            raise ValueError("the peer does not verify what it issued")
    return {"issue": statistics.median(issued), "verify": statistics.median(verified)}


print(json.dumps(asyncio.run(measured(json.loads(sys.argv[1])))), flush=True)
os._exit(0)
