/* The editor: keeps the text on the server while it is written, shows it as readers will see it, and helps with Markdown.
   Without this script the form saves by its button. */
"use strict";

(() => {
  const root = document.getElementById("writing");
  const form = document.getElementById("editor"); // holds no field itself: a preview inside it could hold forms of its own
  const body = form.elements.namedItem("body");
  const version = form.elements.namedItem("version");
  const token = form.elements.namedItem("csrfmiddlewaretoken").value;
  const say = form.dataset;
  const state = root.querySelector(".state");
  const counted = root.querySelector(".counted");
  const wide = matchMedia("(min-width: 1000px)");
  const fields = ["title", "summary", "body", "tags", "comment", "slug"].map((name) => form.elements.namedItem(name)).filter(Boolean);
  const SAVE_AFTER = 2000; // milliseconds without a key
  const SAVE_WITHIN = 8000; // while keys go on
  const TRY_AGAIN = 5000;
  const STALE = 60 * 24 * 3600 * 1000; // a copy of a draft that nobody came back to

  document.documentElement.classList.add("scripted");
  for (const part of root.querySelectorAll("[role=toolbar], .views")) part.hidden = false;

  const read = () => Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const same = (one, other) => Boolean(one && other) && fields.every(({ name }) => one[name] === other[name]);
  const later = (act, wait) => {
    let timer;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(act, wait, ...given);
    };
  };

  function tell(text, wrong = false) {
    state.textContent = text;
    state.classList.toggle("wrong", wrong);
  }

  const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

  /* ---- input methods: nothing is done to a text that is being composed */
  let composing = false;
  root.addEventListener("compositionstart", () => (composing = true));
  root.addEventListener("compositionend", () => (composing = false));
  const isComposing = (event) => composing || event.isComposing || event.keyCode === 229;

  /* ---- a copy in this browser, until the server has it */
  const PLACE = `draft-${say.uid}`;
  const copy = {
    keep(more = {}) {
      try {
        localStorage.setItem(PLACE, JSON.stringify({ version: version.value, known, fields: read(), at: Date.now(), ...more }));
      } catch {
        /* no room, or not allowed: the server is still there */
      }
    },
    read() {
      try {
        return JSON.parse(localStorage.getItem(PLACE));
      } catch {
        return null;
      }
    },
    drop() {
      try {
        localStorage.removeItem(PLACE);
      } catch {
        /* as above */
      }
    },
    sweep() {
      try {
        for (const name of Object.keys(localStorage)) {
          if (name.startsWith("draft-") && !(JSON.parse(localStorage.getItem(name))?.at > Date.now() - STALE)) localStorage.removeItem(name);
        }
      } catch {
        /* as above */
      }
    },
  };

  /* ---- what the server has: `known`, under the version in the form */
  let known = "unkept" in say ? null : read();
  let busy = false;
  let again = false;
  let leaving = false;
  let dirtySince = 0;

  function send(words, was) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token);
    data.set("version", version.value);
    for (const [name, value] of Object.entries(words)) data.set(name, value);
    if (was !== undefined) data.set("was", JSON.stringify(was));
    const small = words.body.length < 15000; // browsers let 64 kB outlive their page
    return fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual", keepalive: small });
  }

  async function save() {
    if (busy) {
      again = true;
      return;
    }
    const words = read();
    if (same(words, known)) {
      tell(`${say.saved} ${clock()}`);
      return;
    }
    busy = true;
    tell(say.saving);
    await kept(words).catch(() => {
      tell(say.offline, true);
      setTimeout(save, TRY_AGAIN);
    });
    busy = false;
    if (again) {
      again = false;
      save();
    }
  }

  async function kept(words) {
    let answer = await send(words);
    if (answer.status === 409) answer = await send(words, known); // another window was quicker: merge
    if (answer.ok) return took(words, await answer.json());
    if (answer.status === 413 || answer.status === 422) return tell(`${say.refused}: ${(await answer.json()).detail}`, true);
    if (answer.status === 400) return tell(say.refused, true); // larger than any form may be
    if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return tell(say.gone, true);
    throw new Error(answer.status);
  }

  function took(words, told) {
    if (told.body !== undefined && (composing || !same(read(), words))) {
      known = words; // it was merged while somebody went on writing: an old version makes the next saving merge again
      version.value = told.version - 1;
      save();
      return;
    }
    version.value = told.version;
    known = words;
    if (told.body !== undefined) put(told);
    if (same(read(), known)) {
      copy.drop();
      dirtySince = 0;
      tell(`${say.saved} ${clock()}`);
    }
    if (told.detail) announce(told.detail);
    if (told.moved) announce(say.moved);
    const slug = form.elements.namedItem("slug");
    if (slug) slug.placeholder = told.proposed;
  }

  /* What came of a merge goes into the fields; only what differs is written, so that undo and caret stay. */
  function put(told) {
    for (const field of fields) {
      if (told[field.name] !== undefined && told[field.name] !== field.value) change(field, told[field.name]);
    }
    known = read();
    changed();
  }

  function change(field, text) {
    const old = field.value;
    let head = 0;
    while (head < Math.min(old.length, text.length) && old[head] === text[head]) head += 1;
    let tail = 0;
    while (tail < Math.min(old.length, text.length) - head && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
    field.setRangeText(text.slice(head, text.length - tail), head, old.length - tail, "preserve");
  }

  function announce(text) {
    const there = [...root.querySelectorAll(".told")].find((told) => told.textContent === text);
    if (there) return;
    const told = document.createElement("p");
    told.className = "told warning";
    told.setAttribute("role", "alert");
    told.textContent = text;
    root.prepend(told);
  }

  const saveSoon = later(save, SAVE_AFTER);
  const copySoon = later(() => same(read(), known) || copy.keep(), 250);

  root.addEventListener("input", (event) => {
    if (!fields.includes(event.target)) return;
    tell(say.unsaved);
    copySoon();
    changed();
    dirtySince ||= Date.now();
    if (Date.now() - dirtySince > SAVE_WITHIN && !busy) save();
    saveSoon();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && !leaving && save());
  addEventListener("pagehide", () => !leaving && save());
  addEventListener("online", save);
  form.addEventListener("submit", () => {
    leaving = true;
    copy.keep({ sent: true });
  });
  document.querySelector("form.discard").addEventListener("submit", () => {
    leaving = true;
    copy.drop();
  });
  addEventListener("beforeunload", (event) => {
    if (leaving || same(read(), known)) return;
    copy.keep();
    save();
    event.preventDefault();
  });

  function bringBack() {
    copy.sweep();
    const before = copy.read();
    if (!before || (before.sent && Number(before.version) < Number(version.value)) || same(before.fields, read())) {
      copy.drop();
      return;
    }
    for (const field of fields) field.value = before.fields[field.name] ?? field.value;
    known = before.known;
    version.value = before.version;
    announce(say.back);
    save();
  }

  /* ---- preview and counts */
  const pane = document.querySelector("#pane-preview");
  let asked = 0;
  let shown = body.value;

  async function preview() {
    if (body.value === shown || (!wide.matches && root.dataset.shown === "typing")) return;
    const text = body.value;
    const turn = (asked += 1);
    const data = new FormData();
    data.set("csrfmiddlewaretoken", token);
    data.set("body", text);
    const answer = await fetch(say.preview, { method: "POST", body: data, redirect: "manual" }).catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    const html = await answer.text();
    const { scrollTop } = pane;
    pane.firstElementChild.innerHTML = html; // sanitised by the server, as for readers
    pane.scrollTop = scrollTop;
    shown = text;
  }

  const segments = "Segmenter" in Intl ? new Intl.Segmenter(body.lang, { granularity: "word" }) : null;
  const words = (text) => (segments ? [...segments.segment(text)].filter((one) => one.isWordLike).length : text.split(/\s+/).filter(Boolean).length);

  function count() {
    const number = (value) => value.toLocaleString(document.documentElement.lang);
    const text = body.value;
    counted.textContent = say.counts.replace("%(words)s", number(words(text))).replace("%(characters)s", number([...text].length));
    const marks = text.match(/^<<<<<<<( |$)/gm)?.length;
    if (!marks) return;
    const open = document.createElement("b");
    open.textContent = ` ${say.marks.replace("%(count)s", marks)}`;
    counted.append(open);
  }

  const previewSoon = later(preview, 500);
  const countSoon = later(count, 300);
  function changed() {
    previewSoon();
    countSoon();
  }

  /* ---- which side is shown */
  const views = [...root.querySelectorAll("[data-show]")];
  function show(which) {
    root.dataset.shown = which;
    for (const view of views) view.setAttribute("aria-pressed", String(view.dataset.show === which));
    preview();
  }
  for (const view of views) view.addEventListener("click", () => show(view.dataset.show));

  /* ---- writing into the text, so that undo takes it back */
  function write(start, end, text) {
    body.focus();
    body.setSelectionRange(start, end);
    if (start === end && !text) return;
    const done = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
    if (done) return;
    body.setRangeText(text, start, end, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function wrap(mark, name) {
    const { selectionStart: start, selectionEnd: end, value } = body;
    const size = mark.length;
    if (value.slice(start - size, start) === mark && value.slice(end, end + size) === mark) {
      const inside = value.slice(start, end);
      write(start - size, end + size, inside);
      body.setSelectionRange(start - size, end - size);
      return;
    }
    const inside = value.slice(start, end) || name;
    write(start, end, mark + inside + mark);
    body.setSelectionRange(start + size, start + size + inside.length);
  }

  function link() {
    const { selectionStart: start, selectionEnd: end, value } = body;
    const chosen = value.slice(start, end);
    const isAddress = /^(https?:\/\/|\/)\S+$/.test(chosen);
    const [text, address] = isAddress ? [say.text, chosen] : [chosen || say.text, "https://"];
    write(start, end, `[${text}](${address})`);
    const at = isAddress ? start + 1 : start + text.length + 3;
    body.setSelectionRange(at, at + (isAddress ? text : address).length);
  }

  /* Marks each line of the selection; takes the marks away where all lines have them. */
  function mark(pattern, make) {
    const { selectionStart: from, selectionEnd: to, value } = body;
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const ends = value.indexOf("\n", to);
    const end = ends < 0 ? value.length : ends;
    const lines = value.slice(start, end).split("\n");
    const marked = lines.every((line) => pattern.test(line));
    const made = lines.map((line, at) => (marked ? line.replace(pattern, "") : make(at) + line.replace(/^(?:[-*+] (?:\[[ xX]\] )?|\d+[.)] |#+ )/, ""))).join("\n");
    write(start, end, made);
    if (lines.length > 1) body.setSelectionRange(start, start + made.length);
  }

  /* A block of its own, with blank lines around it. */
  function insert(text, chosen = "") {
    const { selectionStart: start, selectionEnd: end, value } = body;
    const before = value.slice(0, start);
    const after = value.slice(end);
    const head = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const tail = !after || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
    write(start, end, `${head}${text}${after ? tail : "\n"}`);
    const at = chosen && text.indexOf(chosen);
    const from = start + head.length + (chosen ? at : text.length);
    body.setSelectionRange(from, from + chosen.length);
  }

  const selected = () => body.value.slice(body.selectionStart, body.selectionEnd);
  const acts = {
    heading: () => mark(/^## /, () => "## "),
    bold: () => wrap("**", say.text),
    code: () => wrap("`", say.text),
    link,
    list: () => mark(/^- (?!\[[ xX]\] )/, () => "- "),
    numbered: () => mark(/^\d+[.)] /, (at) => `${at + 1}. `),
    task: () => mark(/^- \[[ xX]\] /, () => "- [ ] "),
    table: () => insert(`| ${say.titleWord} | ${say.titleWord} |\n|---|---|\n| ${say.text} | ${say.text} |`, say.titleWord),
    block: () => insert(`\`\`\`\n${selected() || say.text}\n\`\`\``, selected() || say.text),
    note: () => insert(`::: note\n${selected() || say.text}\n:::`, selected() || say.text),
    warning: () => insert(`::: warning\n${selected() || say.text}\n:::`, selected() || say.text),
    live: () => live(),
  };

  const toolbar = root.querySelector("[role=toolbar]");
  const tools = [...toolbar.querySelectorAll("[data-do]")];
  tools.forEach((tool, at) => (tool.tabIndex = at ? -1 : 0));
  toolbar.addEventListener("mousedown", (event) => event.target.closest("[data-do]") && event.preventDefault()); // the selection stays
  toolbar.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-do]");
    if (tool && !composing) acts[tool.dataset.do]?.();
  });
  toolbar.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const now = tools.indexOf(document.activeElement);
    if (!by || now < 0) return;
    event.preventDefault();
    const next = tools[(now + by + tools.length) % tools.length];
    tools.forEach((tool) => (tool.tabIndex = tool === next ? 0 : -1));
    next.focus();
  });

  /* ---- keys. Escape lets the next Tab leave the text; Tab means something inside a list only. */
  const ITEM = /^(\s*)([-*+]|(\d+)([.)]))( \[[ xX]\])? /;
  let released = false;

  function line() {
    const start = body.value.lastIndexOf("\n", body.selectionStart - 1) + 1;
    const ends = body.value.indexOf("\n", start);
    return { start, text: body.value.slice(start, ends < 0 ? body.value.length : ends) };
  }

  function goOn(event) {
    const { start, text } = line();
    const item = ITEM.exec(text);
    if (!item || body.selectionStart !== body.selectionEnd || body.selectionStart < start + item[0].length) return;
    event.preventDefault();
    if (text.length === item[0].length) {
      write(start, start + text.length, "");
      return;
    }
    const next = item[3] ? `${Number(item[3]) + 1}${item[4]}` : item[2];
    write(body.selectionStart, body.selectionEnd, `\n${item[1]}${next}${item[5] ? " [ ]" : ""} `);
  }

  function indent(event) {
    const { start, text } = line();
    if (released || !ITEM.test(text)) return;
    event.preventDefault();
    const at = body.selectionStart;
    const step = event.shiftKey ? -Math.min(2, text.length - text.trimStart().length) : 2;
    if (step < 0) write(start, start - step, "");
    else if (step > 0) write(start, start, "  ");
    body.setSelectionRange(Math.max(start, at + step), Math.max(start, at + step));
  }

  body.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Tab" && plain) indent(event);
    else if (event.key === "Enter" && plain && !event.shiftKey) goOn(event);
    if (event.key !== "Shift") released = event.key === "Escape";
    const act = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && { b: acts.bold, k: acts.link }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  root.addEventListener("keydown", (event) => {
    const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s";
    if (!wanted || isComposing(event)) return;
    event.preventDefault();
    save();
  });

  /* ---- live blocks: what exists is asked of the server */
  const dialog = document.getElementById("live");
  const found = dialog.querySelector("select");
  const sought = dialog.querySelector("[type=search]");
  const kind = () => dialog.querySelector("[name=kind]:checked")?.value ?? "";

  async function look() {
    const answer = await fetch(`${say.things}?${new URLSearchParams({ kind: kind(), q: sought.value })}`).catch(() => null);
    if (!answer?.ok) return;
    const { choices } = await answer.json();
    found.replaceChildren(...choices.map((one) => new Option(one.label, one.argument)));
    if (!choices.length) found.append(Object.assign(new Option(say.nothing, ""), { disabled: true }));
    else found.selectedIndex = 0;
  }

  function live() {
    dialog.returnValue = "";
    dialog.showModal();
    look();
  }
  sought.addEventListener("input", later(look, 250));
  dialog.addEventListener("change", (event) => event.target.name === "kind" && look());
  found.addEventListener("dblclick", () => dialog.close("insert"));
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "insert" && found.value) insert(`::${kind()} ${found.value}`);
    else body.focus();
  });

  form.editor = { insert, tell }; // for what is dropped into the text
  show(wide.matches ? "preview" : "typing");
  count();
  bringBack();
})();
