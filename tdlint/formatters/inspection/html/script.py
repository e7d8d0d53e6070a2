"""What the page does where scripts run: sorting by any column, with mouse or keyboard, and finding layers."""

from __future__ import annotations

SCRIPT = """
"use strict";
const fit = document.getElementById("fit");
if (fit) fit.addEventListener("change", () => {
  const canvas = document.querySelector(".canvas"), box = canvas.querySelector("rect");
  const inside = box.getBoundingClientRect().left - canvas.getBoundingClientRect().left;
  canvas.scrollLeft += inside - canvas.clientWidth / 2 + box.getBoundingClientRect().width / 2;
});
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const status = document.createElement("p");
  status.className = "status faint";
  status.setAttribute("role", "status");
  const find = document.createElement("input");
  find.type = "search";
  find.placeholder = "find " + table.id;
  find.setAttribute("aria-label", find.placeholder);
  const tools = document.createElement("div");
  tools.className = "tools";
  tools.append(find, status);
  table.parentElement.before(tools);

  const show = () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    status.textContent = wanted === "" ? "" : shown + " of " + rows.length;
  };
  find.addEventListener("input", show);
  window.addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row && row.hidden) { find.value = ""; show(); row.scrollIntoView(); }
  });

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    const numbers = head.classList.contains("number");
    const first = numbers ? "descending" : "ascending", second = numbers ? "ascending" : "descending";
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const order = before === null ? first : before === first ? second : null;
      for (const other of heads) other.removeAttribute("aria-sort");
      const sign = order === "descending" ? -1 : 1;
      const value = (row) => row.cells[column].dataset.value;
      const compare = (one, two) => {
        const a = value(one), b = value(two);
        if (a === "" || b === "") return (a === "") - (b === "");
        return sign * (numbers ? a - b : a.localeCompare(b, undefined, { numeric: true }));
      };
      if (order !== null) head.setAttribute("aria-sort", order);
      body.append(...(order === null ? rows : [...rows].sort(compare)));
      const name = button.textContent;
      status.textContent = order === null ? "in the order of the model" : "sorted by " + name + ", " + order;
    });
  });
}
"""
