// A file that is chosen is joined at once. A small one goes in one request; a large one, or one that a dropped line cut, in
// pieces: what the server has is not sent again, whichever machine answers. docs/ui.md has the protocol. Without this script
// the section's own form carries the file.
const SMALL = 1_000_000;
const PATIENCE_MS = 60_000;
const LONGEST_WAIT_MS = 30_000;
const MOST_FAILURES = 40; // in a row: a quarter of an hour
const NBSP = "\u00a0";
const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

/* A refusal that no retry changes: its sentence is for the person. */
class Refused extends Error {}
/* What was received is elsewhere, or is nothing any more. */
class Moved extends Error {}

class Question {
  constructor(group) {
    this.group = group;
    this.form = group.closest("form");
    this.sending = null;
    this.prepare();
    group.addEventListener("change", (event) => event.target.type === "file" && this.chosen(event.target));
    this.form.addEventListener("submit", (event) => this.submitting(event), true);
    addEventListener("beforeunload", (event) => this.sending && event.preventDefault());
  }

  prepare() {
    this.group.querySelector("[data-join-button]")?.setAttribute("hidden", "");
  }

  chosen(input) {
    const files = [...input.files];
    if (!files.length || this.sending) return;
    this.sending = this.joinAll(files, input).finally(() => { this.sending = null; });
  }

  /* The form waits for what is on its way, else it would leave without it. */
  submitting(event) {
    if (!this.sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    this.sending.then(() => this.form.requestSubmit(submitter));
  }

  async joinAll(files, input) {
    input.disabled = true;
    let html = null;
    const faults = [];
    const joined = [];
    for (const file of files) {
      try {
        html = await this.join(file);
        joined.push(file.name);
      } catch (error) {
        if (!(error instanceof Refused)) console.error(error);
        faults.push(`${file.name}${NBSP}: ${error instanceof Refused ? error.message : "l’envoi n’a pas abouti, recommencez."}`);
      }
    }
    if (html) this.replace(html);
    else {
      input.disabled = false;
      input.value = ""; // what is refused is not sent again with the form
    }
    const said = joined.length > 1 ? `${joined.length}${NBSP}fichiers joints.` : joined.map((name) => `${name} est joint.`).join("");
    this.say([...faults, said].filter(Boolean).join(" "), faults.length > 0);
  }

  async join(file) {
    if (file.size > Number(this.group.dataset.largest)) throw new Refused("ce fichier est trop lourd.");
    this.say(`Envoi de ${file.name}…`);
    if (file.size <= SMALL) {
      const body = new FormData();
      body.set("field", this.group.dataset.field);
      body.set("file", file);
      try {
        return (await this.ask(this.group.dataset.attachments, { method: "POST", body })).html;
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
    }
    return this.joinInPieces(file);
  }

  async joinInPieces(file) {
    let where = null;
    let offset = null;
    for (let failures = 0; failures < MOST_FAILURES;) {
      try {
        if (!where) {
          where = (await this.begin(file)).upload;
          offset = 0;
        }
        offset ??= (await this.ask(where)).offset;
        const said = await this.sendPiece(where, file, offset);
        if (said.html) return said.html;
        failures = 0;
        offset = said.offset;
        this.say(`Envoi de ${file.name}${NBSP}: ${Math.floor((100 * offset) / file.size)}${NBSP}%`);
      } catch (error) {
        offset = null; // ask where to go on
        if (error instanceof Refused) throw error;
        if (error instanceof Moved && error.message === "gone") where = null;
        failures += 1;
        this.say(`Connexion perdue${NBSP}: l’envoi de ${file.name} reprendra où il en était.`);
        await Promise.race([sleep(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures)), new Promise((wake) => addEventListener("online", wake, { once: true }))]);
      }
    }
    throw new Refused("la connexion est trop mauvaise, choisissez de nouveau ce fichier plus tard.");
  }

  begin(file) {
    const body = new FormData();
    body.set("field", this.group.dataset.field);
    body.set("name", file.name);
    body.set("size", file.size);
    return this.ask(this.group.dataset.uploads, { method: "POST", body });
  }

  async sendPiece(where, file, offset) {
    const body = await file.slice(offset, offset + SMALL).arrayBuffer();
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset };
    if (crypto.subtle) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
      headers["Upload-Checksum"] = `sha256 ${btoa(String.fromCharCode(...digest))}`;
    }
    return this.ask(where, { method: "PATCH", body, headers });
  }

  /* The JSON of an answer. Throws Refused, Moved, or anything else for what a retry may change. */
  async ask(address, { headers = {}, ...options } = {}) {
    const answer = await fetch(address, {
      ...options,
      headers: { Accept: "application/json", "X-CSRF-Token": this.form.elements.csrf_token.value, ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    if (said.code === "offset_moved") throw new Moved("elsewhere");
    if (answer.status === 404 && address.includes("/uploads/")) throw new Moved("gone");
    if (answer.status >= 500 || answer.status === 408) throw new Error(`answer ${answer.status}`);
    const [first] = Object.values(said.fields ?? {});
    throw new Refused(first ?? said.sentence ?? "reconnectez-vous, puis recommencez.");
  }

  replace(html) {
    const drawn = new DOMParser().parseFromString(html, "text/html"); // our own template, where names are text
    this.group.replaceChildren(...drawn.body.childNodes);
    this.group.classList.remove("govuk-form-group--error");
    this.prepare();
    this.group.querySelector("input[type=file], p[tabindex]")?.focus();
  }

  say(text, alarming = false) {
    const line = this.group.querySelector("[data-join-state]");
    line.textContent = text;
    line.classList.toggle("govuk-error-message", alarming);
  }
}

document.querySelectorAll("[data-attachments]").forEach((group) => new Question(group));
