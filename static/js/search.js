/* The box of every page: hits while one types. Without this script the form sends itself. */
"use strict";

(() => {
  const form = document.querySelector("form.search");
  if (!form) return;
  const box = form.querySelector("input");
  const list = form.querySelector(".instant");
  const status = form.querySelector('[role="status"]');
  const PAUSE = 120; // milliseconds without a key before the server is asked
  let timer = 0;
  let asked = "";
  let request = null;
  let chosen = -1;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll('[role="option"]')];

  function show(isOpen) {
    list.hidden = !isOpen;
    box.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) choose(-1);
  }

  function choose(at) {
    const all = options();
    chosen = all.length ? Math.max(-1, Math.min(all.length - 1, at)) : -1;
    all.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    if (chosen < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    const words = box.value.trim();
    if (words === asked) return void show(Boolean(words) && document.activeElement === box);
    asked = words;
    request?.abort();
    if (!words) {
      list.replaceChildren();
      return void show(false);
    }
    request = new AbortController();
    const url = `${form.dataset.instant}?q=${encodeURIComponent(words)}`;
    const answer = await fetch(url, { signal: request.signal }).catch(() => null);
    if (!answer?.ok || answer.redirected || words !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (words !== asked) return;
    list.replaceChildren(...page.body.childNodes);
    chosen = -1;
    status.textContent = form.dataset.count.replace("{n}", options().length);
    show(document.activeElement === box);
  }

  /* While Japanese is composed the text is not yet what is meant: ask when the composition has ended. */
  function soon(event) {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, PAUSE);
  }

  box.addEventListener("input", soon);
  box.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("focus", () => options().length && box.value.trim() === asked && show(true));

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter and arrows belong to the input method
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length) return;
      event.preventDefault();
      show(true);
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      options()[chosen].click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the first Esc closes the list, the second clears the box
      event.stopPropagation();
      show(false);
    } else if (event.key === "Escape" && !box.value) box.blur();
  });

  document.addEventListener("click", (event) => form.contains(event.target) || show(false));
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || setTimeout(() => form.contains(document.activeElement) || show(false), 150));
})();
