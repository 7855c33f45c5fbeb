/* Every page: keys, the theme without a reload, menus that close. All of it is comfort; nothing here is needed. */
"use strict";

(() => {
  const root = document.documentElement;

  /* ---- theme: the form works alone; here it saves the reload and knows what the system prefers */
  const theme = document.querySelector("form.theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  theme?.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = isDark() ? "light" : "dark";
    const form = new FormData(theme);
    form.set("theme", chosen);
    root.dataset.theme = chosen;
    document.dispatchEvent(new Event("themechange"));
    fetch(theme.action, { method: "POST", body: form, redirect: "manual" });
  });

  /* ---- keys */
  const steps = () => [...document.querySelectorAll(".finding, table.packets tbody tr, .article-list li a")].filter((item) => item.checkVisibility());

  function step(by) {
    const items = steps();
    if (!items.length) return;
    const now = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
    const next = items[Math.min(items.length - 1, Math.max(0, now + by))];
    if (!next.matches("a")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  const help = document.getElementById("help");
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    "?": () => help?.showModal(),
    "/": () => document.querySelector('form.search input, input[type="search"]')?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || writing || document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /* ---- menus */
  const menus = () => document.querySelectorAll("details.who[open]");
  document.addEventListener("click", (event) => menus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => menu.removeAttribute("open"));
  });

  /* ---- the diagram on one page: where the reader came to a packet, show it */
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof SVGElement) target.scrollIntoView({ block: "center" });
})();
