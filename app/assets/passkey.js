// Passkeys (WebAuthn): asks the browser for a key, puts its answer in the form, sends the form.
// A passkey belongs to a host that has a name: an address in figures has none.
const named = !/^[\d.]+$|:/.test(location.hostname);
const known = named && Boolean(globalThis.PublicKeyCredential && navigator.credentials);

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function options(address, form) {
  const seal = form.querySelector('input[name="csrf_token"]').value;
  const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": seal } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.sentence);
  return said;
}

async function make(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: listed(asked.excludeCredentials) };
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  return { id, type, rawId: text(rawId), response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] } };
}

async function show(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
  const handle = response.userHandle ? text(response.userHandle) : null;
  return { id, type, rawId: text(rawId), response: { clientDataJSON: text(response.clientDataJSON), authenticatorData: text(response.authenticatorData), signature: text(response.signature), userHandle: handle } };
}

const WORDS = {
  NotAllowedError: "Rien n’a été fait : vous avez annulé, ou l’appareil a attendu trop longtemps. Vous pouvez recommencer.",
  InvalidStateError: "Cet appareil a déjà une clé pour ce compte.",
  SecurityError: "Cette adresse ne permet pas les clés d’accès.",
};

async function press(place, button, said) {
  const form = place.closest("form");
  const name = "make" in place.dataset && form.elements.namedItem("name");
  if (name && !name.value.trim()) return form.requestSubmit(); // the server says so: no key is made that nobody keeps
  button.setAttribute("aria-disabled", "true");
  said.textContent = "";
  try {
    const asked = await options(place.dataset.passkey, form);
    const answer = "make" in place.dataset ? await make(asked) : await show(asked);
    form.elements.namedItem(place.dataset.into).value = JSON.stringify(answer);
    form.requestSubmit();
  } catch (error) {
    said.textContent = WORDS[error.name] ?? (error.name === "Error" ? error.message : "Cela n’a pas fonctionné. Recommencez, ou prouvez autrement que c’est vous.");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  place.hidden = !known;
  const button = place.querySelector("button");
  const said = place.querySelector("[data-said]");
  button.addEventListener("click", () => button.getAttribute("aria-disabled") || press(place, button, said));
}
document.querySelectorAll("[data-passkey-place]").forEach((one) => { one.hidden = !known; });
document.querySelectorAll("[data-no-passkey]").forEach((one) => { one.hidden = known; });
