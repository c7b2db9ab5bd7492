"use strict";
// Filters the changes of the page and remembers the colours; without it the page is read as it stands.
(() => {
  const themes = document.querySelectorAll("input[name=theme]");
  const remembered = () => { try { return localStorage.getItem("dynclient-theme"); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem("dynclient-theme", theme); } catch { /* a page from a file may not */ } };
  for (const choice of themes) {
    if (choice.value === remembered()) choice.checked = true;
    choice.addEventListener("change", () => remember(choice.value));
  }

  const form = document.getElementById("filters");
  if (!form) return;
  form.hidden = false;
  const search = document.getElementById("search");
  const operation = document.getElementById("operation");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const changes = [...document.querySelectorAll("details.change")].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    operations: new Set((element.dataset.operations ?? "").split(" ")),
  }));

  const chosen = (name) => [...form.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);

  function matches({ element, text, operations }, levels, view, words) {
    return levels.includes(element.dataset.level)
      && (view === "any" || element.dataset[view] !== "none")
      && (operation.value === "any" || operations.has(operation.value))
      && words.every((word) => text.includes(word));
  }

  function filter() {
    const levels = chosen("level");
    const [view] = chosen("view");
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const change of changes) {
      const visible = matches(change, levels, view, words);
      change.element.hidden = !visible;
      count += visible ? 1 : 0;
    }
    for (const section of document.querySelectorAll("main section")) {
      section.hidden = !section.querySelector("details.change:not([hidden])");
    }
    nothing.hidden = count > 0;
    shown.textContent = `${count} of ${changes.length} changes`;
  }

  function reveal() {
    const target = /^#c-[0-9a-f-]+$/.test(location.hash) && document.querySelector(location.hash);
    if (target) target.open = true;
  }

  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, select")) return;
    event.preventDefault();
    search.focus();
  });
  addEventListener("hashchange", reveal);
  reveal();
  filter();
})();
