// A card with a chart: title, legend with the newest values, curve, and the same figures as a table. uPlot draws.

import { fill } from './table.js';
import { NOTHING } from './format.js';

const HEIGHT = 210;
const TABLE_ROWS = 25;
const DASHES = { solid: [], dashed: [7, 5], dotted: [2, 4] };

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export class Chart {
  /**
   * @param card an empty section
   * @param about title, hint, x {label, format, time, log}, y {label, format, tick, range}, series [{label, colour, line}], bars
   */
  constructor(card, about) {
    this.about = about;
    this.data = null;
    this.plot = null;
    const id = `chart-${card.dataset.chart}`;
    card.setAttribute('aria-labelledby', id);
    const title = element('h3', '', about.title);
    title.id = id;
    this.values = about.series.map(() => element('span', 'value', NOTHING));
    const legend = element('ul', 'legend');
    about.series.forEach((series, i) => {
      const item = element('li', '');
      item.append(element('span', `swatch ${series.line} ${series.colour}`), element('span', '', series.label), this.values[i]);
      legend.append(item);
    });
    this.area = element('div', 'plot');
    this.area.setAttribute('role', 'img');
    this.empty = element('p', 'empty', 'Nothing has been measured yet.');
    this.table = document.createElement('table');
    this.table.setAttribute('aria-labelledby', id);
    this.table.className = 'plain';
    this.details = document.createElement('details');
    this.details.append(element('summary', '', 'As a table'), this.table);
    this.details.addEventListener('toggle', () => this.tabulate());
    card.append(title, element('p', 'hint', about.hint), legend, this.area, this.empty, this.details);
    new ResizeObserver(() => this.resize()).observe(this.area);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  /** @param data columns: x, then one for each series; null where a value is not known */
  set(data) {
    const rebuild = this.plot === null || this.data[0].length === 0;
    this.data = data;
    this.empty.hidden = data[0].length > 0;
    this.area.hidden = data[0].length === 0;
    if (rebuild) {
      this.draw();
    } else {
      this.plot.setData(data);
    }
    this.showValues(null);
    this.area.setAttribute('aria-label', this.description());
    this.tabulate();
  }

  resize() {
    const width = Math.floor(this.area.clientWidth);
    if (width > 0 && this.plot && width !== this.plot.width) {
      this.plot.setSize({ width, height: HEIGHT });
    } else if (width > 0 && !this.plot) {
      this.draw();
    }
  }

  draw() {
    this.plot?.destroy();
    this.plot = null;
    const width = Math.floor(this.area.clientWidth);
    if (!this.data || this.data[0].length === 0 || width === 0) {
      return;
    }
    const { x, y, series, bars } = this.about;
    const font = '12px system-ui, sans-serif';
    const grid = { stroke: colour('line'), width: 1 };
    const axis = (about, more) => ({
      stroke: colour('quiet'), font, labelFont: font, grid, ticks: { ...grid, size: 4 }, label: about.label, labelSize: 20,
      labelGap: 2, values: (u, splits) => splits.map((value) => (value === null ? '' : (about.tick ?? about.format)(value))), ...more,
    });
    this.plot = new uPlot({
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      padding: [10, 28, 0, 0],
      scales: { x: { time: Boolean(x.time), distr: x.log ? 3 : 1, range: x.range }, y: { range: y.range } },
      axes: [axis(x, { size: 30, space: 70 }), axis(y, { size: 48, space: 32 })],
      series: [{}, ...series.map((one) => ({
        label: one.label,
        stroke: colour(one.colour),
        fill: bars ? colour(one.colour) : undefined,
        width: bars ? 0 : 2,
        dash: DASHES[one.line],
        spanGaps: true,
        points: { show: bars ? false : undefined, size: 5 },
        paths: bars ? uPlot.paths.bars({ size: [0.9, 60] }) : undefined,
      }))],
      hooks: { setCursor: [(u) => this.showValues(u.cursor.idx)] },
    }, this.data, this.area);
  }

  /** The legend tells the values under the pointer, or the newest. */
  showValues(index) {
    this.values.forEach((value, i) => {
      const column = this.data[i + 1];
      const shown = this.about.bars ? sum(column) : newest(column);
      const text = this.about.y.format(index === null || index === undefined ? shown : column[index]);
      if (value.textContent !== text) {
        value.textContent = text;
      }
    });
  }

  description() {
    const { title, x, y, series, bars } = this.about;
    if (this.data[0].length === 0) {
      return `${title}: nothing has been measured yet.`;
    }
    const parts = series.map((one, i) => `${one.label} ${y.format(bars ? sum(this.data[i + 1]) : newest(this.data[i + 1]))}`);
    return `${title}, chart from ${x.format(this.data[0][0])} to ${x.format(this.data[0].at(-1))} ${x.label}. `
      + `${bars ? 'In all' : 'Newest'}: ${parts.join(', ')}. The table below has the figures.`;
  }

  /** As many rows as can be read, evenly chosen, the newest first. */
  tabulate() {
    if (!this.details.open || !this.data) {
      return;
    }
    const { x, y, series } = this.about;
    const size = this.data[0].length;
    const step = Math.max(1, Math.ceil(size / TABLE_ROWS));
    const rows = [];
    for (let i = size - 1; i >= 0; i -= step) {
      rows.push([x.format(this.data[0][i]), ...series.map((one, s) => y.format(this.data[s + 1][i]))]);
    }
    const number = (label) => ({ label, kind: 'number' });
    fill(this.table, [number(x.label), ...series.map((one) => number(one.label))], rows, 'Nothing yet.');
  }
}

const newest = (column) => column.findLast((value) => value !== null && value !== undefined);
const sum = (column) => column.reduce((all, value) => all + (value ?? 0), 0);

function element(name, kind, text) {
  const made = document.createElement(name);
  if (kind) {
    made.className = kind;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}
