// <credroot-verify src="credential.json">: the verdict on a credential, in a page of somebody else. It loads the file,
// asks a Credroot server, and shows the answer as text. `api` names the server, else the one that this module is from;
// `lang` the language, else that of the page. It keeps nothing, sets no style of the page, and is content with a policy of
// script-src and connect-src that name the server.
const WORDS = {/*words*/};
const MAX_BYTES = 16 * 2 ** 20;
const TIMEOUT_MS = 30_000;
const SVG = "http://www.w3.org/2000/svg";
const SIGNS = {
  good: ["M12 .8 21.6 4v7.6c0 6-4 10-9.6 11.8C6.4 21.6 2.4 17.6 2.4 11.6V4z", "m7 12.5 3.4 3.5L17 8.5"],
  bad: ["M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z", "m8 8 8 8m0-8-8 8"],
  withdrawn: ["M12 1a11 11 0 1 0 0 22 11 11 0 1 0 0-22z", "M9.5 8v8m5-8v8"],
  unsure: ["M12 .6 23.4 12 12 23.4 .6 12z", "M9.3 9.4a2.8 2.8 0 1 1 3.9 2.9c-.9.4-1.2.9-1.2 1.8M12 17.2v.1"],
};
const style = new CSSStyleSheet();
style.replaceSync(`
  :host { display: block; --paper: #fff; --ink: #1c2321; --soft: #55605c; --line: #d9d6cd; --tone: #55605c; }
  :host([hidden]) { display: none; }
  .good { --tone: #17633f; } .bad { --tone: #a3201d; } .withdrawn { --tone: #8a3b12; } .unsure { --tone: #7a5200; }
  @media (prefers-color-scheme: dark) {
    :host { --paper: #1c2320; --ink: #eaeee9; --soft: #aab5af; --line: #35403b; --tone: #aab5af; }
    .good { --tone: #7fd9a4; } .bad { --tone: #ff9c94; } .withdrawn { --tone: #f7b083; } .unsure { --tone: #f0c75e; }
  }
  section { padding: 1.1em 1.2em; background: var(--paper); color: var(--ink); border: 1px solid var(--line);
    border-left: 5px solid var(--tone); border-radius: 10px; font: 1em/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
  p, dl, dd { margin: 0; }
  .head { display: flex; gap: .7em; align-items: center; }
  svg { flex: none; width: 2em; height: 2em; fill: none; stroke: var(--paper); stroke-width: 2.2; stroke-linecap: round;
    stroke-linejoin: round; }
  svg .disc { fill: var(--tone); stroke: none; }
  [role=heading] { color: var(--tone); font-weight: 700; font-size: 1.2em; line-height: 1.25; }
  .sentence { margin-top: .5em; }
  .notice { margin-top: .7em; padding: .4em .7em; border: 1px dashed var(--soft); border-radius: 6px; font-size: .92em; }
  dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: .2em 1em; margin-top: .8em; }
  dt { color: var(--soft); }
  a { display: inline-block; margin-top: .8em; color: inherit; }
  a:focus-visible { outline: 3px solid var(--tone); outline-offset: 3px; }
  @media (forced-colors: active) { svg .disc { fill: CanvasText; } svg { stroke: Canvas; } }
`);

class CredrootVerify extends HTMLElement {
  static observedAttributes = ["api", "lang", "src"];
  #turn = 0;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [style];
  }

  connectedCallback() {
    this.#check();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#check();
  }

  // A later question makes an earlier answer void.
  async #check() {
    const mine = ++this.#turn;
    const language = this.#language();
    const words = WORDS[language];
    await null; // attributes that are set together are one question
    if (mine !== this.#turn) return;
    this.#show(words, null);
    const answer = await this.#answer(words, language);
    if (mine === this.#turn && this.isConnected) this.#show(words, answer);
  }

  #language() {
    const asked = this.getAttribute("lang") || this.closest("[lang]")?.lang || "";
    const base = asked.toLowerCase().split("-")[0];
    return Object.hasOwn(WORDS, base) ? base : Object.keys(WORDS)[0];
  }

  // Gives the server's word, or that nothing could be checked, which says nothing about the credential.
  async #answer(words, language) {
    const unknown = (sentence) => ({ tone: "unsure", heading: words.unavailable, sentence, facts: [] });
    let file;
    try {
      const source = new URL(this.getAttribute("src") ?? "", document.baseURI);
      const response = await fetch(source, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!this.getAttribute("src") || !response.ok) return unknown(words.missing);
      file = await response.blob();
    } catch {
      return unknown(words.missing);
    }
    if (file.size > MAX_BYTES) return unknown(words.too_large);
    const body = new FormData();
    body.append("lang", language);
    body.append("view", "brief");
    body.append("file", file, "credential");
    try {
      const options = { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer" };
      const response = await fetch(new URL("v1/page", this.#api()), { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.status === 429) return unknown(words.later);
      if (response.status === 413) return unknown(words.too_large);
      const answer = response.ok ? await response.json() : null;
      const isOurs = answer?.format === "credroot/brief/v1" && Object.hasOwn(SIGNS, answer.tone);
      return isOurs && Array.isArray(answer.facts) ? answer : unknown(words.failed);
    } catch {
      return unknown(words.failed);
    }
  }

  #api() {
    const named = this.getAttribute("api");
    return named ? new URL(named.replace(/\/?$/, "/"), document.baseURI) : new URL("./", import.meta.url);
  }

  #show(words, answer) {
    const section = make("section", { "aria-label": words.label, class: answer?.tone ?? "", "aria-busy": String(!answer) });
    const told = make("div", { role: "status" });
    section.append(told);
    if (!answer) told.append(make("p", {}, words.checking));
    else {
      const head = make("div", { class: "head" });
      head.append(sign(answer.tone), make("div", { role: "heading", "aria-level": "3" }, answer.heading));
      told.append(head, make("p", { class: "sentence" }, answer.sentence));
      if (answer.notice) told.append(make("p", { class: "notice" }, answer.notice));
      if (answer.facts.length) section.append(list(answer.facts));
      if (answer.fragment?.startsWith("#c1=")) section.append(this.#more(words, answer.fragment));
    }
    this.shadowRoot.replaceChildren(section);
  }

  #more(words, fragment) {
    const page = new URL(`?lang=${this.#language()}${fragment}`, this.#api());
    return make("a", { href: page.href, target: "_blank", rel: "noopener noreferrer" }, words.more);
  }
}

function make(name, attributes, text) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

function list(facts) {
  const whole = make("dl", {});
  for (const fact of facts) whole.append(make("dt", {}, fact.name), make("dd", { dir: "auto" }, fact.value));
  return whole;
}

function sign(tone) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  for (const [place, line] of SIGNS[tone].entries()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    if (!place) path.setAttribute("class", "disc");
    drawing.append(path);
  }
  return drawing;
}

customElements.define("credroot-verify", CredrootVerify);
