// What every page needs besides htmx: a word when a part could not be loaded, and copying a text.
(() => {
  const say = (text) => {
    const place = document.getElementById("notice");
    if (!place) return;
    const box = document.createElement("div");
    box.className = "notice notice-bad";
    box.textContent = text;
    place.replaceChildren(box);
  };

  document.addEventListener("htmx:sendError", () => say("We cannot be reached right now. Nothing was lost; please try again."));
  document.addEventListener("htmx:timeout", () => say("That took too long. Nothing was lost; please try again."));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 400 || status === 401 || status === 403) say("You may have been signed out. Please open the page again.");
    else if (status === 429) say("One moment, please: there were too many tries in a short time.");
    else say("Something went wrong on our side. What you had before is unchanged.");
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.querySelector("span").textContent = "Copied";
    } catch {
      button.querySelector("span").textContent = "Press Ctrl+C";
    }
  });
})();
