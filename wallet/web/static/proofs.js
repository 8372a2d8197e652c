// Checks in the page itself that each paid use stands in the public log (RFC 9162 §2.1.3.2), with the amount that
// the page shows, under a checkpoint that the log signed. The key of the log comes from the wallet's server.
(() => {
  "use strict";
  const list = document.querySelector("[data-proofs]");
  if (!list || !window.crypto?.subtle) return; // not a secure context: what the server checked stays said

  const encoder = new TextEncoder();
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  const base64url = (raw) =>
    btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

  // Canonical JSON (RFC 8785): the members in the order of their names, everything else as JSON.stringify does.
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${members.join(",")}}`;
  };

  const require = (holds, what) => {
    if (!holds) throw new Error(what);
  };

  const rootFrom = async (leaf, index, size, hashes) => {
    require(Number.isSafeInteger(index) && 0 <= index && index < size, "the place is not in the log");
    let [place, last, hash] = [index, size - 1, leaf];
    const half = (number) => Math.floor(number / 2);
    for (const sibling of hashes) {
      require(last > 0, "the proof is too long");
      if (place % 2 === 1 || place === last) {
        hash = await sha256(Uint8Array.of(1), sibling, hash);
        while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
      } else {
        hash = await sha256(Uint8Array.of(1), hash, sibling);
      }
      [place, last] = [half(place), half(last)];
    }
    require(last === 0, "the proof is too short");
    return hash;
  };

  const readNote = (note, origin) => {
    const at = note.lastIndexOf("\n\n");
    const text = note.slice(0, at + 1);
    const lines = text.split("\n");
    require(at > 0 && lines.length === 4 && lines[0] === origin, "the checkpoint is not one of this log");
    const size = Number(lines[1]);
    require(String(size) === lines[1] && Number.isSafeInteger(size), "the checkpoint names no size");
    return { text, size, root: bytes(lines[2]), signatures: note.slice(at + 2).split("\n").slice(0, -1) };
  };

  const importKey = async (raw) => {
    try {
      return await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    } catch (error) {
      return null; // this browser does not know Ed25519
    }
  };

  const requireSigned = async (checkpoint, log) => {
    const id = (await sha256(encoder.encode(`${log.origin}\n`), Uint8Array.of(1), log.raw)).slice(0, 4);
    for (const line of checkpoint.signatures) {
      const [dash, name, encoded] = line.split(" ");
      if (dash !== "—" || name !== log.origin || !encoded) continue;
      const signed = bytes(encoded);
      if (!equal(signed.slice(0, 4), id)) continue;
      const holds = await crypto.subtle.verify(
        { name: "Ed25519" }, log.key, signed.slice(4), encoder.encode(checkpoint.text),
      );
      require(holds, "the log did not sign the checkpoint");
      return;
    }
    require(false, "the log did not sign the checkpoint");
  };

  // 1. The entry is about the use that the page shows, and the amount. 2. It is the leaf that the proof is about.
  // 3. The leaf stands in the log. 4. The log signed the state in which it does.
  const check = async (item, { entry, proof }, log) => {
    const named = entry.body.job_id ?? entry.body.request_id;
    require(named === item.dataset.job && entry.body.consent_id === item.dataset.consent, "another use"); // 1
    require(entry.body.amount_cents === Number(item.dataset.cents), "another amount");
    const digest = base64url(await sha256(bytes(entry.salt), encoder.encode(canonical(entry.body))));
    const leaf = { kind: entry.kind, at: entry.at, body_digest: digest };
    const same = proof.kind === leaf.kind && proof.at === leaf.at && proof.body_digest === digest;
    require(same, "the proof is about another entry"); // 2
    const checkpoint = readNote(proof.checkpoint, log.origin);
    const hashed = await sha256(Uint8Array.of(0), encoder.encode(canonical(leaf)));
    const root = await rootFrom(hashed, proof.index, checkpoint.size, proof.hashes.map(bytes));
    require(equal(root, checkpoint.root), "the entry does not stand there"); // 3
    if (log.key) await requireSigned(checkpoint, log); // 4
  };

  const say = (item, outcome) => {
    const place = item.querySelector("[data-proof]");
    place.replaceChildren(document.getElementById(`proof-${outcome}`).content.cloneNode(true));
    item.dataset.outcome = outcome;
  };

  const run = async () => {
    const answer = await fetch(list.dataset.proofs, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const told = await answer.json();
    const log = { origin: told.log.origin, raw: bytes(told.log.key) };
    log.key = await importKey(log.raw);
    const proofs = new Map(told.uses.map((use) => [`${use.consent}/${use.job}`, use]));
    for (const item of list.querySelectorAll("[data-job]")) {
      const proof = proofs.get(`${item.dataset.consent}/${item.dataset.job}`);
      if (!proof) continue;
      try {
        await check(item, proof, log);
        say(item, log.key ? "here" : "half");
      } catch (error) {
        say(item, "refused");
      }
    }
  };

  run().catch(() => {}); // the page says already what the server checked
})();
