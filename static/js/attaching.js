/* Pictures and captures: pasted, dropped or chosen, sent one after another, and named in the text where the caret was. */
"use strict";

(() => {
  const form = document.getElementById("attach");
  const body = document.getElementById("body");
  const root = document.getElementById("writing");
  const { insert } = document.getElementById("editor").editor;
  const said = form.querySelector("[role=status]");
  const input = form.querySelector("[type=file]");
  const say = form.dataset;
  const waiting = [];
  let busy = false;

  /* The caret's place is found again by the words around it: the text may change while the file is on its way. */
  const place = () => ({ at: body.selectionEnd, before: body.value.slice(Math.max(0, body.selectionEnd - 40), body.selectionEnd) });
  function goTo({ at, before }) {
    const found = body.value.slice(at - before.length, at) === before ? at : body.value.indexOf(before) + before.length;
    const end = body.value.includes(before) ? found : body.value.length;
    body.setSelectionRange(end, end);
  }

  function tell(text, wrong = false) {
    said.textContent = text;
    said.classList.toggle("wrong", wrong);
  }

  async function send({ file, where }) {
    if (file.size > Number(say.limit)) return tell(say.large, true);
    tell(say.sending.replace("%(name)s", file.name));
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    data.append("file", file, file.name || "picture");
    const headers = { Accept: "application/json", "X-CSRFToken": data.get("csrfmiddlewaretoken") };
    const answer = await fetch(form.action, { method: "POST", body: data, headers, redirect: "manual" }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok) return tell(told?.detail ?? told?.error?.text ?? say.lost, true);
    goTo(where);
    for (const line of told.lines) insert(line, /^!\[(.+)\]/.exec(line)?.[1]);
    return tell(told.told || say.done);
  }

  async function next() {
    if (busy) return;
    busy = true;
    while (waiting.length) await send(waiting.shift());
    busy = false;
  }

  function take(files) {
    const where = place();
    waiting.push(...[...files].map((file) => ({ file, where })));
    next();
  }

  body.addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    if (!files.length || event.clipboardData.getData("text/plain")) return; // words come with a picture of themselves
    event.preventDefault();
    take(files);
  });
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  root.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    root.classList.add("dragging");
  });
  root.addEventListener("dragleave", (event) => root.contains(event.relatedTarget) || root.classList.remove("dragging"));
  root.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    root.classList.remove("dragging");
    take(event.dataTransfer.files);
  });
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
})();
