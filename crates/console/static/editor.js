// The editor of templates and their parts: CodeMirror in place of text areas, a preview that follows what is typed, saving without leaving.
// Without this script the form saves and previews by its buttons.
"use strict";

(() => {
  const form = document.getElementById("edit");
  const code = window.CodeMirror;
  if (!form || !code) return;
  const nonce = document.currentScript.nonce;
  const stage = form.querySelector(".stage");
  const mac = /mac|iphone|ipad/i.test(navigator.platform);
  // What has an editor, by its field's name.
  const editors = new Map();
  let dirty = false;

  // What the form holds now; `part` says what for.
  const sent = (part) => {
    for (const view of editors.values()) view.area.value = view.state.doc.toString();
    const body = new URLSearchParams(new FormData(form));
    body.set("part", part);
    return body;
  };

  const post = (path, body) => fetch(path, { method: "POST", body, headers: { accept: "text/html" } });

  const told = (text) => {
    const label = form.querySelector("[data-part=state] .st");
    if (label) label.lastChild.data = text;
  };

  // Takes the parts of the page that an answer holds. A page that is no such answer, as that of signing in, holds none.
  const take = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const parts = page.querySelectorAll("[data-part]");
    for (const part of parts) {
      const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
      if (old) old.replaceWith(document.adoptNode(part));
    }
    marks();
    return parts.length > 0;
  };

  // Preview ------------------------------------------------------------------

  let frames = 0;
  // Each rendering is a new frame behind the old one, shown when it is there: nothing flickers, and Back stays Back.
  const fill = (figure) => {
    const place = figure.querySelector(".frame");
    const next = document.createElement("iframe");
    next.setAttribute("sandbox", "");
    next.referrerPolicy = "no-referrer";
    next.title = form.dataset[figure.dataset.look];
    next.name = `stage-${++frames}`;
    next.className = "coming";
    let asked = false;
    next.addEventListener("load", () => {
      if (!asked) return;
      next.className = "";
      while (next.previousElementSibling) next.previousElementSibling.remove();
      fit();
    });
    place.append(next);
    asked = true;
    form.elements.dark.value = figure.dataset.look === "dark" ? "yes" : "";
    form.target = next.name;
    form.action = form.dataset.preview;
    HTMLFormElement.prototype.submit.call(form);
    form.removeAttribute("target");
    form.action = save.path;
  };

  const shown = () => [...stage.querySelectorAll("figure")].filter((figure) => !figure.hidden);

  // A frame is as wide as its device, and as small as it must be to be seen whole.
  const fit = () => {
    const phone = stage.dataset.device === "phone";
    const wide = phone ? 375 : 700;
    const count = Math.max(1, shown().length);
    const gap = 16;
    const side = phone ? (stage.clientWidth - gap * (count + 1)) / count : stage.clientWidth - gap * 2;
    const scale = Math.min(1, side / wide);
    for (const figure of shown()) {
      const place = figure.querySelector(".frame");
      place.style.width = `${Math.floor(wide * scale)}px`;
      const high = phone ? 1500 : 1700;
      place.style.height = `${Math.floor(high * scale)}px`;
      for (const frame of place.children) {
        frame.style.width = `${wide}px`;
        frame.style.height = `${high}px`;
        frame.style.transform = scale < 1 ? `scale(${scale})` : "";
      }
      const device = phone ? form.dataset.phone : form.dataset.desktop;
      figure.querySelector("[data-label]").textContent = `${device}, ${form.dataset[figure.dataset.look].toLocaleLowerCase()}`;
      figure.querySelector("[data-size]").textContent = `${wide} px`;
    }
  };

  const view = () => {
    const { device, light } = stage.dataset;
    for (const figure of stage.querySelectorAll("figure")) {
      figure.hidden = device === "text" || (light !== "both" && figure.dataset.look !== light);
    }
    for (const button of form.querySelectorAll("[data-view] [data-device]")) button.setAttribute("aria-pressed", button.dataset.device === device);
    for (const button of form.querySelectorAll("[data-view] [data-light]")) button.setAttribute("aria-pressed", button.dataset.light === light);
    for (const figure of shown()) fill(figure);
    fit();
  };

  let looking = false;
  let again = false;
  const render = async () => {
    if (looking) return void (again = true);
    looking = true;
    try {
      const answer = await post(form.dataset.look, sent("look"));
      const right = take(await answer.text());
      if (dirty && right) told(form.dataset.unsaved);
      if (document.querySelector("[data-part=advice]").dataset.made === "true") for (const figure of shown()) fill(figure);
    } catch {
      told(form.dataset.failed);
    }
    looking = false;
    if (again) { again = false; render(); }
  };

  let timer = 0;
  const typed = () => {
    if (!dirty) { dirty = true; told(form.dataset.unsaved); }
    if (readonly) return;
    clearTimeout(timer);
    timer = setTimeout(render, 400);
  };

  // Saving -------------------------------------------------------------------

  const save = async (over) => {
    clearTimeout(timer);
    told(form.dataset.saving);
    const body = sent("save");
    if (over) body.set("over", over);
    dirty = false;
    let stored = false;
    try {
      const answer = await post(save.path, body);
      const right = take(await answer.text());
      stored = answer.ok && right;
      if (!right) told(form.dataset.failed);
      const seen = form.querySelector("[data-part=state]").dataset.seen;
      if (stored && seen) form.elements.seen.value = seen;
      if (stored) for (const figure of shown()) fill(figure);
    } catch {
      told(form.dataset.failed);
    }
    if (!stored) dirty = true;
    return stored;
  };
  save.path = form.getAttribute("action");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(event.submitter && event.submitter.name === "over" ? event.submitter.value : "");
  });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  for (const way of document.querySelectorAll("[data-after-save]")) {
    way.addEventListener(way.tagName === "FORM" ? "submit" : "click", async (event) => {
      if (!dirty || readonly) return;
      event.preventDefault();
      if (!(await save())) return;
      if (way.tagName === "FORM") way.submit(); else location.assign(way.href);
    });
  }

  // Editors ------------------------------------------------------------------

  const look = code.EditorView.theme({
    "&": { backgroundColor: "var(--sheet)", color: "var(--ink)", fontSize: "var(--t-12)", height: "100%" },
    "&.cm-focused": { outline: "2px solid var(--airmail)", outlineOffset: "-2px" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.7" },
    ".cm-content": { caretColor: "var(--ink)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-gutters": { backgroundColor: "var(--sheet)", color: "var(--ink-3)", border: "0" },
    ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--inset)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--airmail) 26%, transparent)" },
    ".cm-panels, .cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--rule-2)" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--ink)", color: "var(--on-ink)" },
    ".cm-textfield, .cm-button": { backgroundImage: "none", backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--rule-2)" },
    ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--stamp)" },
    ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)" },
    ".cm-matchingBracket": { backgroundColor: "var(--airmail-wash) !important", color: "inherit" },
    ".cm-foldPlaceholder": { backgroundColor: "var(--inset)", color: "var(--ink-3)", border: "1px solid var(--rule-2)" },
  });
  const t = code.tags;
  const colours = code.HighlightStyle.define([
    { tag: [t.tagName, t.angleBracket], color: "var(--airmail)" },
    { tag: [t.attributeName, t.propertyName], color: "var(--teal)" },
    { tag: [t.attributeValue, t.string], color: "var(--ok)" },
    { tag: [t.comment, t.meta], color: "var(--ink-3)", fontStyle: "italic" },
    { tag: [t.keyword, t.controlKeyword, t.operatorKeyword, t.brace, t.special(t.brace)], color: "var(--stamp)" },
    { tag: [t.variableName, t.function(t.variableName), t.special(t.variableName)], color: "var(--plum)" },
    { tag: [t.number, t.bool, t.null, t.atom], color: "var(--warn)" },
  ]);
  const languages = {
    jinja: () => [code.jinja({ base: code.html({ selfClosingTags: true, matchClosingTags: false }) })],
    json: () => [code.json()],
    plain: () => [],
  };
  const readonly = form.elements.body.readOnly;

  const edit = (area) => {
    const dress = [
      code.lineNumbers(), code.highlightSpecialChars(), code.history(), code.foldGutter(), code.drawSelection(),
      code.indentOnInput(), code.bracketMatching(), code.closeBrackets(), code.autocompletion(), code.highlightActiveLine(),
      code.highlightActiveLineGutter(), code.highlightSelectionMatches(), code.lintGutter(),
      code.keymap.of([
        ...code.closeBracketsKeymap, ...code.defaultKeymap.filter((key) => key.key !== "Mod-Enter"), ...code.searchKeymap,
        ...code.historyKeymap, ...code.foldKeymap, ...code.completionKeymap,
      ]),
      code.syntaxHighlighting(colours), look, code.EditorView.lineWrapping, code.EditorView.cspNonce.of(nonce),
      code.EditorState.readOnly.of(readonly),
      code.EditorView.editorAttributes.of({ class: `code-${area.name}` }),
      code.EditorView.contentAttributes.of({ "aria-labelledby": `l-${area.id}`, tabindex: "0" }),
      code.EditorView.updateListener.of((update) => { if (update.docChanged) typed(); }),
      ...languages[area.dataset.code](),
    ];
    const label = form.querySelector(`label[for="${area.id}"]`);
    if (label) label.id = `l-${area.id}`;
    const editor = new code.EditorView({ doc: area.value, extensions: dress });
    editor.area = area;
    area.hidden = true;
    area.after(editor.dom);
    editors.set(area.name, editor);
  };

  // Every place that advice names, at the line it names.
  const marks = () => {
    const found = new Map([...editors.keys()].map((name) => [name, []]));
    for (const one of document.querySelectorAll(".lint [data-field]")) {
      const editor = editors.get(one.dataset.field);
      const line = Number(one.dataset.line);
      if (!editor || line < 1 || line > editor.state.doc.lines) continue;
      const { from, to } = editor.state.doc.line(line);
      const severity = one.classList.contains("l-bou") ? "error" : one.classList.contains("l-def") ? "warning" : "info";
      found.get(one.dataset.field).push({ from, to, severity, message: one.querySelector("strong").textContent });
    }
    for (const [name, list] of found) {
      const editor = editors.get(name);
      editor.dispatch(code.setDiagnostics(editor.state, list.sort((one, other) => one.from - other.from)));
    }
  };

  // Images ---------------------------------------------------------------------

  const pictures = document.querySelector("dialog.pictures");
  // Puts an image where the cursor is, in the language of the body, with the cursor where its words go.
  const insert = (url, wide) => {
    const editor = editors.get("body");
    const kind = form.querySelector("[name=kind]:checked");
    const mjml = kind ? kind.value === "mjml" : /<mj-|<mjml/.test(editor.state.doc.toString());
    const width = Math.min(Number(wide), 600);
    const text = editor.area.dataset.code === "json" ? url : mjml ? `<mj-image src="${url}" alt="" width="${width}px" />` : `<img src="${url}" alt="" width="${width}">`;
    const { from, to } = editor.state.selection.main;
    editor.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + (text === url ? url.length : text.indexOf('alt="') + 5) }, scrollIntoView: true });
    pictures.close();
    open("body");
    editor.focus();
  };
  const show = async (asked) => {
    try {
      const answer = await asked;
      if (!take(await answer.text())) told(form.dataset.failed);
    } catch {
      told(form.dataset.failed);
    }
    const made = pictures.querySelector("[data-made]");
    if (made) return insert(made.dataset.made, made.dataset.wide);
    if (!pictures.open) pictures.showModal();
  };
  const upload = (file) => {
    const body = new FormData();
    body.set("form_token", form.elements.form_token.value);
    body.set("file", file);
    show(fetch(pictures.dataset.path, { method: "POST", body, headers: { accept: "text/html" } }));
  };
  const dropped = (event) => [...(event.dataTransfer || event.clipboardData).files].find((file) => file.type.startsWith("image/"));
  if (pictures) {
    form.querySelector("[data-pictures]").addEventListener("click", (event) => {
      event.preventDefault();
      show(fetch(pictures.dataset.path, { headers: { accept: "text/html" } }));
    });
    pictures.addEventListener("click", (event) => {
      if (event.target === pictures || event.target.closest("[data-close]")) pictures.close();
      const pick = event.target.closest("[data-insert]");
      if (pick) insert(pick.dataset.insert, pick.dataset.wide);
    });
    const chosen = document.getElementById("f-picture");
    chosen.addEventListener("change", () => {
      if (chosen.files.length) upload(chosen.files[0]);
      chosen.value = "";
    });
    // Before CodeMirror, which would put the file's octets into the text.
    for (const place of [form, pictures]) {
      place.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); }, true);
      for (const way of ["drop", "paste"]) {
        place.addEventListener(way, (event) => {
          const file = dropped(event);
          if (!file) return;
          event.preventDefault();
          event.stopPropagation();
          const editor = editors.get("body");
          const at = way === "drop" && editor.dom.contains(event.target) ? editor.posAtCoords({ x: event.clientX, y: event.clientY }) : null;
          if (at !== null) editor.dispatch({ selection: { anchor: at } });
          upload(file);
        }, true);
      }
    }
  }

  // Tabs, places, keys ---------------------------------------------------------

  const tabs = [...form.querySelectorAll("[data-show]")];
  const open = (name) => {
    for (const tab of tabs) {
      const here = tab.dataset.show === name;
      tab.setAttribute("aria-selected", here);
      tab.tabIndex = here ? 0 : -1;
      form.querySelector(`[data-tab="${tab.dataset.show}"]`).hidden = !here;
    }
  };
  const jump = (field, line) => {
    const area = form.elements[field];
    if (!area) return;
    const tab = area.closest("[data-tab]");
    if (tab) open(tab.dataset.tab);
    const details = area.closest("details");
    if (details) details.open = true;
    const editor = editors.get(field);
    if (!editor) return area.focus();
    const { from, to } = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
    editor.dispatch({ selection: line > 0 ? { anchor: from, head: to } : undefined, effects: code.EditorView.scrollIntoView(from, { y: "center" }) });
    editor.focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-jump]");
    const place = link && link.closest("[data-field]");
    if (!place) return;
    event.preventDefault();
    jump(place.dataset.field, Number(place.dataset.line));
  });
  let advised = -1;
  document.addEventListener("keydown", (event) => {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (!readonly) save();
    } else if (mod && event.key === "Enter" && form.contains(event.target)) {
      event.preventDefault();
      if (!readonly) render();
    } else if (event.key === "F8") {
      const places = [...document.querySelectorAll(".lint [data-field]")];
      if (!places.length) return;
      event.preventDefault();
      advised = (advised + 1) % places.length;
      jump(places[advised].dataset.field, Number(places[advised].dataset.line));
    }
  });
  for (const tab of tabs) {
    tab.addEventListener("click", () => open(tab.dataset.show));
    tab.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!way) return;
      const next = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length];
      open(next.dataset.show);
      next.focus();
    });
  }
  for (const button of form.querySelectorAll("[data-view] [data-device]")) button.addEventListener("click", () => { stage.dataset.device = button.dataset.device; view(); });
  for (const button of form.querySelectorAll("[data-view] [data-light]")) button.addEventListener("click", () => { stage.dataset.light = button.dataset.light; view(); });
  form.querySelector("[data-images]").addEventListener("click", (event) => {
    const on = form.elements.images.value === "";
    form.elements.images.value = on ? "yes" : "";
    event.currentTarget.setAttribute("aria-pressed", on);
    view();
  });
  form.addEventListener("input", (event) => { if (!event.target.closest(".cm-editor")) typed(); });

  for (const area of form.querySelectorAll("textarea[data-code]")) edit(area);
  for (const key of form.querySelectorAll("kbd[data-key]")) {
    key.textContent = mac ? `⌘${key.dataset.key}` : `Ctrl ${key.dataset.key}`;
    key.hidden = false;
  }
  if (tabs.length) form.querySelector("[data-tabs]").hidden = false;
  // The preview follows by itself.
  for (const button of form.querySelectorAll("[data-render]")) button.hidden = true;
  // A language that takes the default's body is written in its texts.
  open(form.elements.body.value === "" && form.querySelector(".string label") ? "strings" : "body");
  marks();
  if (!readonly) {
    form.querySelector("[data-view]").hidden = false;
    stage.dataset.device = "phone";
    stage.dataset.light = matchMedia("(max-width: 1000px)").matches ? "light" : "both";
    view();
    new ResizeObserver(fit).observe(stage);
  }
})();
