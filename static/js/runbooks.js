/* Runbooks and cases: a button that copies. Without it the text can be selected. */
"use strict";

(() => {
  function select(source) {
    if ("select" in source) return source.select();
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async function copy(source) {
    const text = "value" in source ? source.value : source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      select(source); // no clipboard over plain http: the browser's older way, which copies what is selected
      document.execCommand("copy");
    }
  }

  for (const button of document.querySelectorAll("button.copy")) {
    const source = button.closest(".run, .message")?.querySelector("pre code, textarea");
    if (!source) continue;
    const label = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await copy(source);
      button.textContent = button.dataset.copied;
      setTimeout(() => (button.textContent = label), 2000);
    });
  }
})();
