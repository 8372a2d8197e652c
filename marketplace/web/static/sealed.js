// Opening the three sealed parts of an answer, and holding them against what each node signed.
//
// Each part of the sum arrives twice, from two nodes. A copy that contradicts the digest which both nodes signed
// names the node that sent it; two different digests name both. The numbers are added only when all agrees.

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "/design/vendor/hpke.js";
import { canonicalJson, digestOf, fromBase64url, sha256, toBase64url, utf8 } from "./bytes.js";

const ROLES = [0, 1, 2];
const SALT_BYTES = 32;
const VERSION = 1;

export class NodeFault extends Error {
  constructor(message, roles) {
    super(message);
    this.roles = roles;
  }
}

export async function openTotals(result, resultKeys, queryDigest) {
  const registry = await readSigned(result.registry, result.authority, "argonauta-registry+jwt");
  const statements = await Promise.all(result.outputs.map((output) => readStatement(output, registry)));
  await checkStatements(statements, result, queryDigest);
  const binding = await bindingOf(result, statements[0]);
  const cells = result.computation.cells.length;
  const parts = await Promise.all(
    ROLES.map((role) => openPart(result, result.outputs[role], resultKeys[role], cells)),
  );
  await checkCopies(parts, statements, binding);
  return addUp(parts, cells);
}

async function readStatement(output, registry) {
  const node = registry.nodes.find((each) => each.id === output.node);
  if (!node) throw new NodeFault(`${output.node} is not in the registry.`, [output.role]);
  try {
    return await readSigned(output.statement, node.key ?? node.jwk, "output-statement+jwt");
  } catch {
    throw new NodeFault(`${output.node} did not sign its statement.`, [output.role]);
  }
}

async function readSigned(token, jwk, typ) {
  const [header, payload, signature] = token.split(".");
  const read = (part) => JSON.parse(new TextDecoder().decode(fromBase64url(part)));
  if (read(header).typ !== typ || read(header).alg !== "EdDSA") throw new Error("another kind of document was signed");
  const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, "Ed25519", false, ["verify"]);
  const good = await crypto.subtle.verify("Ed25519", key, fromBase64url(signature), utf8(`${header}.${payload}`));
  if (!good) throw new Error("a signature does not hold");
  return read(payload);
}

async function checkStatements(statements, result, queryDigest) {
  const cellsDigest = await digestOf(result.computation);
  for (const role of ROLES) {
    const statement = statements[role];
    const same = statement.role === role && statement.job_id === result.job_id && statement.attempt === result.attempt
      && statement.query_digest === queryDigest && statement.cells_digest === cellsDigest
      && statement.admitted_root === statements[0].admitted_root && statement.admitted === statements[0].admitted;
    if (!same) throw new NodeFault(`${result.outputs[role].node} signed a statement about something else.`, [role]);
  }
}

async function bindingOf(result, statement) {
  const run = {
    job_id: result.job_id,
    attempt: result.attempt,
    manifest_digest: result.manifest_digest,
    admitted_root: statement.admitted_root,
  };
  return sha256(utf8(canonicalJson(run)));
}

async function openPart(result, output, resultKey, cells) {
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const context = canonicalJson({
    use: "argonauta result v1", job_id: result.job_id, attempt: result.attempt, role: output.role,
  });
  const sealed = fromBase64url(output.envelope);
  const secret = fromBase64url(resultKey);
  const recipientKey = await suite.kem.importKey("raw", secret, false);
  let plain;
  try {
    plain = await suite.open(
      { recipientKey, enc: sealed.slice(0, 32), info: utf8(context) }, sealed.slice(32),
    );
  } catch {
    throw new NodeFault(`The part of ${output.node} does not open. Is this the key file that the order was made for?`, [output.role]);
  }
  return readPart(new Uint8Array(plain), output, cells);
}

function readPart(bytes, output, cells) {
  const width = 1 + SALT_BYTES + 8 * cells;
  if (bytes[0] !== VERSION || bytes.length !== 1 + 2 * width) {
    throw new NodeFault(`The part of ${output.node} is not of the right form.`, [output.role]);
  }
  return [1, 1 + width].map((start) => ({
    role: bytes[start],
    salt: bytes.slice(start + 1, start + 1 + SALT_BYTES),
    values: bytes.slice(start + 1 + SALT_BYTES, start + width),
  }));
}

async function checkCopies(parts, statements, binding) {
  for (const role of ROLES) {
    const holder = (role + 2) % 3;
    const stated = statements[role].own_digest;
    if (stated !== statements[holder].held_digest) {
      throw new NodeFault("Two nodes signed different things about the same part.", [role, holder]);
    }
    for (const [sender, copy] of [[role, parts[role][0]], [holder, parts[holder][1]]]) {
      const digest = await sha256(utf8("argonauta summand v1"), binding, Uint8Array.of(copy.role), copy.salt, copy.values);
      if (copy.role !== role || toBase64url(digest) !== stated) {
        throw new NodeFault("A node sent another number than it signed.", [sender]);
      }
    }
  }
}

// The sums modulo 2^64, read as signed numbers.
function addUp(parts, cells) {
  const views = parts.map(([own]) => new DataView(own.values.buffer, own.values.byteOffset));
  return Array.from({ length: cells }, (_, cell) =>
    BigInt.asIntN(64, views.reduce((sum, view) => sum + view.getBigUint64(8 * cell), 0n)));
}
