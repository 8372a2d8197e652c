// How the answer was made, for the reader of a paper: what, over how many, how protected, by whom, and what was
// checked here. The details for those who check it again stand in a fold.

import { dataTable, element, icon } from "./elements.js";
import { numberText } from "./report.js";

export function methodCard(opened, downloads) {
  const { result, run, agreement } = opened;
  const head = element("div", "tile-head", icon("file-text"), element("h2", "", "How this answer was made"));
  const body = element("div", "tile-body", factsOf(opened), checks(result), downloads, snippet(result), details(result, run, agreement));
  return element("section", "card tile method", head, body);
}

function factsOf({ result, run, agreement }) {
  const { labels } = result;
  const day = agreement.statements[0].released_at.slice(0, 10);
  const nodes = run.nodes.map((node) => `${node.id} (${node.operator})`).join(", ");
  return facts([
    ["What was computed", `${labels.question}.`],
    ["From", `${labels.data_set}, single records signed by the institution that made them`],
    ["Over", `${numberText(agreement.admitted, 0)} people, each of whom allowed it`],
    ["Protection", protection(result)],
    ["Computed by", nodes],
    ["Released", day],
    ["Who could have seen a record", labels.collude],
    ["Known by design", labels.known.join(" ")],
    ["What it cannot say", limitsOf(result)],
    ["To cite it", citation(result, agreement, day)],
  ]);
}

function citation({ labels, order_id }, agreement, day) {
  const people = `${numberText(agreement.admitted, 0)} people`;
  return `${labels.asked_by} (${day.slice(0, 4)}). ${labels.question}. ${people}. Argonauta, order ${order_id}, ${day}, entry ${labels.log_index} of the public log.`;
}

function limitsOf({ labels, query }) {
  const exact = query.privacy.epsilon === null ? " Two exact answers about almost the same people must not be compared." : "";
  return `The people chose to take part and were not drawn at random: what holds for them need not hold for others.${exact} ${labels.on_a_lie}`;
}

function protection(result) {
  const { computation, labels } = result;
  const noisy = [...computation.measures, ...computation.tasks].some((each) => each.noise_variance > 0);
  const drawn = result.query.engine === "additive"
    ? "Each node added random noise of its own, so that any one of the three protects the people"
    : "Random noise was drawn inside the computation, so that no node knows it";
  const noise = noisy
    ? `${drawn}; “95 %: noise” is the error from that noise alone, not from the choice of people`
    : "No noise was added";
  const groups = computation.by_rows ? ` No group of fewer than ${numberText(computation.floor, 0)} people was computed.` : "";
  return `${labels.protection}. ${noise}.${groups}`;
}

// Whether the parts of an answer can be held against anything, in words for its reader.
function checkOfParts({ query, computation }) {
  if (query.engine !== "additive") return "Each part of the answer came from two nodes, and the two copies are equal.";
  return computation.verified
    ? "Each node held its own part, and all parts fit the marks that the nodes computed with them: none was altered after it was checked."
    : "Each node held its own part, and fixed it before it knew the others. Not checked, because nobody else holds it: whether each part is the true sum.";
}

function checks(result) {
  const done = [
    "The three nodes are vouched for by the authority, and each signed its own result.",
    "All three computed the same numbers over the same people, for your question.",
    checkOfParts(result),
  ];
  return element("div", "", element("h3", "", "What was checked on your computer"),
    element("ul", "", ...done.map((text) => element("li", "", text))),
    element("p", "field-help", "These checks ran in a page of this market. With the Python tools you can run them without trusting the page: save the signed documents and open them there."));
}

// What a program does to get the same answer, with the tools of the market.
function snippet({ order_id, query }) {
  const lines = [
    `echo '${JSON.stringify({ kind: "argonauta order", version: 1, order_id, query })}' > order.json`,
    `export BUYER_URL=${window.location.origin} BUYER_API_KEY_FILE=api.key BUYER_KEYS=argonauta-keys.json BUYER_AUTHORITY=authority.jwk`,
    "buyer collect order.json --out answer     # tables, method card, citation and proof",
    "buyer verify answer/proof.json            # what your readers run",
  ];
  const code = element("pre", "code", element("code", "", lines.join("\n")));
  code.tabIndex = 0;
  return element("details", "fold", element("summary", "", "The same answer for programs"), element("div", "fold-body", code));
}

function details(result, run, agreement) {
  const { computation } = result;
  const rows = computation.measures.map((each) => [each.measure, String(each.noise_variance)]);
  const digests = facts([
    ["Job", `${run.jobId}, attempt ${run.attempt}`],
    ["Digest of the question", run.queryDigest],
    ["Digest of the computation", agreement.cellsDigest],
    ["Root of the people who took part", agreement.admittedRoot],
    ["Digest of the manifest", run.manifestDigest],
  ]);
  const fold = element("details", "fold", element("summary", "", "Details for checking it again"),
    element("div", "fold-body", digests, dataTable("Variance of the noise", ["Measure", "Variance of the noise"], rows)));
  return fold;
}

function facts(pairs) {
  return element("dl", "facts", ...pairs.map(([label, value]) =>
    element("div", "fact", element("dt", "", label), element("dd", "", value))));
}
