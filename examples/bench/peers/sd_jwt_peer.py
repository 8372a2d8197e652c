"""The package `sd-jwt`: seconds to issue, present and verify one credential, without and with key binding.

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

AUDIENCE, NONCE = "https://verifier.example", "n-0S6_WzA2Mj"


def median_seconds(work, rounds=101):
    """The median of some rounds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def measured(shown, hidden, chosen):
    """Seconds for the pieces of work, after the results were looked at."""
    key, holder_key = (JWK.generate(kty="EC", crv="P-256") for _ in range(2))
    claims = {**shown, **{SDObj(name): value for name, value in hidden.items()}}
    cnf = {"cnf": {"jwk": holder_key.export_public(as_dict=True)}}

    def issue():
        return SDJWTIssuer(claims, key, holder_key=holder_key).sd_jwt_issuance

    def present():
        holder = SDJWTHolder(token)
        holder.create_presentation(dict.fromkeys(chosen, True))
        return holder.sd_jwt_presentation

    def verify():
        return SDJWTVerifier(presentation, lambda issuer, header: key).get_verified_payload()

    def present_bound():
        holder = SDJWTHolder(token)
        holder.create_presentation(dict.fromkeys(hidden, True), NONCE, AUDIENCE, holder_key)
        return holder.sd_jwt_presentation

    def verify_bound():
        verifier = SDJWTVerifier(bound, lambda issuer, header: key, AUDIENCE, NONCE)
        return verifier.get_verified_payload()

    token = issue()
    presentation, bound = present(), present_bound()
    if verify() != {**shown, **cnf, **{name: hidden[name] for name in chosen}}:
        raise ValueError("the peer shows other claims")
    if verify_bound() != {**shown, **cnf, **hidden}:
        raise ValueError("the peer shows other claims")
    works = (issue, present, verify, present_bound, verify_bound)
    return {work.__name__: median_seconds(work) for work in works}


print(json.dumps(measured(**json.loads(sys.argv[1]))))
