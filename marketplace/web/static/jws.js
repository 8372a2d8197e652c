// A signed document (JWS, RFC 7515) is believed for one type and one key only, as in ssi/jws.py: the algorithm
// is a property of the key, and whatever a header says beyond what is known here is refused, not ignored.

import { fromBase64url, textOf, utf8 } from "./bytes.js";

const KINDS = {
  "OKP/Ed25519": { alg: "EdDSA", members: ["x"], imported: { name: "Ed25519" }, checked: { name: "Ed25519" } },
  "EC/P-256": {
    alg: "ES256", members: ["x", "y"],
    imported: { name: "ECDSA", namedCurve: "P-256" }, checked: { name: "ECDSA", hash: "SHA-256" },
  },
};
const KNOWN = new Set(["alg", "typ", "kid"]);

export class SignatureError extends Error {}

// The payload of a token, or SignatureError.
export async function verified(token, jwk, typ) {
  try {
    return await read(token, jwk, typ);
  } catch (error) {
    throw new SignatureError(error.message, { cause: error });
  }
}

async function read(token, jwk, typ) {
  const kind = KINDS[`${jwk.kty}/${jwk.crv}`];
  if (!kind) throw new SyntaxError("a key of an unknown kind");
  const parts = token.split(".");
  if (parts.length !== 3) throw new SyntaxError("expected a signed token of three parts");
  const header = documentIn(parts[0]);
  if (header.typ !== typ) throw new SyntaxError("another kind of document was signed");
  if (header.alg !== kind.alg) throw new SyntaxError("signed by another method than the key's");
  if (!Object.keys(header).every((name) => KNOWN.has(name))) throw new SyntaxError("an unknown header");
  const publicHalf = Object.fromEntries(["kty", "crv", ...kind.members].map((name) => [name, jwk[name]]));
  const key = await crypto.subtle.importKey("jwk", publicHalf, kind.imported, false, ["verify"]);
  const input = utf8(`${parts[0]}.${parts[1]}`);
  if (!(await crypto.subtle.verify(kind.checked, key, fromBase64url(parts[2]), input))) {
    throw new SyntaxError("the signature does not fit");
  }
  return documentIn(parts[1]);
}

function documentIn(part) {
  const value = JSON.parse(textOf(fromBase64url(part)));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new SyntaxError("expected an object");
  return value;
}
