// A section of a draft saves itself. What is typed stays on this device until the server has it, and a newer text of the
// server is never overwritten: it says in which fields somebody else wrote too. docs/ui.md has the protocol.
const SIGNS = { saving: "M12 7v5l3.4 2.2", saved: "m8 12.4 2.8 2.8L16.2 9", offline: "M12 7.5v5.5M12 16.5h.01", refused: "M12 7.5v5.5M12 16.5h.01" };
SIGNS.disputed = SIGNS.refused;
const ALARMING = ["offline", "refused", "disputed"];
const PAUSE_MS = 900;
const PATIENCE_MS = 20000;
const LONGEST_WAIT_MS = 60000;
const KEEPALIVE_LIMIT = 60000;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

class Draft {
  constructor(form) {
    this.form = form;
    this.key = `crrc:${form.dataset.owner}:${form.dataset.autosave}`;
    this.acknowledged = this.read();
    this.disputed = new Map(); // field -> the version that was in sight when somebody else wrote in it too
    this.compareAt = null;
    this.failures = 0;
    this.sending = null;
    this.stopped = false;
    this.kept = true;
    form.addEventListener("input", () => this.typed());
    form.addEventListener("change", () => this.typed(0));
    form.addEventListener("submit", (event) => this.submitting(event));
    addEventListener("online", () => this.typed(0));
    addEventListener("beforeunload", (event) => {
      if (!this.kept && !this.stopped && this.changes().length) event.preventDefault();
    });
    // The browser's memory of a page would show an old version as if it were current.
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.recover();
  }

  get version() {
    return this.form.elements.version.value;
  }

  /* Lists of values by name, as the form would send them. Files travel by their own way. */
  read() {
    const values = {};
    for (const control of this.form.elements) {
      if (!control.name || ["csrf_token", "version"].includes(control.name)) continue;
      if (["submit", "button", "file", "fieldset"].includes(control.type)) continue;
      values[control.name] ??= [];
      if (!["radio", "checkbox"].includes(control.type) || control.checked) values[control.name].push(control.value);
    }
    return values;
  }

  changes(now = this.read()) {
    return Object.keys(now).filter((name) => !same(now[name], this.acknowledged[name]));
  }

  typed(pause = PAUSE_MS) {
    if (this.stopped) return;
    this.keep();
    clearTimeout(this.waiting);
    if (this.changes().length) this.waiting = setTimeout(() => this.save(), pause);
  }

  /* On this device until acknowledged. A browser may refuse to keep anything: then the page warns before it is left. */
  keep(submitted = false) {
    const now = this.read();
    const values = Object.fromEntries(this.changes(now).map((name) => [name, now[name]]));
    try {
      if (Object.keys(values).length) localStorage.setItem(this.key, JSON.stringify({ version: this.version, submitted, values }));
      else localStorage.removeItem(this.key);
      this.kept = true;
    } catch {
      this.kept = false;
    }
  }

  /* One request at a time: what is typed meanwhile goes with the next. */
  async save() {
    if (this.sending || this.stopped || !this.changes().length) return;
    this.sending = this.send();
    const again = await this.sending;
    this.sending = null;
    if (again && this.changes().length) this.typed();
  }

  async send() {
    const now = this.read();
    const all = this.changes(now);
    // A disputed field goes alone, against the version its writer saw: a newer one would hide the other person's text.
    const calm = all.filter((name) => !this.disputed.has(name));
    const names = calm.length ? calm : all.slice(0, 1);
    const body = new FormData();
    body.set("csrf_token", this.form.elements.csrf_token.value);
    body.set("version", this.disputed.get(names[0]) ?? this.version);
    for (const name of names) {
      body.append("changed", name);
      for (const value of now[name]) body.append(name, value);
    }
    const keepalive = JSON.stringify(now).length < KEEPALIVE_LIMIT; // so that leaving the page does not cut it
    this.say("saving", "Enregistrement…");
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST", body, keepalive, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.status >= 500 || answer.status === 429) return this.retry(Number(answer.headers.get("Retry-After")) * 1000);
      return this.hear(answer.ok, answer.status, await answer.json().catch(() => ({})), names, now);
    } catch {
      return this.retry();
    }
  }

  hear(ok, status, said, names, now) {
    this.failures = 0;
    if (ok && said.version) return this.saved(said, names, now);
    // 422: a value to correct, the next change sends it again. Anything else needs the person: stop, and keep the text.
    this.stopped = status !== 422;
    const sentence = said.sentence ?? said.detail ?? "Votre session est fermée\u00a0: reconnectez-vous.";
    this.say("refused", `${sentence} Votre texte est conservé sur cet appareil.`);
    return false;
  }

  saved(said, names, now) {
    for (const name of said.conflicts ?? []) if (!this.disputed.has(name)) this.disputed.set(name, this.version);
    this.compareAt = said.conflict_url ?? this.compareAt;
    this.form.elements.version.value = said.version;
    for (const name of names) this.acknowledged[name] = now[name];
    this.keep();
    if (this.disputed.size) this.say("disputed", `${said.saved_text} ${said.sentence ?? "Une autre personne écrit dans le même champ."}`);
    else this.say("saved", said.saved_text);
    return true;
  }

  retry(after) {
    const wait = Math.min(LONGEST_WAIT_MS, after || 2000 * 2 ** this.failures);
    this.failures += 1;
    const kept = this.kept ? "conservé sur cet appareil, nous réessayons." : "ne fermez pas cette page, nous réessayons.";
    this.say("offline", `Hors connexion\u00a0: ${kept}`);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), wait);
    return false;
  }

  /* The ordinary submit sends everything. A save under way comes first, else our own older text would contradict it. */
  submitting(event) {
    clearTimeout(this.waiting);
    if (this.compareAt) {
      event.preventDefault();
      return this.leaveToCompare();
    }
    if (this.sending) {
      event.preventDefault();
      const { submitter } = event;
      Promise.race([this.sending, sleep(2000)]).then(() => {
        this.sending = null;
        this.form.requestSubmit(submitter);
      });
      return;
    }
    this.keep(true);
    this.stopped = true;
  }

  /* Both texts are on the server: the person chooses there before going on. */
  async leaveToCompare() {
    for (let tries = 0; tries < 3 && this.changes().length; tries += 1) await (this.sending ?? this.save());
    location.assign(this.compareAt);
  }

  /* Text left by a lost connection. Nobody changed the server's: put it back. Somebody did: show it, the person chooses. */
  recover() {
    let left = null;
    try {
      left = JSON.parse(localStorage.getItem(this.key));
    } catch {
      return;
    }
    if (!left) return;
    const mine = Object.entries(left.values).filter(([name, values]) => !same(values, this.acknowledged[name]));
    const unseen = left.version === this.version;
    if (!mine.length || (left.submitted && !unseen)) return localStorage.removeItem(this.key);
    if (!unseen) return this.offer(mine);
    for (const [name, values] of mine) this.put(name, values);
    this.say("saving", "Texte retrouvé sur cet appareil\u00a0: nous l’enregistrons.");
    this.typed(0);
  }

  put(name, values) {
    for (const control of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (["radio", "checkbox"].includes(control.type)) control.checked = values.includes(control.value);
      else control.value = values[0] ?? "";
    }
  }

  /* The words stand in a <template> of the page (macro unsent_text), so that they are written with the others. */
  offer(mine) {
    const box = document.querySelector("template[data-unsent]").content.cloneNode(true).firstElementChild;
    const line = box.querySelector("[data-unsent-line]");
    for (const [name, values] of mine) {
      const control = this.form.querySelector(`[name="${CSS.escape(name)}"]`);
      if (!control) continue;
      const item = line.cloneNode(true);
      item.querySelector("dt").textContent = control.closest("fieldset")?.querySelector("legend")?.textContent ?? control.labels[0]?.textContent ?? name;
      item.querySelector("[data-unsent-value]").textContent = values.join(", ");
      item.querySelector("button").addEventListener("click", () => {
        this.put(name, values);
        item.remove();
        this.typed(0);
      });
      line.before(item);
    }
    line.remove();
    box.querySelector("[data-unsent-drop]").addEventListener("click", () => {
      box.remove();
      this.keep();
    });
    this.form.prepend(box);
  }

  say(state, text) {
    for (const indicator of document.querySelectorAll("[data-save-indicator]")) {
      const words = indicator.querySelector("[data-save-text]");
      // Spoken only when it goes wrong, and when it goes right again: not at each pause of the typing.
      const aloud = ALARMING.includes(state) || ALARMING.includes(indicator.dataset.state);
      const spoken = indicator.querySelector("[data-save-aloud]");
      if (state !== "saving" && spoken.textContent !== text) spoken.textContent = aloud ? text : "";
      if (state !== "saving" || indicator.dataset.state !== "offline") indicator.dataset.state = state;
      words.textContent = text;
      if (this.compareAt) {
        const link = Object.assign(document.createElement("a"), { className: "govuk-link", href: this.compareAt, textContent: "Comparer les deux textes" });
        words.append(" ", link);
      }
      indicator.querySelector("svg").innerHTML = `<circle cx="12" cy="12" r="9.2"/><path d="${SIGNS[state]}"/>`;
    }
  }
}

document.querySelectorAll("form[data-autosave]").forEach((form) => new Draft(form));
// Leaving a shared computer: nothing unsent stays behind.
document.querySelectorAll("form[data-sign-out]").forEach((form) => form.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("crrc:")) localStorage.removeItem(key);
}));
