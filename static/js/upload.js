/* Uploads, one after another, each with its bytes, its percent and a way out. Without this script the form sends itself. */
"use strict";

(() => {
  const form = document.getElementById("upload");
  const input = form.querySelector('input[type="file"]');
  const list = form.querySelector(".uploads");
  const say = form.dataset;
  const token = form.querySelector('[name="csrfmiddlewaretoken"]').value;
  const waiting = [];
  const finished = [];
  let busy = false;
  let batch = 0; // how many were chosen since nothing was under way

  document.documentElement.classList.add("scripted");

  function size(bytes) {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let power = 0;
    while (bytes >= 999.5 && power < units.length - 1) {
      bytes /= 1000;
      power += 1;
    }
    return `${power && bytes < 99.5 ? bytes.toFixed(1) : Math.round(bytes)} ${units[power]}`;
  }

  /* Names may hold anything: only ever text, and what has no shape gets one. */
  function visible(name) {
    return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => {
      const code = c.codePointAt(0);
      if (code < 0x20) return String.fromCodePoint(0x2400 + code);
      return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
    });
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  class Upload {
    constructor(file) {
      this.file = file;
      this.row = make("li", "upload");
      this.name = make("bdi", "name", visible(file.name) || say.unnamed);
      this.cancel = make("button", "plain", say.cancel);
      this.cancel.type = "button";
      this.bar = make("progress");
      this.bar.max = 1;
      this.bar.value = 0;
      this.said = make("p", "said", say.queued);
      this.row.append(this.name, this.cancel, this.bar, this.said);
      this.cancel.addEventListener("click", () => this.stop());
      list.append(this.row);
    }

    /* What the server would refuse is not sent to it: it would break the connection, and its reason would be lost. */
    send() {
      if (this.file.size > Number(say.limit)) {
        this.end(say.large);
        return;
      }
      const body = new FormData();
      body.append("file", this.file, this.file.name);
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", token);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => this.sent(event.loaded, event.total));
      request.upload.addEventListener("load", () => (this.said.textContent = say.storing));
      request.addEventListener("load", () => this.answered(request));
      request.addEventListener("error", () => this.end(say.lost));
      request.addEventListener("abort", () => this.end(say.cancelled));
      request.send(body);
    }

    sent(loaded, total) {
      const share = total ? loaded / total : 0;
      this.bar.value = share;
      this.said.textContent = say.sending
        .replace("{sent}", size(loaded))
        .replace("{total}", size(total))
        .replace("{percent}", `${Math.floor(share * 100)} %`);
    }

    answered(request) {
      const capture = request.status === 201 && request.response?.captures?.[0];
      if (!capture) {
        this.end(request.response?.error?.text || say.lost);
        return;
      }
      this.url = capture.url;
      this.bar.value = 1;
      this.cancel.remove();
      const open = make("a", "", say.open);
      open.href = this.url;
      this.name.after(open);
      finished.push(this);
      next();
    }

    stop() {
      const at = waiting.indexOf(this);
      if (at >= 0) {
        waiting.splice(at, 1);
        this.end(say.cancelled, false);
      } else this.request?.abort();
    }

    end(sentence, goOn = true) {
      this.said.textContent = sentence;
      this.said.classList.add("wrong");
      this.bar.remove();
      this.cancel.remove();
      if (goOn) next();
    }

    /* The job's own line, once a second until it has ended. */
    async follow() {
      const answer = await fetch(`${this.url}progress/`, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const words = [...page.querySelectorAll(".progress-now, .facts li")].map((part) => part.textContent.trim());
      this.said.textContent = words.join(" · ");
      const bar = page.querySelector("progress");
      if (bar) this.bar.value = bar.value / (bar.max || 1);
      if (answer.status === 286) this.bar.value = 1;
      else setTimeout(() => this.follow(), 1000);
    }
  }

  /* One capture: go to its page. Several: stay, and follow each. */
  function next() {
    const upload = waiting.shift();
    busy = Boolean(upload);
    if (upload) upload.send();
    else if (finished.length === 1 && batch === 1) location.assign(finished[0].url);
    else finished.splice(0).forEach((done) => done.follow());
  }

  function take(files) {
    batch = files.length + (busy ? batch : 0);
    for (const file of files) waiting.push(new Upload(file));
    if (!busy) next();
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  /* ---- drop anywhere on the page */
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const mark = () => document.documentElement.classList.toggle("dragging", depth > 0);
  addEventListener("dragenter", (event) => carriesFiles(event) && (event.preventDefault(), (depth += 1), mark()));
  addEventListener("dragleave", (event) => carriesFiles(event) && ((depth = Math.max(0, depth - 1)), mark()));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    take([...event.dataTransfer.files]);
  });

  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
})();
