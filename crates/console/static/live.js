// Lists that are told what is new: a row that is there changes its status in its place; new ones wait behind a button, so that
// nothing moves under the reader. In a hidden tab, and while it is paused, nothing is told.
"use strict";

const NEWS_MAX = 100;
const ROWS_MAX = 100;

customElements.define("pr-live", class extends HTMLElement {
  connectedCallback() {
    this.list = document.getElementById("mails");
    this.news = document.getElementById("news");
    if (!this.list || !this.news) return;
    this.hidden = false;
    this.waiting = [];
    this.button = this.querySelector("[data-new]");
    this.pause = this.querySelector("[data-pause]");
    this.button.addEventListener("click", () => this.show());
    this.pause.addEventListener("click", () => {
      const paused = this.classList.toggle("paused");
      this.pause.setAttribute("aria-pressed", paused);
    });
    this.addEventListener("htmx:sse:before:message", (event) => {
      if (this.classList.contains("paused") && !event.detail.message.event) event.preventDefault();
    });
    this.addEventListener("htmx:sse:after:message", () => this.sort());
    this.addEventListener("htmx:sse:close", (event) => {
      if (event.detail.reason === "message") this.classList.add("over");
    });
  }

  // Newest first, as they came.
  sort() {
    for (const row of [...this.news.children].reverse()) {
      const same = (one) => one.dataset.id === row.dataset.id;
      const there = [...this.list.children].find(same) ?? this.waiting.find(same);
      if (there) there.querySelector(".st").replaceWith(row.querySelector(".st"));
      else this.waiting.unshift(row);
      row.remove();
    }
    this.waiting.length = Math.min(this.waiting.length, NEWS_MAX);
    this.say();
  }

  say() {
    const n = this.waiting.length;
    this.button.hidden = n === 0;
    this.button.textContent = n === 1 ? this.dataset.one : this.dataset.many.replace("%", n);
  }

  show() {
    this.list.prepend(...this.waiting);
    this.waiting = [];
    while (this.list.children.length > ROWS_MAX) this.list.lastElementChild.remove();
    this.say();
    this.list.querySelector(".rowlink")?.focus();
  }
});
