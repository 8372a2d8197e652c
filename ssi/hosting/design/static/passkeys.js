// Asks a passkey and puts its answer into the form that it stands in. Where the question has a salt, what the
// passkey derives from it for this site (WebAuthn, extension prf) goes into a field of its own and is in no
// other place.
(() => {
  "use strict";
  const parts = document.querySelectorAll("[data-passkey]");
  if (!window.PublicKeyCredential || !PublicKeyCredential.prototype.toJSON) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  class Unfit extends Error {}

  const ask = async (form) => {
    const answer = await fetch("/passkeys/question", {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrf_token.value },
    });
    if (!answer.ok) throw new Error("no question");
    return answer.json();
  };

  const secretOf = (credential) => credential.getClientExtensionResults().prf?.results?.first;

  const written = (credential) => {
    const plain = credential.toJSON();
    plain.clientExtensionResults = {}; // the secret stands in its own field only
    return JSON.stringify(plain);
  };

  const derive = (question) => (question.salt ? { prf: { eval: { first: bytes(question.salt) } } } : {});

  const descriptors = (names) => names.map((name) => ({ type: "public-key", id: bytes(name) }));

  const get = async (question, names) => {
    const credential = await navigator.credentials.get({
      publicKey: {
        challenge: bytes(question.challenge),
        rpId: question.host,
        allowCredentials: descriptors(names),
        userVerification: "required",
        extensions: derive(question),
      },
    });
    if (!question.salt) return { answer: written(credential), secret: "" };
    const secret = secretOf(credential);
    if (!secret) throw new Unfit();
    return { answer: written(credential), secret: text(secret) };
  };

  const make = async (question, name) => {
    const credential = await navigator.credentials.create({
      publicKey: {
        challenge: bytes(question.challenge),
        rp: { id: question.host, name: document.querySelector(".brand-name").textContent },
        user: { id: bytes(question.handle), name, displayName: name },
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: descriptors(question.known),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        extensions: derive(question),
      },
    });
    if (!question.salt) return { answer: written(credential), secret: "" };
    // Some devices derive while they make a passkey, others only when they are asked again.
    const secret = secretOf(credential);
    return { answer: written(credential), secret: secret ? text(secret) : (await get(question, [credential.id])).secret };
  };

  const fill = (form, name, found) => {
    form.elements[name].value = found.answer;
    if (found.secret) form.elements[`${name}_secret`].value = found.secret;
  };

  const run = async (part, form) => {
    const question = await ask(form);
    const kind = part.dataset.passkey;
    const typed = part.dataset.password ? form.elements[part.dataset.password]?.value : "";
    if (kind === "open") fill(form, "passkey", await get(question, []));
    if (kind === "confirm") fill(form, "passkey", await get(question, question.known));
    if (kind === "add" && !typed && question.known.length) fill(form, "passkey", await get(question, question.known));
    if (kind === "add") fill(form, "made", await make(question, part.dataset.name));
    if (kind === "make") fill(form, "made", await make(question, form.elements.login.value.trim()));
    form.action = part.dataset.action || form.action;
    form.submit();
  };

  for (const part of parts) {
    const button = part.querySelector("button");
    const trouble = part.querySelector("[role=alert]");
    const form = part.closest("form");
    part.hidden = false;
    button.addEventListener("click", async () => {
      trouble.hidden = true;
      const login = form.elements.login;
      if (part.dataset.passkey === "make" && !login.value.trim()) {
        login.focus();
        trouble.textContent = part.dataset.nameless;
        trouble.hidden = false;
        return;
      }
      button.disabled = true;
      try {
        await run(part, form);
      } catch (error) {
        trouble.textContent = error instanceof Unfit ? part.dataset.unfit : part.dataset.failed;
        trouble.hidden = false;
      } finally {
        button.disabled = false;
      }
    });
  }
})();
