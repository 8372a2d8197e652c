// The buyer's key file, the same that the Python tools read and write (marketplace/sdk/keys.py). It is made,
// read and used in the browser; nothing of it is ever sent, except the key of one part in a dispute.

import { fromBase64url } from "./bytes.js";
import { KeyFileError } from "./faults.js";

const NAME = "argonauta-keys.json";
const VERSION = 1;
const KEYS = 3;
const KEY_BYTES = 32;

export async function makeKeyFile() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const results = await Promise.all(Array.from({ length: KEYS }, async () => {
    const each = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
    return (await crypto.subtle.exportKey("jwk", each.privateKey)).d;
  }));
  return { version: VERSION, credential_key_jwk: { kty, crv, x, y, d }, result_keys: results };
}

export async function readKeyFile(file) {
  try {
    const keys = JSON.parse(await file.text());
    const { kty, crv } = keys.credential_key_jwk;
    const good = keys.version === VERSION && kty === "EC" && crv === "P-256" && keys.result_keys.length === KEYS
      && keys.result_keys.every((key) => fromBase64url(key).length === KEY_BYTES);
    if (good) return keys;
  } catch {
    // Whatever it is, it is not a key file, and that is all there is to say.
  }
  throw new KeyFileError("This is not a key file. Choose the file that you saved when you registered.");
}

export const saveKeyFile = (keys) => save(NAME, JSON.stringify(keys, null, 2), "application/json");

// Give a text to the person as a file, without any server.
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
