// Which charts there are, and what of the figures goes into them.

import { Chart } from './chart.js';
import { compact, count, decimal, percent, rate, seconds, share, short } from './format.js';

const PAIRS = { label: 'pairs trained on', format: compact };
const accuracyRange = (u, least) => [Math.min(0.45, Math.floor((least ?? 1) * 20) / 20), 1];
const fromZero = (u, least, most) => [0, Math.max(1, (most ?? 0) * 1.15)];
const padded = (u, least, most) => {
  const room = Math.max(0.05, (most - least) * 0.1);
  return [Math.min(0, least - room), most + room];
};
const ACCURACY = { label: 'accuracy', format: percent, tick: share, range: accuracyRange };

const ABOUT = {
  before: {
    title: 'Accuracy before learning',
    hint: 'Each pair is ranked before it is learnt from; share of the newest pairs ranked as people did.',
    x: PAIRS,
    y: ACCURACY,
    series: [
      { label: 'with critique', colour: 'gold', line: 'solid' },
      { label: 'critique withheld', colour: 'green', line: 'dashed' },
      { label: 'all pairs', colour: 'quiet', line: 'dotted' },
    ],
  },
  heldOut: {
    title: 'Accuracy on held-out pairs',
    hint: 'Pairs that are never learnt from. A rule that knows nothing but length is the bar to clear.',
    x: PAIRS,
    y: ACCURACY,
    series: [
      { label: 'with critique', colour: 'gold', line: 'solid' },
      { label: 'critique withheld', colour: 'green', line: 'dashed' },
      { label: 'longer is better', colour: 'quiet', line: 'dotted' },
    ],
  },
  loss: {
    title: 'Loss before learning',
    hint: 'Mean log-loss of the newest pairs, in nats. A coin has 0.693.',
    x: PAIRS,
    y: { label: 'nats', format: decimal, tick: short, range: padded },
    series: [{ label: 'loss', colour: 'blue', line: 'solid' }],
  },
  margin: {
    title: 'Margin before learning',
    hint: 'Mean reward of the chosen side minus that of the rejected one, in logits.',
    x: PAIRS,
    y: { label: 'logits', format: decimal, tick: short, range: padded },
    series: [{ label: 'margin', colour: 'blue', line: 'solid' }],
  },
  throughput: {
    title: 'Throughput',
    hint: 'Records per second on the topics, in steps of ten seconds.',
    x: { label: 'time', format: seconds, time: true },
    y: { label: 'per second', format: rate, tick: short, range: fromZero },
    series: [
      { label: 'pairs with critiques', colour: 'blue', line: 'dashed' },
      { label: 'rewards', colour: 'gold', line: 'solid' },
    ],
  },
  histogram: {
    title: 'Rewards',
    hint: 'Normalised values of the newest rewards; the outer bars hold what lies beyond.',
    x: { label: 'value', format: (value) => String(Math.round(value * 1000) / 1000) },
    y: { label: 'rewards', format: count, range: fromZero },
    series: [{ label: 'rewards', colour: 'gold', line: 'solid' }],
    bars: true,
  },
  worth: {
    title: 'Accuracy against pairs',
    hint: 'The same network on the same pairs, fitted so that accuracy never falls. Pairs on a logarithmic scale.',
    x: { label: 'pairs trained on', format: compact, log: true },
    y: ACCURACY,
    series: [
      { label: 'with critiques', colour: 'gold', line: 'solid' },
      { label: 'without critiques', colour: 'green', line: 'dashed' },
    ],
  },
};

const charts = {};

/** Makes the cards. */
export function build() {
  for (const card of document.querySelectorAll('[data-chart]')) {
    charts[card.dataset.chart] = new Chart(card, ABOUT[card.dataset.chart]);
  }
}

const columns = (points, ...fields) => fields.map((field) => points.map((point) => point[field] ?? null));

export function showTraining(training) {
  const { points } = training;
  charts.before.set(columns(points, 'pairs', 'withCritique', 'withoutCritique', 'accuracy'));
  charts.heldOut.set(columns(points, 'pairs', 'heldOut', 'heldOutWithout', 'heldOutLength'));
  charts.loss.set(columns(points, 'pairs', 'loss'));
  charts.margin.set(columns(points, 'pairs', 'margin'));
}

export const showThroughput = (points) => charts.throughput.set(columns(points, 'at', 'pairs', 'rewards'));

export function showHistogram({ lowest, width, counts, values }) {
  const middles = counts.map((n, i) => lowest + width * (i + 0.5));
  charts.histogram.set(values > 0 ? [middles, counts] : [[], []]);
}

export const showWorth = (worth) => charts.worth.set(columns(worth.curve, 'pairs', 'with', 'without'));
