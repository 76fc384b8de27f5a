// Number formats, as in formats.py, and sentences from the texts of story.py.
"use strict";

const fixed = (value, places) =>
  value.toLocaleString("en-US", {minimumFractionDigits: places, maximumFractionDigits: places});

// A number's absolute value as text, with a minus where it is negative and not rounded to zero.
const signed = (value, text) => (value < 0 && /[1-9]/.test(text) ? "−" + text : text);

const FORMATS = {
  percent: value => signed(value, fixed(Math.abs(value) * 100, 1) + "%"),
  usd: value => {
    const size = Math.abs(value);
    if (size >= 99950) return signed(value, `US$${fixed(size / 1000, 0)}\u00a0bn`);
    if (size >= 999.5) return signed(value, `US$${fixed(size / 1000, size >= 9995 ? 1 : 2)}\u00a0bn`);
    return signed(value, `US$${fixed(size, 0)}m`);
  },
  times: value => signed(value, fixed(Math.abs(value), 2) + "×"),
  count: value => signed(value, fixed(Math.abs(value), 0)),
  date: value => isoDate(value),
  year: value => fixed(value, 0).replace(",", ""),
  number: value => {
    const size = Math.abs(value), places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
    const text = fixed(size, places);
    return signed(value, text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
  },
};

const written = (value, how) => (value === null || Number.isNaN(value) ? "–" : FORMATS[how](value));

// Whether a sentence's condition is true: `line` is above zero, `?line` exists, `!` negates either.
function holds(condition, figure) {
  const turned = condition.startsWith("!"), asked = turned ? condition.slice(1) : condition;
  const exists = asked.startsWith("?"), value = figure(exists ? asked.slice(1) : asked);
  return (exists ? !Number.isNaN(value) : value > 1e-9) !== turned;
}
