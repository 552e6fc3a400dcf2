// How numbers, times and words are written.

export const NOTHING = '–';

const known = (value) => value !== null && value !== undefined && Number.isFinite(Number(value));
const formatter = (options) => {
  const made = new Intl.NumberFormat('en', options);
  return (value) => (known(value) ? made.format(value) : NOTHING);
};

export const count = formatter({ maximumFractionDigits: 0 });
export const compact = formatter({ notation: 'compact', maximumFractionDigits: 1 });
export const percent = formatter({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
export const share = formatter({ style: 'percent', maximumFractionDigits: 0 });
export const short = formatter({ maximumFractionDigits: 2 });
export const decimal = formatter({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
export const rate = formatter({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
export const money = formatter({ minimumFractionDigits: 2, maximumFractionDigits: 4 });
export const ratio = formatter({ minimumFractionDigits: 1, maximumFractionDigits: 1 });

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

/** A time of today as a clock shows it, another with its day. */
export function time(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) {
    return NOTHING;
  }
  return (at.toDateString() === new Date().toDateString() ? clock : dayAndClock).format(at);
}

/** A time in seconds since 1970. */
export const seconds = (value) => (known(value) ? clock.format(new Date(value * 1000)) : NOTHING);

/** A word of the program as a person would write it. */
export const words = (name) => name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' ');

/** A ratio that may be open at an end, null or 0. */
export function bounds(least, most) {
  if (most === null) {
    return least > 0 ? `≥ ${ratio(least)}` : NOTHING;
  }
  return least > 0 ? ratio(most) : `≤ ${ratio(most)}`;
}
