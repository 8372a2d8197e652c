// The page of an order: the buyer chooses her key file, the answer opens here and is shown here, nowhere else.
// Only an answer in which everything fits together is shown, and only then are the people paid.

import { decode, resultsOf } from "./answer.js";
import { digestOf } from "./bytes.js";
import { button, notice } from "./elements.js";
import { openTotals, unsealedAll } from "./envelopes.js";
import { Fault, NotOpened } from "./faults.js";
import { readKeyFile } from "./key_file.js";
import { openParts } from "./parts.js";
import { readRun } from "./run.js";
import { showAnswer } from "./show_answer.js";
import { agreed } from "./statements.js";

// A sum under encryption is found by searching through points of a curve, which browsers have no means for.
const ENCRYPTED_SUMS = "This answer was added up under encryption. It is opened with the Python tools of the market: "
  + "Buyer.connect(…) with the same key file, then buyer.collect(order). They check every proof, confirm or dispute.";

const place = document.getElementById("opening");
const step = (name) => place.querySelector(`[data-step="${name}"]`);

function turnTo(...names) {
  for (const each of place.querySelectorAll("[data-step]")) each.hidden = !names.includes(each.dataset.step);
}

async function fetchResult() {
  // Browsers lend their cryptography only to pages that nobody on the way can change.
  if (!window.isSecureContext) throw new NotOpened("This page was not loaded over a secure connection (https).");
  let answer;
  try {
    answer = await fetch(place.dataset.result, { headers: { Accept: "application/json" }, redirect: "error" });
  } catch {
    throw new NotOpened("The market cannot be reached, or you were signed out. Load this page again.");
  }
  if (!answer.ok) throw new NotOpened("The market does not hand out the result now. Please try again later.");
  return answer.json();
}

// The steps of marketplace/sdk/result.py: the registry, the order, the statements, the computation, the envelopes.
async function openAnswer(result, keys) {
  const expected = { order: place.dataset.order, query: place.dataset.query };
  const run = await readRun(result, expected, Date.now());
  const agreement = await agreed(run);
  const { computation } = result;
  if ((await digestOf(computation)) !== agreement.cellsDigest || computation.query_digest !== run.queryDigest) {
    throw new Fault("The market handed out another description of the computation than the nodes signed.");
  }
  if (result.query.engine === "paillier") throw new NotOpened(ENCRYPTED_SUMS);
  const count = resultsOf(computation);
  const totals = result.query.engine === "additive"
    ? await openParts(run, agreement, keys.result_keys, { cells: count, verified: computation.verified })
    : await openTotals(run, agreement, keys.result_keys, count);
  const plain = await unsealedAll(run, keys.result_keys);
  return { result, run, agreement, plain, rows: decode(computation, totals) };
}

// The form is there while the answer is neither confirmed nor disputed; htmx sends it and shows the new bill.
function confirm() {
  document.getElementById("confirmation")?.requestSubmit();
}

function reportForm(fault, keys) {
  const form = document.getElementById("dispute");
  if (!form || !fault.provable) return [];
  const [role] = fault.roles;
  return [button("Report it and get the money back", "bad", "hand-stop", () => {
    form.elements.role.value = String(role);
    form.elements.private_key.value = keys.result_keys[role];
    form.requestSubmit();
  })];
}

function fail(error, keys) {
  if (error instanceof NotOpened) return showFailure(notice("bad", "The answer was not opened", error.message));
  const unpaid = document.getElementById("confirmation") ? ["Nothing was confirmed and nobody was paid."] : [];
  if (!(error instanceof Fault)) {
    return showFailure(notice("bad", "The answer was not opened", "What the market handed out cannot be read.", ...unpaid));
  }
  const names = error.roles.map((role) => place.dataset.nodes.split(" ")[role]).join(" and ");
  // What a node sealed and signed it sealed and signed; anything else the market could have changed, too.
  const blame = names ? [`To blame: ${names}${error.provable ? "" : ", or the market on the way"}.`] : [];
  const proof = error.provable
    ? ["The key of this one part proves what the node did. Alone it opens nothing of the answer; afterwards you register again with a new key file."]
    : [];
  return showFailure(notice("bad", "The answer is not shown: it does not fit together", error.message, ...blame, ...unpaid, ...proof),
    ...reportForm(error, keys));
}

function showFailure(...parts) {
  step("failed").replaceChildren(...parts);
  turnTo("closed", "failed");
}

async function open(file) {
  turnTo("opening");
  let keys = null;
  try {
    keys = await readKeyFile(file);
    const opened = await openAnswer(await fetchResult(), keys);
    turnTo("open");
    showAnswer(step("open"), opened);
    step("open").focus();
    confirm();
  } catch (error) {
    fail(error, keys);
  }
}

turnTo("closed");
document.getElementById("key-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  // So that the same file can be chosen again after a failure.
  event.target.value = "";
  if (file) open(file);
});
