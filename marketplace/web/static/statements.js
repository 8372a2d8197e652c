// Are three signed statements about one computation, and if not, who is to blame? The steps are those of
// marketplace/sdk/statements.py, which explains them; the numbers below are theirs.

import { fromBase64url, sha256, toBase64url } from "./bytes.js";
import { Fault } from "./faults.js";
import { verified } from "./jws.js";
import { ROLES, bindingOf } from "./run.js";

const OUTPUT_TYP = "output-statement+jwt";
const SUMMAND_TYP = "summand-digest+jwt";
const OUTPUT_MEMBERS = [
  "admitted", "admitted_root", "attempt", "cells_digest", "envelope_digest", "held_digest", "job_id", "own_digest",
  "query_digest", "released_at", "role",
];
const SUMMAND_MEMBERS = ["attempt", "binding", "digest", "job_id", "role"];

// What all three nodes agree on: the people, the cells, their statements by role, and the binding of the run.
export async function agreed(run) {
  const read = await Promise.all(ROLES.map((role) => readStatement(run, role))); // 1, 2
  raiseFor(read.filter((each) => each instanceof Fault));
  raiseFor(disagreements(read)); // 3
  const binding = await bindingOf(run, read[0].admitted_root);
  const faults = await Promise.all(ROLES.map((maker) => summandFault(run, maker, read, toBase64url(binding)))); // 4
  raiseFor(faults.filter((each) => each !== null));
  const { admitted, admitted_root: admittedRoot, cells_digest: cellsDigest } = read[0];
  return { admitted, admittedRoot, cellsDigest, binding, statements: read };
}

async function readStatement(run, role) {
  const { id, key } = run.nodes[role];
  const blame = (message) => new Fault(`${id} ${message}.`, [role]);
  let statement;
  try {
    statement = withMembers(await verified(run.outputs[role].statement, key, OUTPUT_TYP), OUTPUT_MEMBERS);
  } catch {
    return blame("did not sign its output");
  }
  if (!isOfRun(statement, run, role)) return blame("signed an output of another job, attempt or role");
  if (statement.query_digest !== run.queryDigest) return blame("answered another question");
  const envelope = await sha256(fromBase64url(run.outputs[role].envelope));
  if (statement.envelope_digest !== toBase64url(envelope)) return blame("signed another envelope than the one that came");
  return statement;
}

function disagreements(statements) {
  const aspects = [
    ["people", (each) => `${each.admitted} ${each.admitted_root}`],
    ["numbers", (each) => each.cells_digest],
  ];
  return aspects.flatMap(([what, read]) => {
    const values = statements.map(read);
    if (new Set(values).size === 1) return [];
    const common = values.find((value, place) => values.indexOf(value) !== place);
    const odd = common === undefined ? [] : ROLES.filter((role) => values[role] !== common);
    return [new Fault(`The nodes computed with different ${what}.`, odd)];
  });
}

async function summandFault(run, maker, statements, bound) {
  const holder = (maker + 2) % 3;
  const [makerName, holderName] = [run.nodes[maker].id, run.nodes[holder].id];
  let backing;
  try {
    const token = run.outputs[holder].held_statement;
    backing = withMembers(await verified(token, run.nodes[maker].key, SUMMAND_TYP), SUMMAND_MEMBERS);
  } catch {
    return new Fault(`${holderName} shows no statement of ${makerName} about its part.`, [holder]);
  }
  const fits = isOfRun(backing, run, maker) && backing.binding === bound
    && backing.digest === statements[holder].held_digest;
  if (!fits) return new Fault(`${holderName} holds another part than ${makerName} signed for this answer.`, [holder]);
  if (statements[maker].own_digest !== backing.digest) {
    return new Fault(`${makerName} signed two different things about its part.`, [maker]);
  }
  return null;
}

function isOfRun(statement, run, role) {
  return statement.job_id === run.jobId && statement.attempt === run.attempt && statement.role === role;
}

function withMembers(document, names) {
  if (Object.keys(document).sort().join() !== names.join()) throw new SyntaxError("missing or unknown members");
  return document;
}

function raiseFor(faults) {
  if (faults.length === 0) return;
  const roles = [...new Set(faults.flatMap((fault) => fault.roles))].sort();
  throw new Fault(faults.map((fault) => fault.message).join(" "), roles);
}
