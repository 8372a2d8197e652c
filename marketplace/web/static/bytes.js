// Bytes and documents in their one canonical form: base64url, SHA-256 and canonical JSON (RFC 8785).

export const utf8 = (text) => new TextEncoder().encode(text);
export const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

// Only the one canonical spelling of each byte string is accepted, so that a digest names one document.
export function fromBase64url(text) {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
  if (toBase64url(bytes) !== text) throw new SyntaxError("expected canonical base64url without padding");
  return bytes;
}

export function toBase64url(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

// Members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them: that is RFC 8785.
export function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(",")}}`;
}

export async function digestOf(value) {
  return toBase64url(await sha256(utf8(canonicalJson(value))));
}

// Moments stand in documents in one form only, RFC 3339 in UTC with whole seconds: 2026-01-31T12:00:00Z.
export const momentText = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");

export function momentOf(text) {
  const at = typeof text === "string" ? Date.parse(text) : NaN;
  if (Number.isNaN(at) || momentText(at) !== text) throw new SyntaxError("expected a moment in UTC");
  return at;
}
