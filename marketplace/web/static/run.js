// What is a sealed result about, and whose signatures count for it? Steps 1 and 2 of marketplace/sdk/result.py:
// the registry is signed by the pinned authority and holds now; the result is about the order and the query on
// this page; its three nodes are distinct and in the registry.

import { canonicalJson, digestOf, momentOf, sha256, utf8 } from "./bytes.js";
import { Fault } from "./faults.js";
import { verified } from "./jws.js";

export const ROLES = [0, 1, 2];
const REGISTRY_TYP = "argonauta-registry+jwt";

// `expected` names the order and the digest of the query, `now` is the present moment in milliseconds.
export async function readRun(result, expected, now) {
  const queryDigest = await digestOf(result.query);
  if (result.order_id !== expected.order || queryDigest !== expected.query) {
    throw new Fault("The market handed out the result of another order.");
  }
  const nodes = await readNodes(result, now);
  const shaped = result.outputs.length === ROLES.length
    && ROLES.every((role) => result.outputs[role].role === role && result.outputs[role].node === nodes[role].id);
  if (!shaped) throw new Fault("The market handed out a result that is not whole.");
  return {
    jobId: result.job_id, attempt: result.attempt, manifestDigest: result.manifest_digest, queryDigest, nodes,
    outputs: result.outputs,
  };
}

// What everything in a run is bound to, once the people are known (consent/job.py).
export function bindingOf(run, admittedRoot) {
  const members = {
    job_id: run.jobId, attempt: run.attempt, manifest_digest: run.manifestDigest, admitted_root: admittedRoot,
  };
  return sha256(utf8(canonicalJson(members)));
}

async function readNodes(result, now) {
  let registry;
  try {
    registry = await verified(result.registry, result.authority, REGISTRY_TYP);
  } catch {
    throw new Fault("The list of nodes is not signed by the authority that vouches for them.");
  }
  if (!holds(registry.issued_at, registry.valid_until, now)) throw new Fault("The list of nodes is out of date.");
  if (new Set(result.nodes).size !== ROLES.length || result.nodes.length !== ROLES.length) {
    throw new Fault("The answer was not computed by three different nodes.");
  }
  return result.nodes.map((id) => {
    const node = registry.nodes.find((each) => each.id === id);
    if (!node || !holds(node.valid_from, node.valid_until, now)) {
      throw new Fault(`${id} is not a node that the authority vouches for.`);
    }
    return { id, operator: node.operator, key: node.verifying_key };
  });
}

function holds(from, until, now) {
  return momentOf(from) <= now && now < momentOf(until);
}
