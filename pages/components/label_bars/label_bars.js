// One row a label: name with its square, a bar, and the count.
function cell(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export default function labelBars({ data, parentElement }) {
  let table = parentElement.querySelector(".bars");
  if (!table) {
    table = cell("div", "bars");
    parentElement.append(table);
  }
  const most = Math.max(1, ...data.rows.map((row) => row.count));
  table.replaceChildren(
    ...data.rows.flatMap((row) => {
      const colour = `c${((row.colour - 1) % 12) + 1}`;
      const name = cell("span", `name ${colour}`);
      name.append(cell("i", "dot"), row.name);
      const bar = cell("span", `bar ${colour}`);
      const fill = cell("i", "fill");
      fill.style.width = `${(100 * row.count) / most}%`;
      bar.append(fill);
      return [name, bar, cell("span", "count", row.count.toLocaleString("en"))];
    })
  );
}
