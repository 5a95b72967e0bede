// Passkeys: what the browser's own dialog needs and brings, put into fields of a plain form. Without it, or where there can be no
// passkeys, the forms stay hidden.
"use strict";

const text = (octets) => btoa(String.fromCharCode(...new Uint8Array(octets ?? []))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

// What the server asks the authenticator.
async function asked(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.challenge, { method: "POST", body, headers: { accept: "application/json" } });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.mistake ?? form.dataset.failed);
  return said;
}

async function created(said) {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { id: said.host, name: "Postrider" },
      user: { id: octets(said.handle), name: said.email, displayName: said.name },
      challenge: octets(said.challenge),
      pubKeyCredParams: said.algorithms.map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      excludeCredentials: said.known.map((id) => ({ type: "public-key", id: octets(id) })),
      attestation: "none",
    },
  });
  const { response } = made;
  return {
    credential: text(made.rawId), client: text(response.clientDataJSON), authenticator: text(response.getAuthenticatorData()),
    key: text(response.getPublicKey()), algorithm: response.getPublicKeyAlgorithm(), password: "",
  };
}

async function shown(said) {
  const got = await navigator.credentials.get({
    publicKey: { rpId: said.host, challenge: octets(said.challenge), userVerification: "required", allowCredentials: [] },
  });
  const { response } = got;
  return {
    credential: text(got.rawId), client: text(response.clientDataJSON), authenticator: text(response.authenticatorData),
    signature: text(response.signature), user: text(response.userHandle),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !window.isSecureContext) continue;
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-no-passkey]")) other.hidden = true;
  const mistake = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mistake.hidden = true;
    form.setAttribute("aria-busy", "true");
    try {
      const said = await asked(form);
      const brought = form.dataset.passkey === "register" ? await created(said) : await shown(said);
      for (const [name, value] of Object.entries(brought)) form.elements[name].value = value;
      form.submit();
    } catch (error) {
      // A dialog that was closed, or a device without a passkey: the browser's own words would tell nobody anything.
      mistake.textContent = error instanceof DOMException || error instanceof TypeError ? form.dataset.failed : error.message;
      mistake.hidden = false;
      form.removeAttribute("aria-busy");
    }
  });
}
