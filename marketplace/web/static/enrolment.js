// Making a buyer's keys and signing its mandate, in the browser: the private keys never leave the file.

import { canonicalJson, fromBase64url, momentText, textOf, toBase64url, utf8 } from "./bytes.js";
import { KeyFileError } from "./faults.js";
import { makeKeyFile, readKeyFile, saveKeyFile } from "./key_file.js";

const MANDATE_TYP = "buyer-mandate+jwt";
const MANDATE_MILLISECONDS = 365 * 86_400_000;
// A mandate begins a little in the past, because the market's clock may be behind this computer's.
const CLOCKS_APART_MILLISECONDS = 5 * 60_000;

const place = document.getElementById("enrolment");
const form = document.getElementById("registration");
const problem = document.getElementById("mandate-problem");

// The public key of an X25519 private key, by importing the private key in its PKCS #8 frame (RFC 8410 §7).
async function publicOf(secret) {
  const frame = fromBase64url("MC4CAQAwBQYDK2VuBCIEIA");
  const whole = new Uint8Array([...frame, ...fromBase64url(secret)]);
  const key = await crypto.subtle.importKey("pkcs8", whole, { name: "X25519" }, true, ["deriveBits"]);
  return (await crypto.subtle.exportKey("jwk", key)).x;
}

// Whom a credential is about, and the key it is bound to. Nothing is believed here: the market verifies it.
function holderIn(credential) {
  try {
    const payload = JSON.parse(textOf(fromBase64url(credential.split("~")[0].split(".")[1])));
    return { buyer: payload.sub, jwk: payload.cnf.jwk };
  } catch {
    throw new KeyFileError("First paste your organisation credential in step 2, then choose the key file again.");
  }
}

async function signMandate(keys, credential, now) {
  const { buyer, jwk } = holderIn(credential);
  const own = keys.credential_key_jwk;
  if (jwk.x !== own.x || jwk.y !== own.y) throw new KeyFileError("The credential belongs to another key file.");
  const mandate = {
    buyer,
    marketplace: place.dataset.marketplace,
    result_keys: await Promise.all(keys.result_keys.map(publicOf)),
    issued_at: momentText(now - CLOCKS_APART_MILLISECONDS),
    valid_until: momentText(now + MANDATE_MILLISECONDS),
  };
  const part = (value) => toBase64url(utf8(canonicalJson(value)));
  const input = `${part({ alg: "ES256", typ: MANDATE_TYP })}.${part(mandate)}`;
  const signer = await crypto.subtle.importKey("jwk", own, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, signer, utf8(input));
  return `${input}.${toBase64url(new Uint8Array(signature))}`;
}

function showPublicKey({ kty, crv, x, y }) {
  document.getElementById("public-key").value = JSON.stringify({ kty, crv, x, y });
  place.querySelector("[data-public-key]").hidden = false;
}

function say(text) {
  problem.textContent = text;
  problem.hidden = text === "";
}

const maker = place.querySelector("[data-make-keys]");
maker.hidden = false;
maker.addEventListener("click", async () => {
  const keys = await makeKeyFile();
  saveKeyFile(keys);
  showPublicKey(keys.credential_key_jwk);
});

document.getElementById("mandate-key").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  form.elements.mandate.value = "";
  try {
    form.elements.mandate.value = await signMandate(await readKeyFile(file), form.elements.credential.value.trim(), Date.now());
    say("");
  } catch (error) {
    event.target.value = ""; // so that the same file can be chosen again
    say(error instanceof KeyFileError ? error.message : "This key file cannot be used. Make a new one.");
  }
});
