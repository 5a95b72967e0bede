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

// A theme is seen as soon as it is chosen; it stays when the form is sent.
for (const field of document.querySelectorAll("select[name=theme]")) {
  field.addEventListener("change", () => {
    const chosen = field.value;
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  });
}
