// Arrow keys among the days of a calendar. Without it, Tab goes from link to link as on any page.
const table = document.querySelector("[data-calendar]");

function days() {
  return [...table.querySelectorAll("[data-day]")];
}

function columns() {
  return table.classList.contains("crrc-month") ? 7 : 1;
}

function target(key, index, count) {
  const row = columns();
  switch (key) {
    case "ArrowRight": return index + 1;
    case "ArrowLeft": return index - 1;
    case "ArrowDown": return index + row;
    case "ArrowUp": return index - row;
    case "Home": return row > 1 ? index - (index % row) : 0;
    case "End": return row > 1 ? index - (index % row) + row - 1 : count - 1;
    default: return null;
  }
}

function move(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const all = days();
  const index = all.indexOf(event.target);
  if (index < 0) return;
  const beside = { PageUp: "[data-previous]", PageDown: "[data-next]" }[event.key];
  if (beside) {
    event.preventDefault();
    document.querySelector(beside)?.click();
    return;
  }
  const next = all[target(event.key, index, all.length) ?? -1];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

table?.addEventListener("keydown", move);
