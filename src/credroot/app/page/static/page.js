// The verify page's script. It sends what was given to the server that serves it and shows the answer, which is made of
// escaped text there. It keeps nothing, asks nobody else, and puts no file's name or content into an address.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;
  const words = JSON.parse(meta("credroot-words"));
  const api = new URL(meta("credroot-api") ? `${meta("credroot-api")}/` : ".", location.href);
  const MAX_BYTES = 16 * 2 ** 20;
  const form = byId("form");
  const file = byId("file");
  const text = byId("text");
  const result = byId("result");
  let turn = 0;

  document.documentElement.classList.add("js");
  enliven();
  if (!openFragment()) result.querySelector("#verdict")?.focus();

  function say(message) {
    byId("status").textContent = message;
  }

  // Sends files and texts, shows the answer. A later question makes an earlier answer void.
  async function ask(files, pasted) {
    const body = new FormData();
    body.append("lang", document.documentElement.lang);
    let size = 0;
    for (const one of files) {
      body.append("file", one, one.name);
      size += one.size;
    }
    if (pasted) body.append("text", pasted);
    if (!files.length && !pasted) return say(words["busy.nothing"]);
    if (size > MAX_BYTES) return say(words["busy.too_large"]);
    const mine = ++turn;
    say(words["busy.checking"]);
    document.body.classList.add("busy");
    const answer = await send(body);
    if (mine !== turn) return;
    document.body.classList.remove("busy");
    if (typeof answer === "string") return say(answer);
    show(answer);
  }

  // Gives the answer, or the sentence that says why there is none.
  async function send(body) {
    let response;
    try {
      response = await fetch(new URL("v1/page", api), post(body));
      if (response.ok) return await response.json();
    } catch {
      return words["busy.failed"];
    }
    if (response.status === 413) return words["busy.too_large"];
    if (response.status === 429) return words["busy.later"];
    return response.status >= 500 ? words["busy.failed"] : words["busy.refused"];
  }

  function post(body) {
    return { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer" };
  }

  function show(answer) {
    const template = document.createElement("template");
    template.innerHTML = answer.html;
    const heading = template.content.querySelector("#verdict");
    heading.removeAttribute("autofocus"); // it is for the page without a script
    result.replaceChildren(template.content);
    document.title = `${answer.title} – ${words["page.title"]}`;
    say("");
    enliven();
    heading.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    result.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    file.value = "";
  }

  // Switches on what only works with a script, in a result that was just put in or was there from the beginning.
  function enliven() {
    document.body.classList.toggle("answered", result.childElementCount > 0);
    for (const button of result.querySelectorAll("[data-action]")) {
      button.hidden = false;
      button.addEventListener("click", () => (button.dataset.action === "print" ? window.print() : copy(button)));
    }
    for (const head of result.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(head));
    }
    const paper = result.querySelector("form.paper");
    if (paper) paper.action = new URL("report.pdf", api).href;
    result.querySelector(".another")?.addEventListener("click", (event) => {
      event.preventDefault();
      again();
    });
  }

  function again() {
    turn++;
    result.replaceChildren();
    document.title = words["page.title"];
    document.body.classList.remove("answered");
    history.replaceState(null, "", location.pathname + location.search);
    form.reset();
    say("");
    file.focus();
  }

  function sort(head) {
    const column = head.cellIndex;
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const rows = head.closest("table").tBodies[0];
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const sorted = [...rows.rows].sort((a, b) => order.compare(value(a), value(b)) * (rising ? 1 : -1));
    rows.replaceChildren(...sorted);
  }

  async function copy(button) {
    const link = `${location.origin}${location.pathname.replace(/check$/, "")}#${button.dataset.fragment}`;
    try {
      await navigator.clipboard.writeText(link);
      say(words["busy.copied"]);
    } catch {
      say(words["busy.not_copied"]);
    }
  }

  // A link that carries the credential behind its "#": browsers never send that part.
  function openFragment() {
    if (!location.hash.startsWith("#c1=")) return false;
    ask([], location.hash);
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask([...file.files], text.value.trim());
  });
  file.addEventListener("change", () => file.files.length && ask([...file.files], ""));
  window.addEventListener("hashchange", openFragment);

  let depth = 0;
  const mark = (inside) => document.body.classList.toggle("dropping", inside);
  window.addEventListener("dragenter", () => mark(++depth > 0));
  window.addEventListener("dragleave", () => mark(--depth > 0));
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    mark(false);
    const dropped = [...event.dataTransfer.files];
    ask(dropped, dropped.length ? "" : event.dataTransfer.getData("text/plain").trim());
  });

  // QR codes: by the browser's own reader where it has one, else by the server where that reads them; else not at all.
  const scan = byId("scan");
  scan.hidden = false;
  scan.addEventListener("toggle", prepareScan, { once: true });

  async function prepareScan() {
    const own = await ownReader();
    const read = own ?? (await serversReader());
    byId("scan-unsupported").hidden = Boolean(read);
    byId("scan-supported").hidden = !read;
    byId("scan-sent").hidden = Boolean(own);
    if (!read) return;
    byId("scan-file").addEventListener("change", async (event) => {
      const picture = event.target.files[0];
      event.target.value = "";
      if (!picture) return;
      say(words["busy.checking"]);
      const link = await read(picture).catch(() => null);
      link ? ask([], link) : say(words["busy.no_code"]);
    });
    prepareCamera(read);
  }

  async function ownReader() {
    const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    if (!formats.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (picture) => {
      const codes = await detector.detect(await createImageBitmap(picture));
      return codes.map((code) => /#c1=[A-Za-z0-9_-]+$/.exec(code.rawValue)?.[0]).find(Boolean) ?? null;
    };
  }

  async function serversReader() {
    const address = new URL("v1/code", api);
    const answer = await fetch(address, { credentials: "omit" }).then((one) => one.json()).catch(() => null);
    if (!answer?.available) return null;
    return async (picture) => {
      const response = await fetch(address, post(picture));
      return response.ok ? (await response.json()).link : null;
    };
  }

  function prepareCamera(read) {
    const view = byId("camera-view");
    const canvas = document.createElement("canvas");
    let stream = null;
    const stop = () => {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      view.hidden = byId("camera-stop").hidden = true;
      byId("camera").hidden = false;
    };
    const frame = () => {
      canvas.width = view.videoWidth;
      canvas.height = view.videoHeight;
      canvas.getContext("2d").drawImage(view, 0, 0);
      return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    };
    byId("camera-stop").addEventListener("click", stop);
    scan.addEventListener("toggle", () => scan.open || stop());
    byId("camera").addEventListener("click", async () => {
      const wanted = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
      } catch {
        return say(words["busy.no_camera"]);
      }
      view.srcObject = stream;
      view.hidden = byId("camera-stop").hidden = false;
      byId("camera").hidden = true;
      await view.play();
      while (stream) {
        const picture = await frame();
        const link = picture && (await read(picture).catch(() => null));
        if (link && stream) {
          stop();
          ask([], link);
        }
        await new Promise((resume) => setTimeout(resume, 400));
      }
    });
  }
})();
