// Shows what v1/dashboard/events sends: every part, then those that have changed. Every text goes in as text, never as markup.

import { build, showHistogram, showThroughput, showTraining, showWorth } from './charts.js';
import { bounds, compact, count, decimal, money, NOTHING, percent, rate, ratio, time, words } from './format.js';
import { fill } from './table.js';

const RECONNECT_MS = 2000;
const STALE_MS = 5000;

const element = (id) => document.getElementById(id);
const table = (name) => document.querySelector(`[data-table="${name}"]`);
const text = (label) => ({ label });
const number = (label) => ({ label, kind: 'number' });
const code = (label) => ({ label, kind: 'code' });
const moment = (label) => ({ label, kind: 'time' });

const parts = {};
let paused = false;
let shownVersion = null;
let lastMessageAt = 0;

/** Writes only what has changed, so that a selection or a screen reader is not disturbed once a second. */
function write(id, content) {
  const target = element(id);
  if (target.textContent !== content) {
    target.textContent = content;
  }
}

function connection(state, content) {
  element('connection').dataset.state = state;
  write('connection', content);
}

const SHOW = {
  now(now) {
    write('version', now.model?.version ?? 'none yet');
    write('version-note', now.model ? `since ${time(now.model.createdAt)}, ${count(now.model.trainedPairs)} pairs` : '');
    write('pairs-rate', rate(now.critiquedPairsPerSecond));
    write('rewards-rate', rate(now.rewardsPerSecond));
    const { pending } = now;
    write('pending', `${count(pending.pairs + pending.completions)}${pending.atLeast ? '+' : ''}`);
    write('pending-note', pending.oldestSeconds === null
      ? 'of what came since the start'
      : `${count(pending.pairs)} pairs, ${count(pending.completions)} completions; oldest ${count(pending.oldestSeconds)} s`);
    fill(table('lags'), [text('Service'), code('Topic'), number('Offsets')],
      now.lags.map((lag) => [lag.service, lag.topic, count(lag.offsets)]), 'Not known.');
    element('problem').hidden = !now.problem;
    write('problem', now.problem ?? '');
    if (now.model && now.model.version !== shownVersion) {
      shownVersion = now.model.version;
      write('announcement', `Version ${shownVersion} serves.`);
    }
  },

  throughput: showThroughput,

  training(training) {
    showTraining(training);
    const last = training.points.at(-1);
    write('held-out-accuracy', percent(last?.heldOut));
    write('held-out-note', last ? `${percent(last.heldOutWithout)} without critiques` : '');
    write('trained-pairs', count(last?.pairs));
    write('trained-note', last ? `${rate(training.pairsPerSecond)} per s, ${count(training.heldOutPairs)} held out` : '');
    write('pairs-note', training.driftAlarms ? `${count(training.driftAlarms)} drift alarms` : 'over ten seconds');
  },

  rewards({ newest, histogram, counts }) {
    showHistogram(histogram);
    const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
    const unscored = (counts.INVALID ?? 0) + (counts.FAILED ?? 0);
    write('rewards-note', `${count(total)} since the start, ${count(unscored)} not scored`);
    fill(table('completions'),
      [moment('Time'), number('Reward'), text('Status'), { label: 'Prompt and completion', kind: 'long' }, { label: 'Critique', kind: 'long' }, code('Version')],
      newest.map(completion), 'No reward yet.');
  },

  critic(critic) {
    write('spent', critic.priced ? money(critic.costToday) : NOTHING);
    write('spent-note', critic.priced ? `${money(critic.cost)} in all that is counted` : 'no price is set');
    write('critic-hint', critic.since
      ? `Of ${count(critic.critiques)} critiques since ${time(critic.since)}, as they tell it; ${count(critic.repeated)} more were used again at no cost. Money is in the currency that prices are set in.`
      : 'What critiques cost, as they tell it.');
    fill(table('critics'), [code('Critic'), number('Critiques'), number('Tokens read'), number('Tokens written'), number('Cost')],
      critic.critics.map((one) => [one.name, count(one.critiques), compact(one.promptTokens), compact(one.completionTokens),
        critic.priced ? money(one.cost) : NOTHING]), 'No critique yet.');
  },

  worth(worth) {
    element('worth-none').hidden = true;
    element('worth-parts').hidden = false;
    showWorth(worth);
    fill(table('worth'), [number('Accuracy'), number('Pairs without'), number('Pairs with'), number('Ratio'), number('95 % interval')],
      worth.levels.map((level) => [percent(level.accuracy), pairs(level.pairsWithout), pairs(level.pairsWith),
        bounds(level.atLeast, level.atMost), `${ratio(level.low)} to ${level.high === null ? 'open' : ratio(level.high)}`]),
      'Neither arm has reached an accuracy that is compared.');
  },

  checkpoints({ newest, names, decisions, held }) {
    write('held', held ? 'The gate is held: it may not promote.' : 'The gate may promote.');
    fill(table('names'), [text('Name'), code('Version'), moment('Changed'), text('By'), text('Why')],
      names.map((name) => [{ text: name.name, kind: 'strong' }, name.version, time(name.changedAt), name.changedBy, sentences(name.reasons)]),
      'No version has a name yet.');
    write('gate-hint', Object.entries(decisions).map(([decision, n]) => `${count(n)} ${words(decision).toLowerCase()}`).join(', '));
    fill(table('checkpoints'),
      [code('Version'), text('State'), number('Pairs'), number('Held out'), text('Gate'), moment('Written'), { label: 'Why', kind: 'long' }],
      newest.map((one) => [
        { parts: [['', one.version], ...(one.names.length > 0 ? [['note', one.names.join(', ')]] : [])] },
        { text: words(one.state), kind: `state ${one.state.toLowerCase()}` },
        count(one.pairs), percent(one.heldOut), words(one.gate), time(one.createdAt), sentences(one.reasons)]),
      'No checkpoint yet.');
  },

  deadLetters({ reasons, newest }) {
    fill(table('reasons'), [text('Reason'), number('Records')],
      Object.entries(reasons).map(([reason, n]) => [words(reason), count(n)]), 'None.');
    fill(table('letters'), [moment('Time'), text('Reason'), code('From'), text('By'), { label: 'What was wrong', kind: 'long' }],
      newest.map((letter) => [time(letter.at), words(letter.reason), letter.origin, letter.service, letter.detail]), 'None.');
  },
};

const pairs = (value) => (value === null ? 'not reached' : count(value));

const sentences = (reasons) => (reasons.length === 0 ? NOTHING : { parts: reasons.map((reason) => ['reason', reason]) });

function completion(reward) {
  const ok = reward.status === 'OK' ? 'good' : reward.value === null && reward.logit === null ? 'bad' : 'fair';
  return [
    { text: time(reward.scoredAt), title: reward.scoredAt },
    { parts: [['strong', decimal(reward.value)], ['note', `logit ${decimal(reward.logit)}`],
      ...(reward.uncertainty === null ? [] : [['note', `spread ${decimal(reward.uncertainty)}`]])] },
    { parts: [[`status ${ok}`, words(reward.status)], ...(reward.reason ? [['note', reward.reason]] : [])] },
    { parts: [['note', reward.prompt ?? reward.completionId], ['', reward.completion ?? NOTHING]] },
    { parts: [...(reward.critic ? [['note', reward.critic]] : []), ['', reward.critique ?? NOTHING]] },
    reward.modelVersion ?? NOTHING,
  ];
}

function show(changed) {
  for (const [name, part] of Object.entries(changed)) {
    SHOW[name]?.(part);
  }
}

/** EventSource comes back by itself after a broken connection, but not after an answer that is an error. */
function connect() {
  const source = new EventSource('v1/dashboard/events');
  source.onmessage = (event) => {
    lastMessageAt = Date.now();
    connection('live', paused ? 'Paused' : 'Live');
    const changed = JSON.parse(event.data);
    Object.assign(parts, changed);
    if (!paused) {
      show(changed);
    }
  };
  source.onerror = () => {
    connection('lost', 'Connection lost, trying again.');
    if (source.readyState === EventSource.CLOSED) {
      explain();
      setTimeout(connect, RECONNECT_MS);
    }
  };
}

/** An EventSource does not tell what an answer that is an error says. */
async function explain() {
  try {
    const answer = await fetch('v1/dashboard');
    if (!answer.ok) {
      connection('lost', (await answer.json()).error.message);
    }
  } catch {
    // Nobody answers, which is what is shown already.
  }
}

element('pause').addEventListener('click', () => {
  paused = !paused;
  element('pause').setAttribute('aria-pressed', String(paused));
  if (!paused) {
    show(parts);
  }
});
setInterval(() => {
  if (lastMessageAt > 0 && Date.now() - lastMessageAt > STALE_MS) {
    connection('lost', 'No news for a while, trying again.');
  }
}, 1000);
build();
connect();
