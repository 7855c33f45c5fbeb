/* A declaration while it is written: checked half a second after the last key, kept on the server a little later.
   Without this script the button "Save and check" does both. */
"use strict";

(() => {
  const form = document.getElementById("declaring");
  const text = form.elements.namedItem("text");
  const comment = form.elements.namedItem("comment");
  const version = form.elements.namedItem("version");
  const token = form.elements.namedItem("csrfmiddlewaretoken").value;
  const say = form.dataset;
  const state = form.querySelector(".state");
  const place = form.querySelector(".place");
  const pane = document.getElementById("checked");
  const CHECK_AFTER = 500; // milliseconds without a key
  const SAVE_AFTER = 2000;
  const TRY_AGAIN = 5000;

  const later = (act, wait) => {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, wait);
    };
  };
  const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const read = () => ({ text: text.value, comment: comment.value });
  const same = (one, other) => one.text === other.text && one.comment === other.comment;

  function tell(words, wrong = false) {
    state.textContent = words;
    state.classList.toggle("wrong", wrong);
  }

  function ask(url, words, accept) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token);
    for (const [name, value] of Object.entries(words)) data.set(name, value);
    return fetch(url, { method: "POST", body: data, headers: { Accept: accept }, redirect: "manual" });
  }

  /* ---- input methods: nothing is done to a text that is being composed */
  let composing = false;
  form.addEventListener("compositionstart", () => (composing = true));
  form.addEventListener("compositionend", () => {
    composing = false;
    typed();
  });

  /* ---- check */
  let asked = 0;
  let shown = text.value;
  let leaving = false; // a button of the form was pressed

  async function check() {
    if (composing || leaving || text.value === shown) return;
    const words = text.value;
    const turn = (asked += 1);
    const answer = await ask(say.check, { text: words }, "text/html").catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    pane.innerHTML = await answer.text(); // the server's own template, which escapes what it quotes
    shown = words;
  }

  /* ---- save */
  let known = "unkept" in say ? { text: "", comment: "" } : read();
  let busy = false;

  async function save() {
    if (busy || composing || leaving) return saveSoon();
    const words = read();
    if (same(words, known)) return;
    busy = true;
    tell(say.saving);
    await keep(words).catch(() => {
      tell(say.offline, true);
      setTimeout(save, TRY_AGAIN);
    });
    busy = false;
  }

  async function keep(words) {
    let answer = await ask(form.action, { ...words, version: version.value }, "application/json");
    if (answer.status === 409) answer = await ask(form.action, { ...words, version: version.value, was: known.text }, "application/json"); // another window was quicker: merge
    if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return tell(say.gone, true);
    const told = await answer.json();
    if (!answer.ok) return tell(told.detail, true);
    took(words, told);
  }

  function took(words, told) {
    known = words;
    if (told.text !== undefined) {
      if (!same(read(), words)) {
        version.value = told.version - 1; // somebody went on writing: the next saving merges again
        return saveSoon();
      }
      const { selectionStart, scrollTop } = text;
      text.value = told.text;
      text.setSelectionRange(selectionStart, selectionStart);
      text.scrollTop = scrollTop;
      known = read();
      checkSoon();
    }
    version.value = told.version;
    if (same(read(), known)) tell(told.detail ?? `${say.saved} ${clock()}`);
    else saveSoon();
  }

  const checkSoon = later(check, CHECK_AFTER);
  const saveSoon = later(save, SAVE_AFTER);

  function typed() {
    tell(say.unsaved);
    checkSoon();
    saveSoon();
  }
  form.addEventListener("input", (event) => [text, comment].includes(event.target) && !event.isComposing && typed());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  addEventListener("online", save);
  function leave() {
    leaving = true;
    setTimeout(() => (leaving = false), TRY_AGAIN); // the connection was gone: still here
  }
  form.addEventListener("submit", leave);
  document.querySelector("form.discard").addEventListener("submit", leave);
  addEventListener("beforeunload", (event) => {
    if (!leaving && !same(read(), known)) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "s") {
      event.preventDefault();
      check();
      save();
    }
  });

  /* ---- lines: where the cursor is, and to the line of a mistake */
  function where() {
    const row = text.value.slice(0, text.selectionStart).split("\n").length;
    place.textContent = say.line.replace("%(row)s", row);
  }
  document.addEventListener("selectionchange", () => document.activeElement === text && where());
  text.addEventListener("input", where);

  pane.addEventListener("click", (event) => {
    const link = event.target.closest("[data-row]");
    if (!link) return;
    event.preventDefault();
    const row = Number(link.dataset.row);
    const lines = text.value.split("\n");
    const start = lines.slice(0, row - 1).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[row - 1] ?? "").length);
    text.scrollTop = Math.max(0, (row - 4) * parseFloat(getComputedStyle(text).lineHeight));
    text.scrollLeft = 0;
    where();
  });

  if ("unkept" in say) typed();
})();
