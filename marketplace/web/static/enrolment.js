// Making a buyer's keys and signing its mandate, in the browser: the private keys never leave the file.

import { canonicalJson, fromBase64url, toBase64url, utf8 } from "./bytes.js";

const MANDATE_DAYS = 365;
const place = document.getElementById("enrolment");
const form = document.getElementById("registration");

async function makeKeys() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const results = await Promise.all([0, 1, 2].map(async () => {
    const each = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
    return (await crypto.subtle.exportKey("jwk", each.privateKey)).d;
  }));
  return { version: 1, credential_key_jwk: { kty, crv, x, y, d }, result_keys: results };
}

function save(keys) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(keys, null, 2)], { type: "application/json" }));
  link.download = "argonauta-keys.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

// The public key of an X25519 private key, by importing the private key in its PKCS #8 frame (RFC 8410).
async function publicOf(secret) {
  const frame = fromBase64url("MC4CAQAwBQYDK2VuBCIEIA");
  const whole = new Uint8Array([...frame, ...fromBase64url(secret)]);
  const key = await crypto.subtle.importKey("pkcs8", whole, { name: "X25519" }, true, ["deriveBits"]);
  return (await crypto.subtle.exportKey("jwk", key)).x;
}

function holderOf(credential) {
  const payload = JSON.parse(new TextDecoder().decode(fromBase64url(credential.split("~")[0].split(".")[1])));
  return { buyer: payload.sub, key: payload.cnf.jwk };
}

const utcText = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");

async function signMandate(keys, credential) {
  const { buyer, key } = holderOf(credential);
  if (key.x !== keys.credential_key_jwk.x) throw new Error("The credential belongs to another key file.");
  const mandate = {
    buyer,
    marketplace: place.dataset.marketplace,
    result_keys: await Promise.all(keys.result_keys.map(publicOf)),
    issued_at: utcText(Date.now()),
    valid_until: utcText(Date.now() + MANDATE_DAYS * 86_400_000),
  };
  const part = (value) => toBase64url(utf8(canonicalJson(value)));
  const input = `${part({ alg: "ES256", typ: "buyer-mandate+jwt" })}.${part(mandate)}`;
  const signer = await crypto.subtle.importKey("jwk", keys.credential_key_jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, signer, utf8(input));
  return `${input}.${toBase64url(new Uint8Array(signature))}`;
}

function showPublicKey(jwk) {
  const field = place.querySelector("[data-public-key]");
  const label = document.createElement("p");
  label.textContent = "Saved. The public key for the register of organisations:";
  const code = document.createElement("pre");
  code.className = "code";
  code.textContent = JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y });
  field.replaceChildren(label, code);
  field.hidden = false;
}

const maker = place.querySelector("[data-make-keys]");
maker.hidden = false;
maker.addEventListener("click", async () => {
  const keys = await makeKeys();
  save(keys);
  showPublicKey(keys.credential_key_jwk);
});

document.getElementById("mandate-key").addEventListener("change", async (event) => {
  const field = form.elements.mandate;
  try {
    const keys = JSON.parse(await event.target.files[0].text());
    field.value = await signMandate(keys, form.elements.credential.value.trim());
    field.setCustomValidity("");
  } catch (error) {
    field.value = "";
    field.setCustomValidity(error.message);
    field.reportValidity();
  }
});
