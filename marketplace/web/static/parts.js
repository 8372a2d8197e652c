// Where each node gave one part: does its envelope hold what the node signed, and do the parts fit together? The
// steps of marketplace/sdk/additive.py; the numbers below are theirs.

import { sha256, toBase64url, utf8 } from "./bytes.js";
import { PRIME, addUp, elements, unsealedAll } from "./envelopes.js";
import { Fault } from "./faults.js";
import { ROLES } from "./run.js";

const VERSION = 1;
const HEAD_BYTES = 4;
const SALT_BYTES = 32;
const WORD_BYTES = 8;
const PART_DOMAIN = "argonauta additive part v1";

// The numbers of an answer as signed integers, or who lied.
export async function openParts(run, agreement, keys, { cells, verified }) {
  const opened = await unsealedAll(run, keys);
  const parts = await Promise.all(ROLES.map((role) => readPart(run, agreement, role, { plain: opened[role], cells, verified })));
  const totals = addUp(parts.map(({ values }) => values), cells);
  if (verified && !fitTags(parts, totals)) {
    throw new Fault("The parts of the answer do not fit the marks that were computed with them: one was altered.");
  }
  return totals;
}

async function readPart(run, agreement, role, { plain, cells, verified }) {
  const lie = (message) => new Fault(`${run.nodes[role].id} ${message}.`, [role], { provable: true });
  if (plain === null) throw lie("sealed its part to another key"); // 1
  const start = HEAD_BYTES + SALT_BYTES;
  const words = verified ? 2 * cells + 1 : cells;
  const fits = plain.length === start + WORD_BYTES * words && plain[0] === VERSION && plain[3] === Number(verified);
  if (!fits || elements(plain.subarray(start)).some((value) => value >= PRIME)) {
    throw lie("sealed something that is not a part of an answer"); // 2
  }
  if (plain[1] !== role || plain[2] !== ROLES.length) throw lie("sealed the part of another node"); // 3
  const digest = toBase64url(await sha256(utf8(PART_DOMAIN), agreement.binding, plain));
  if (digest !== agreement.statements[role].own_digest) throw lie("sealed another number than it signed"); // 4
  const end = start + WORD_BYTES * cells;
  return { values: plain.subarray(start, end), tagged: plain.subarray(end) };
}

// Whether the sums of the tags are the answer times the key that all parts together show.
function fitTags(parts, totals) {
  const numbers = parts.map(({ tagged }) => elements(tagged));
  const sums = numbers[0].map((_, place) => numbers.reduce((total, each) => total + each[place], 0n) % PRIME);
  const key = sums[totals.length];
  return totals.every((value, cell) => (((value * key) % PRIME) + PRIME) % PRIME === sums[cell]);
}
