// What every page gains from a script. Nothing here is needed: each form sends and each page reads without it.
const NBSP = "\u00a0";

/* A second click on « Déposer » sends nothing more. The server would answer the same anyway; people need to see it went. */
function guardSubmits() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    // The clicked button must still send its name and value: aria-disabled says it without removing it from the form.
    const button = event.submitter;
    if (button) {
      button.setAttribute("aria-disabled", "true");
      button.dataset.text = button.lastChild.textContent; // the icon, if any, comes before
      if (button.dataset.sending) button.lastChild.textContent = button.dataset.sending;
    }
    setTimeout(() => release(form), 15000);
  });
  // Back button: the page comes back from the browser's memory as it was left.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-disabled="true"][data-text]').forEach((button) => {
    button.removeAttribute("aria-disabled");
    if (button.dataset.sending) button.lastChild.textContent = button.dataset.text;
  });
}

/* The first thing read after a page with errors, or after something just happened. */
function focusSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  // A link of the summary goes to the control, and shows its label too.
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const control = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!control) return;
    event.preventDefault();
    const shown = control.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
    (shown ?? control).scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  });
}

const UNITS = [["jour", 86400], ["heure", 3600], ["minute", 60]];

/* « 2 jours et 4 heures » : two units, the larger ones, rounded down, as kit/french.py writes it. */
export function duration(seconds) {
  const count = (n, word) => `${n}${NBSP}${word}${n < 2 ? "" : "s"}`;
  for (const [index, [word, size]] of UNITS.entries()) {
    if (seconds < size) continue;
    const parts = [count(Math.floor(seconds / size), word)];
    const next = UNITS[index + 1];
    const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
    return rest ? `${parts[0]} et ${count(rest, next[0])}` : parts[0];
  }
  return "moins d’une minute";
}

/* The countdown follows the server's clock, not this device's; it speaks aloud only when it matters. */
const ALOUD = [86400, 3600, 900, 300, 60];

function countdowns() {
  document.querySelectorAll("[data-deadline]").forEach((block) => {
    const deadline = Date.parse(block.dataset.deadline);
    const ahead = Date.parse(block.dataset.now) - Date.now();
    let before = Infinity;
    const tick = () => {
      const seconds = Math.floor((deadline - Date.now() - ahead) / 1000);
      const over = seconds < 0;
      const text = over ? "La clôture est passée" : `Il reste ${duration(seconds)}`;
      block.querySelector("[data-left]").textContent = text;
      block.classList.toggle("crrc-countdown--soon", !over && seconds < 86400);
      block.classList.toggle("crrc-countdown--closed", over);
      const crossed = ALOUD.some((threshold) => before > threshold && seconds <= threshold);
      if (before !== Infinity && (crossed || (over && before >= 0))) block.querySelector("[data-announce]").textContent = text;
      before = seconds;
      if (!over) setTimeout(tick, Math.min(60000, ((seconds % 60) + 1) * 1000));
    };
    tick();
  });
}

/* « Il reste 120 caractères » under a text with a limit: seen at once, spoken when the typing pauses. */
function limits() {
  document.querySelectorAll("[data-limit]").forEach((group) => {
    const area = group.querySelector("textarea");
    const message = group.querySelector("[data-limit-message]");
    const limit = Number(group.dataset.limit);
    const spoken = document.createElement("span");
    spoken.className = "govuk-visually-hidden";
    spoken.setAttribute("role", "status");
    group.append(spoken);
    let pause;
    const update = () => {
      const left = limit - [...area.value.replace(/\r\n?/g, "\n")].length;
      const n = Math.abs(left);
      const words = `${n}${NBSP}caractère${n < 2 ? "" : "s"}`;
      message.textContent = left < 0 ? `${words} de trop sur ${limit}.` : `Il reste ${words} sur ${limit}.`;
      message.classList.toggle("govuk-error-message", left < 0);
      message.classList.toggle("govuk-hint", left >= 0);
      clearTimeout(pause);
      pause = setTimeout(() => { if (left < limit / 10) spoken.textContent = message.textContent; }, 1000);
    };
    area.addEventListener("input", update);
    update();
  });
}

/* The account menu closes on Escape and on a click elsewhere; a device that is left keeps no unsent text. */
function menus() {
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector("details[data-menu][open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
}

/* On a phone the row of pages slides: the page one is on is in sight. */
function slideToPage() {
  const row = document.querySelector(".crrc-pages ul");
  const here = row?.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

guardSubmits();
slideToPage();
focusSummary();
countdowns();
limits();
menus();
