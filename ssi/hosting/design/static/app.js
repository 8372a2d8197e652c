// What every page needs besides htmx: a word when a part could not be loaded, and copying a text. The words
// stand in the page, in its language.
(() => {
  const say = (kind) => {
    const place = document.getElementById("notice");
    if (!place) return;
    const box = document.createElement("div");
    box.className = "notice notice-bad";
    box.textContent = place.dataset[kind];
    place.replaceChildren(box);
  };

  document.addEventListener("htmx:sendError", () => say("away"));
  document.addEventListener("htmx:timeout", () => say("slow"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 400 || status === 401 || status === 403) say("out");
    else if (status === 429) say("many");
    else say("wrong");
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.querySelector("span").textContent = button.dataset.copied;
    } catch {
      button.querySelector("span").textContent = button.dataset.byHand;
    }
  });
})();
