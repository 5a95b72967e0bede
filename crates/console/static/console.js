// What the console does in the browser beyond links and forms. Every page works without it.
"use strict";

// A text to copy, with a button that appears only where it can work.
customElements.define("pr-copy", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.querySelector("code").textContent);
      const use = button.querySelector("use");
      use.setAttribute("href", "#i-check");
      setTimeout(() => use.setAttribute("href", "#i-copy"), 1500);
    });
  }
});

// Menus are details: one is open at a time, and a click elsewhere or Escape closes it.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The set-up form tells the browser's time zone.
for (const field of document.querySelectorAll("input[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

// Search and jump: a dialog whose list the server makes. Keys move in it; the field keeps the focus, as screen readers expect.
const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const options = () => [...palette.querySelectorAll("[role=option]")];
const choose = (option) => {
  for (const one of options()) {
    one.classList.toggle("on", one === option);
    one.setAttribute("aria-selected", one === option);
  }
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
};
const openPalette = () => {
  palette.showModal();
  field.select();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (!options().length) window.htmx?.ajax("GET", field.getAttribute("hx-get") || field.form.action, { target: "#found", swap: "innerHTML" });
};
document.addEventListener("click", (event) => {
  if (!palette || event.ctrlKey || event.metaKey || !event.target.closest("[data-palette]")) return;
  event.preventDefault();
  openPalette();
});
palette?.addEventListener("keydown", (event) => {
  const all = options();
  const at = all.findIndex((one) => one.classList.contains("on"));
  if (event.key === "ArrowDown") choose(all[Math.min(at + 1, all.length - 1)]);
  else if (event.key === "ArrowUp") choose(all[Math.max(at - 1, 0)]);
  else if (event.key === "Enter" && at >= 0) {
    if (event.ctrlKey || event.metaKey) window.open(all[at].href);
    else location.assign(all[at].href);
  } else return;
  event.preventDefault();
});
document.addEventListener("htmx:after:swap", () => palette?.open && field.value && choose(options()[0]));

// Single keys: off inside fields and dialogs, with other keys held, and for who switched them off.
const keysOn = document.getElementById("keys-on");
const keys = document.getElementById("keys");
const wanted = () => { try { return localStorage.getItem("pr-keys") !== "off"; } catch { return true; } };
if (keysOn) {
  keysOn.checked = wanted();
  keysOn.addEventListener("change", () => { try { localStorage.setItem("pr-keys", keysOn.checked ? "on" : "off"); } catch { /* for this page only */ } });
}
const rows = () => [...document.querySelectorAll("main .rowlink, main [name=chosen]")].filter((one) => one.offsetParent && !(one.name && one.closest("tr,li").querySelector(".rowlink")));
const step = (by) => {
  const all = rows();
  const at = all.findIndex((one) => one === document.activeElement || one.closest("tr,li")?.contains(document.activeElement));
  all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
};
let went = 0;
document.addEventListener("keydown", (event) => {
  if (palette && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!palette.open) openPalette();
    return;
  }
  const busy = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], .cm-editor");
  if (event.ctrlKey || event.metaKey || event.altKey || busy || !(keysOn?.checked)) return;
  const after = went && event.timeStamp - went < 1500;
  went = 0;
  if (after) {
    const entry = document.querySelector(`.nav [data-key="${CSS.escape(event.key)}"]`);
    if (entry) location.assign(entry.href);
    return;
  }
  if (event.key === "g") went = event.timeStamp;
  else if (event.key === "/") document.querySelector("main [role=search] input:not([type=hidden])")?.focus();
  else if (event.key === "?") keys.showModal();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "x") document.activeElement?.closest("tr,li")?.querySelector("input[type=checkbox]")?.click();
  else return;
  event.preventDefault();
});
// Rows that are chosen: how many, and all of the page at once.
for (const chosen of document.querySelectorAll("form.chosen")) {
  // A live list gets more of them.
  const boxes = () => [...chosen.elements].filter((one) => one.name === "chosen");
  const [every, count] = [chosen.querySelector("[data-every]"), chosen.querySelector("output")];
  const tell = () => {
    const n = boxes().filter((one) => one.checked).length;
    count.textContent = n ? count.dataset.count.replace("%", n) : "";
    every.checked = n > 0 && n === boxes().length;
  };
  every.parentElement.hidden = boxes().length < 2;
  every.addEventListener("change", () => { for (const one of boxes()) one.checked = every.checked; tell(); });
  document.addEventListener("change", (event) => { if (event.target.name === "chosen" && event.target.form === chosen) tell(); });
  tell();
}
// A theme is seen as soon as it is chosen; it stays when the form is sent.
for (const field of document.querySelectorAll("select[name=theme]")) {
  field.addEventListener("change", () => {
    const chosen = field.value;
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  });
}
