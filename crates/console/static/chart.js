// Mail by time, drawn of the figures in the page. Without this the page has a drawing, a sentence and a table.
"use strict";

customElements.define("pr-chart", class extends HTMLElement {
  connectedCallback() {
    if (!window.uPlot || this.plot) return;
    this.plot = JSON.parse(this.dataset.plot);
    this.querySelector(".drawn").hidden = true;
    this.tip = this.parentElement.querySelector(".tip");
    this.about = this.tip.textContent;
    this.canvas = document.createElement("div");
    this.prepend(this.canvas);
    this.tabIndex = 0;
    this.addEventListener("keydown", (event) => this.step(event));
    new ResizeObserver(() => this.draw()).observe(this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.width = 0; this.draw(); });
  }

  colour(name) {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    this.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  say(at) {
    this.tip.textContent = at == null ? this.about : this.plot.says[at];
  }

  draw() {
    const width = this.canvas.clientWidth;
    if (!width || width === this.width) return;
    this.width = width;
    for (const one of this.drawn || []) one.destroy();
    const { labels, up, back, off } = this.plot;
    const x = labels.map((_, at) => at);
    const down = off.map((n, at) => n + back[at]);
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const [ink, rule] = [this.colour("ink-3"), this.colour("rule")];
    const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
    const bars = uPlot.paths.bars({ size: [0.66, 26], gap: 1 });
    const series = (name) => ({ paths: bars, fill: this.colour(name), stroke: "transparent", width: 0, points: { show: false } });
    const y = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { show: false }, font, size: 44, space: 34,
      values: (_, at) => at.map((n) => (n ? short.format(n) : "")) };
    const among = { show: false, time: false, range: () => [-0.5, x.length - 0.5] };
    const cursor = { y: false, sync: { key: "mail" }, drag: { x: false, y: false }, points: { show: false } };
    const made = (height, padding, dir, axis, all, data, hooks) => new uPlot({
      width, height, padding, cursor, hooks, legend: { show: false },
      scales: { x: among, y: { dir, range: (_, low, high) => [0, Math.max(high, 1) * 1.05] } },
      axes: [axis, y], series: [{}, ...all],
    }, [x, ...data], this.canvas);
    const says = { setCursor: [(plot) => this.say(plot.cursor.left < 0 ? null : plot.cursor.idx)] };
    const dates = { side: 2, stroke: ink, grid: { show: false }, ticks: { show: false }, font, size: 24, space: 64,
      incrs: [1, 2, 3, 4, 6, 7, 14, 30], values: (_, at) => at.map((n) => labels[n] ?? "") };
    this.drawn = [
      made(172, [8, 24, 0, 0], 1, { show: false }, [series("c1")], [up], says),
      made(92, [1, 24, 0, 0], -1, dates, [series("warn"), series("stamp")], [down, back], {}),
    ];
  }

  step(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const last = this.plot.labels.length - 1;
    this.at = Math.min(last, Math.max(0, (this.at ?? last + 1) + by));
    const plot = this.drawn[0];
    plot.setCursor({ left: plot.valToPos(this.at, "x"), top: 40 });
  }
});
