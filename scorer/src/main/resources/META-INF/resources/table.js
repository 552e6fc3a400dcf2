// Tables that are written anew only when they have changed. Every text goes in as text, never as markup.

const shown = new WeakMap();

/**
 * @param table an empty table element
 * @param columns {label, kind} of each
 * @param rows cells of each, a text or {text, title, kind, parts}; parts are [kind, text] below each other
 * @param none what is said where there is no row
 */
export function fill(table, columns, rows, none) {
  const key = JSON.stringify(rows);
  if (shown.get(table) === key) {
    return;
  }
  shown.set(table, key);
  if (rows.length === 0) {
    table.replaceChildren(body([[{ text: none, kind: 'none', span: columns.length }]], [{ label: '' }]));
    return;
  }
  table.replaceChildren(head(columns), body(rows, columns));
}

function node(name, role, kind) {
  const made = document.createElement(name);
  // Narrow screens show tables as blocks, which would take their meaning away.
  made.setAttribute('role', role);
  if (kind) {
    made.className = kind;
  }
  return made;
}

function head(columns) {
  const row = node('tr', 'row');
  for (const column of columns) {
    const cell = node('th', 'columnheader', column.kind);
    cell.scope = 'col';
    cell.textContent = column.label;
    row.append(cell);
  }
  const part = node('thead', 'rowgroup');
  part.append(row);
  return part;
}

function body(rows, columns) {
  const part = node('tbody', 'rowgroup');
  for (const cells of rows) {
    const row = node('tr', 'row');
    cells.forEach((cell, i) => row.append(made(cell, columns[i] ?? columns[0])));
    part.append(row);
  }
  return part;
}

function made(cell, column) {
  const content = typeof cell === 'string' ? { text: cell } : cell;
  const td = node('td', 'cell', [column.kind, content.kind].filter(Boolean).join(' '));
  td.dataset.label = column.label;
  if (content.span) {
    td.colSpan = content.span;
  }
  const inner = document.createElement('div');
  if (content.title) {
    inner.title = content.title;
  }
  if (content.parts) {
    for (const [kind, text] of content.parts) {
      const line = document.createElement('p');
      line.className = kind;
      line.textContent = text;
      inner.append(line);
    }
  } else {
    inner.textContent = content.text;
  }
  td.append(inner);
  return td;
}
