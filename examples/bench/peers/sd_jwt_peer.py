"""The package `sd-jwt`: seconds to issue, to present and to verify one credential.

Run as `python sd_jwt_peer.py TASK`, where TASK is a JSON object of the claims that are always shown, those
that can be hidden, and the names of those to present; prints one JSON object. This file runs in an
environment of its own and imports nothing of this project.
"""

import json
import statistics
import sys
import time

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier


def median_seconds(work, rounds=101):
    """The median of some rounds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def measured(shown, hidden, chosen):
    """Seconds for the three pieces of work, after the result was looked at."""
    key = JWK.generate(kty="EC", crv="P-256")
    claims = {**shown, **{SDObj(name): value for name, value in hidden.items()}}
    wanted = dict.fromkeys(chosen, True)

    def issue():
        return SDJWTIssuer(claims, key).sd_jwt_issuance

    def present():
        holder = SDJWTHolder(token)
        holder.create_presentation(wanted)
        return holder.sd_jwt_presentation

    def verify():
        return SDJWTVerifier(presentation, lambda issuer, header: key).get_verified_payload()

    token = issue()
    presentation = present()
    if verify() != {**shown, **{name: hidden[name] for name in chosen}}:
        raise ValueError("the peer shows other claims")
    return {name.__name__: median_seconds(name) for name in (issue, present, verify)}


print(json.dumps(measured(**json.loads(sys.argv[1]))))
