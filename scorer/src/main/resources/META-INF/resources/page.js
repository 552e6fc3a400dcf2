// Shows what v1/events sends. Every text goes in as text, never as markup.

const NOTHING = '–';
const RECONNECT_MS = 2000;
const STALE_MS = 5000;

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const decimal = new Intl.NumberFormat('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const SERIES = [
  { name: 'length', field: 'length' },
  { name: 'prequential', field: 'prequential' },
  { name: 'without', field: 'withoutCritique' },
  { name: 'held-out', field: 'heldOut' },
];

const element = (id) => document.getElementById(id);
const format = (formatter, value) => (value === null || value === undefined ? NOTHING : formatter.format(value));

let paused = false;
let shownRows = '';
let shownCurve = '';
let shownVersion = null;
let lastStatus = null;
let lastMessageAt = 0;

/** Writes only what has changed, so that a selection or a screen reader is not disturbed once a second. */
function write(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

function figure(id, formatter, value) {
  write(element(id), format(formatter, value));
}

function connection(state, text) {
  element('connection').dataset.state = state;
  write(element('connection'), text);
}

function show(status) {
  lastStatus = status;
  const model = status.model;
  const training = status.training;
  write(element('version'), model ? model.version : 'none yet');
  figure('step', count, model?.step);
  figure('trained-pairs', count, training?.trainedPairs ?? model?.trainedPairs);
  figure('held-out-pairs', count, training?.heldOutPairs ?? model?.heldOutPairs);

  const rewards = status.rewards;
  const total = Object.values(rewards).reduce((sum, n) => sum + n, 0);
  figure('rewards', count, total);
  figure('rewards-ok', count, rewards.OK ?? 0);
  figure('rewards-unscored', count, (rewards.INVALID ?? 0) + (rewards.FAILED ?? 0));

  figure('held-out-accuracy', percent, training?.heldOutAccuracy);
  figure('without-accuracy', percent, training?.heldOutAccuracyWithoutCritique);
  figure('prequential-accuracy', percent, training?.prequentialAccuracy);
  figure('length-accuracy', percent, training?.heldOutLengthAccuracy);

  element('problem').hidden = !status.problem;
  write(element('problem'), status.problem ?? '');
  if (model && model.version !== shownVersion) {
    shownVersion = model.version;
    write(element('announcement'), `Version ${model.version} serves.`);
  }
  showCurve(status.curve, training);
  if (!paused) {
    showRewards(status.newest);
  }
}

function showRewards(newest) {
  const key = newest.map((reward) => `${reward.completionId}@${reward.scoredAt}`).join();
  if (key === shownRows) {
    return;
  }
  shownRows = key;
  element('empty').hidden = newest.length > 0;
  element('table').hidden = newest.length === 0;
  element('rows').replaceChildren(...newest.map(row));
}

function row(reward) {
  const tr = document.createElement('tr');
  tr.setAttribute('role', 'row');
  const cell = (label, kind, text, title) => {
    const td = document.createElement('td');
    td.setAttribute('role', 'cell');
    td.className = kind;
    td.dataset.label = label;
    const span = document.createElement('span');
    span.textContent = text;
    if (title) {
      span.title = title;
    }
    td.append(span);
    tr.append(td);
    return td;
  };
  cell('Time', 'time', clock.format(new Date(reward.scoredAt)), reward.scoredAt);
  cell('Completion', 'code', reward.completionId.slice(0, 8), reward.completionId);
  cell('Status', 'status', reward.status.replaceAll('_', ' '), reward.reason).dataset.status = reward.status;
  cell('Value', 'number', format(decimal, reward.value));
  cell('Logit', 'number', format(decimal, reward.logit));
  cell('Version', 'code', reward.modelVersion ?? NOTHING);
  cell('Critique', 'critique', reward.critique ?? reward.reason ?? NOTHING);
  return tr;
}

function svg(name, attributes, text) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }
  if (text !== undefined) {
    node.textContent = text;
  }
  return node;
}

function showCurve(points, training) {
  const area = element('curve');
  const width = area.clientWidth;
  const height = area.clientHeight;
  const last = points[points.length - 1];
  const key = `${width}x${height}:${points.length}:${JSON.stringify(last)}`;
  if (key === shownCurve || width === 0) {
    return;
  }
  shownCurve = key;
  area.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const box = { left: 40, right: width - 8, top: 8, bottom: height - 24 };
  const known = points.flatMap((point) => SERIES.map((series) => point[series.field])).filter((y) => y !== null);
  const lowest = Math.min(0.4, Math.floor(Math.min(...known, 1) * 10) / 10);
  const first = points[0]?.trainedPairs ?? 0;
  const span = Math.max(1, (last?.trainedPairs ?? 0) - first);
  const x = (pairs) => box.left + ((pairs - first) / span) * (box.right - box.left);
  const y = (value) => box.bottom - ((value - lowest) / (1 - lowest)) * (box.bottom - box.top);

  const nodes = [];
  for (let tenth = Math.round(lowest * 10); tenth <= 10; tenth += lowest < 0.3 ? 2 : 1) {
    const at = y(tenth / 10);
    nodes.push(svg('line', { class: 'grid', x1: box.left, x2: box.right, y1: at, y2: at }));
    nodes.push(svg('text', { x: box.left - 8, y: at + 4, 'text-anchor': 'end' }, `${tenth * 10}`));
  }
  if (last) {
    nodes.push(svg('text', { x: box.left, y: height - 6 }, count.format(first)));
    nodes.push(svg('text', { x: box.right, y: height - 6, 'text-anchor': 'end' }, `${count.format(last.trainedPairs)} pairs`));
  }
  for (const series of SERIES) {
    const d = path(points, series.field, x, y);
    if (d) {
      nodes.push(svg('path', { class: `series ${series.name}`, d }));
    }
  }
  area.replaceChildren(...nodes);
  if (last) {
    area.setAttribute('aria-label', `Accuracy over ${count.format(last.trainedPairs)} pairs: now `
      + `${format(percent, training?.heldOutAccuracy)} on held-out pairs, `
      + `${format(percent, training?.heldOutAccuracyWithoutCritique)} without critiques, `
      + `${format(percent, training?.heldOutLengthAccuracy)} by length.`);
  }
}

/** A line that is broken where a value is not known. A lone point becomes a dot. */
function path(points, field, x, y) {
  let d = '';
  let joined = false;
  for (const point of points) {
    const value = point[field];
    if (value === null || value === undefined) {
      joined = false;
      continue;
    }
    const at = `${x(point.trainedPairs).toFixed(1)} ${y(value).toFixed(1)}`;
    d += joined ? `L${at}` : `M${at}h0.01`;
    joined = true;
  }
  return d;
}

/** EventSource comes back by itself after a broken connection, but not after an answer that is an error. */
function connect() {
  const source = new EventSource('v1/events');
  source.onmessage = (event) => {
    lastMessageAt = Date.now();
    connection('live', 'Live');
    show(JSON.parse(event.data));
  };
  source.onerror = () => {
    connection('lost', 'Connection lost, trying again.');
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(connect, RECONNECT_MS);
    }
  };
}

element('pause').addEventListener('click', () => {
  paused = !paused;
  element('pause').setAttribute('aria-pressed', String(paused));
  if (!paused && lastStatus) {
    showRewards(lastStatus.newest);
  }
});
new ResizeObserver(() => lastStatus && showCurve(lastStatus.curve, lastStatus.training)).observe(element('curve'));
setInterval(() => {
  if (lastMessageAt > 0 && Date.now() - lastMessageAt > STALE_MS) {
    connection('lost', 'No news for a while, trying again.');
  }
}, 1000);
connect();
