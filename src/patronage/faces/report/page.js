"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, index) => head.firstElementChild.addEventListener("click", () => {
    const falling = head.getAttribute("aria-sort") !== "descending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const key = (row) => { const cell = row.cells[index]; return cell.dataset.value === undefined ? cell.textContent : (cell.dataset.value === "" ? -Infinity : Number(cell.dataset.value)); };
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const x = key(a), y = key(b);
      return typeof x === "number" ? x - y : x.localeCompare(y);
    });
    if (falling) rows.reverse();
    table.tBodies[0].append(...rows);
  }));
}
