// Does each node's envelope hold what the node signed? The steps of marketplace/sdk/envelopes.py, and then the
// sum of the three parts. Each part came twice, from two nodes, under one digest that both signed.

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "/design/vendor/hpke.js";
import { canonicalJson, fromBase64url, sha256, toBase64url, utf8 } from "./bytes.js";
import { Fault, KeyFileError } from "./faults.js";
import { ROLES } from "./run.js";

const ENC_BYTES = 32;
const SALT_BYTES = 32;
const CELL_BYTES = 8;
const VERSION = 2;
export const PRIME = 2n ** 64n - 2n ** 32n + 1n;
const RESULT_USE = "argonauta result v1";
const SUMMAND_DOMAIN = "argonauta summand v2";

// What each envelope holds, by role; null where its key does not open it.
export async function unsealedAll(run, keys) {
  const opened = await Promise.all(ROLES.map((role) => unsealed(run, role, keys[role])));
  // One file holds all three keys. If none of them opens anything, it is the file that is wrong.
  if (opened.every((each) => each === null)) {
    throw new KeyFileError("This is not the key file of this order. Choose the one you registered with when you ordered.");
  }
  return opened;
}

// The numbers of an answer as signed integers, or who lied.
export async function openTotals(run, agreement, keys, cells) {
  const opened = await unsealedAll(run, keys);
  const parts = await Promise.all(ROLES.map((role) => readPart(run, agreement, role, { plain: opened[role], cells })));
  return addUp(parts.map(({ own }) => own.values), cells);
}

async function unsealed(run, role, secret) {
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const context = canonicalJson({ use: RESULT_USE, job_id: run.jobId, attempt: run.attempt, role });
  const sealed = fromBase64url(run.outputs[role].envelope);
  const recipientKey = await suite.kem.importKey("raw", fromBase64url(secret).buffer, false);
  try {
    const from = { recipientKey, enc: sealed.slice(0, ENC_BYTES).buffer, info: utf8(context).buffer };
    return new Uint8Array(await suite.open(from, sealed.slice(ENC_BYTES).buffer));
  } catch {
    return null;
  }
}

async function readPart(run, agreement, role, { plain, cells }) {
  const lie = (message) => new Fault(`${run.nodes[role].id} ${message}.`, [role], { provable: true });
  if (plain === null) throw lie("sealed its part to another key"); // 1
  const width = 1 + SALT_BYTES + CELL_BYTES * cells;
  if (plain[0] !== VERSION || plain.length !== 1 + 2 * width) throw lie("sealed something that is not a part of an answer"); // 2
  const [own, held] = [1, 1 + width].map((start) => summandAt(plain.subarray(start, start + width)));
  if ([own, held].some(({ values }) => elements(values).some((value) => value >= PRIME))) {
    throw lie("sealed something that is not a part of an answer");
  }
  if (own.role !== role || held.role !== (role + 1) % 3) throw lie("sealed the part of another node");
  const statement = agreement.statements[role];
  if ((await digestOfSummand(own, agreement.binding)) !== statement.own_digest) throw lie("sealed another number than it signed"); // 3
  if ((await digestOfSummand(held, agreement.binding)) !== statement.held_digest) {
    throw lie("sealed another copy of the next node's part than it signed");
  }
  return { own, held };
}

function summandAt(bytes) {
  return { role: bytes[0], salt: bytes.subarray(1, 1 + SALT_BYTES), values: bytes.subarray(1 + SALT_BYTES) };
}

async function digestOfSummand(summand, binding) {
  const { role, salt, values } = summand;
  return toBase64url(await sha256(utf8(SUMMAND_DOMAIN), binding, Uint8Array.of(role), salt, values));
}

// The numbers of the Goldilocks field in a summand, 8 bytes each, least significant first.
export function elements(values) {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Array.from({ length: values.byteLength / CELL_BYTES }, (_, cell) => view.getBigUint64(CELL_BYTES * cell, true));
}

// The sums modulo the prime, read as signed numbers.
export function addUp(summands, cells) {
  const numbers = summands.map(elements);
  return Array.from({ length: cells }, (_, cell) => {
    const sum = numbers.reduce((total, each) => total + each[cell], 0n) % PRIME;
    return sum > PRIME / 2n ? sum - PRIME : sum;
  });
}
