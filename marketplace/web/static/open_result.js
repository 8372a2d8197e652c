// The page of an order: the buyer chooses her key file, the answer opens here and is shown here, nowhere else.

import { decode } from "./answer.js";
import { NodeFault, openTotals } from "./sealed.js";
import { showAnswer } from "./show_answer.js";

const place = document.getElementById("opening");
const step = (name) => place.querySelector(`[data-step="${name}"]`);

function turnTo(name) {
  for (const each of place.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
}

function fail(message) {
  const box = document.createElement("div");
  box.className = "notice notice-bad";
  box.textContent = message;
  step("failed").replaceChildren(box);
  turnTo("failed");
  step("closed").hidden = false;
}

async function readKeys(file) {
  const document_ = JSON.parse(await file.text());
  if (document_.version !== 1 || !Array.isArray(document_.result_keys) || document_.result_keys.length !== 3) {
    throw new SyntaxError("not a key file");
  }
  return document_.result_keys;
}

async function confirm() {
  if (place.dataset.settled === "yes") return;
  const headers = { "X-CSRFToken": place.dataset.csrf, "X-Requested-With": "fetch" };
  await fetch(place.dataset.confirmation, { method: "POST", headers, redirect: "error" });
}

async function open(file) {
  turnTo("opening");
  try {
    const keys = await readKeys(file);
    const answer = await fetch(place.dataset.result);
    if (!answer.ok) throw new Error("the market does not hand out the result");
    const result = await answer.json();
    const totals = await openTotals(result, keys, place.dataset.query);
    showAnswer(step("open"), result, decode(result.computation, totals));
    turnTo("open");
    await confirm();
  } catch (error) {
    if (error instanceof NodeFault) {
      const nodes = error.roles.map((role) => `node ${role + 1}`).join(" and ");
      fail(`${error.message} Responsible: ${nodes}. You can report it below.`);
    } else if (error instanceof SyntaxError) fail("This is not a key file. Choose the file you saved when you registered.");
    else fail(`The answer could not be opened: ${error.message}.`);
  }
}

turnTo("closed");
document.getElementById("key-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) open(file);
});
