/**
 * JSON from outside, read more strictly than JSON.parse does: of two equal keys that keeps the last, it takes any depth, and it rounds
 * numbers in silence. What both take, both read alike.
 */
import { failure } from '../errors/catalogue.ts';
import { pointerOf } from '../errors/pointer.ts';
import { shown } from './shown.ts';

export const deepest = 64;
/** Characters of a number. The longest exact form of a double that anybody writes has some 330. */
export const longestNumber = 400;

interface Reading {
  readonly text: string;
  /** How far it was read, in UTF-16 code units. */
  at: number;
}
type Path = readonly (string | number)[];

/** The value that the text says. Throws JSON_INVALID, DUPLICATE_KEY, FIELD_UNKNOWN, BODY_DEPTH, NUMBER_PRECISION. */
export function readJson(text: string): unknown {
  const reading: Reading = { text, at: 0 };
  const value = readValue(reading, []);
  if (next(reading) !== '') throw invalid(reading);
  return value;
}

function readValue(reading: Reading, path: Path): unknown {
  const first = next(reading);
  if ((first === '{' || first === '[') && path.length >= deepest)
    throw failure('BODY_DEPTH', { limit: deepest }, { pointer: pointerOf(path) });
  if (first === '{') return readObject(reading, path);
  if (first === '[') return readList(reading, path);
  return first === '"' ? readText(reading) : readWord(reading, path);
}

function readObject(reading: Reading, path: Path): Record<string, unknown> {
  const members = new Map<string, unknown>();
  readEach(reading, '}', () => {
    if (next(reading) !== '"') throw invalid(reading);
    const key = readText(reading);
    const place = { pointer: pointerOf([...path, shown(key)]) };
    if (members.has(key)) throw failure('DUPLICATE_KEY', { key: shown(key) }, place);
    if (key === '__proto__') throw failure('FIELD_UNKNOWN', { key, suggestion: undefined, known: ['others'] }, place);
    if (next(reading) !== ':') throw invalid(reading);
    reading.at += 1;
    members.set(key, readValue(reading, [...path, key]));
  });
  return Object.fromEntries(members);
}

function readList(reading: Reading, path: Path): unknown[] {
  const items: unknown[] = [];
  readEach(reading, ']', () => items.push(readValue(reading, [...path, items.length])));
  return items;
}

/** What stands between brackets, with commas between. */
function readEach(reading: Reading, end: '}' | ']', read: () => void): void {
  reading.at += 1;
  if (next(reading) !== end) {
    read();
    while (next(reading) === ',') {
      reading.at += 1;
      read();
    }
    if (next(reading) !== end) throw invalid(reading);
  }
  reading.at += 1;
}

function readText(reading: Reading): string {
  const { text, at } = reading;
  const end = endOfText(text, at);
  if (end < 0) throw invalid({ text, at: text.length });
  try {
    const read = JSON.parse(text.slice(at, end + 1)) as string;
    // Half of a character is no text that can be stored or signed (RFC 7493, section 2.1).
    if (!read.isWellFormed()) throw invalid(reading);
    reading.at = end + 1;
    return read;
  } catch {
    throw invalid(reading);
  }
}

/** Where the closing quote is: the first one before which the backslashes are even. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && backslashesBefore(text, end) % 2 === 1) end = text.indexOf('"', end + 1);
  return end;
}

function backslashesBefore(text: string, end: number): number {
  let count = 0;
  while (text[end - 1 - count] === '\\') count += 1;
  return count;
}

const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function readWord(reading: Reading, path: Path): unknown {
  const pattern = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  pattern.lastIndex = reading.at;
  const [word] = pattern.exec(reading.text) ?? [];
  if (word === undefined) throw invalid(reading);
  reading.at += word.length;
  if (Object.hasOwn(words, word)) return words[word];
  const number = Number(word);
  if (word.length <= longestNumber && significant(word) === significant(String(number))) return number;
  throw failure('NUMBER_PRECISION', { number: shown(word) }, { pointer: pointerOf(path) });
}

/** The digits that count and the power of ten behind them: equal for equal numbers, however they are written. */
function significant(number: string): string {
  const [, whole = number, fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}

/** The next character that is not white space; nothing at the end. */
function next(reading: Reading): string {
  const space = /[ \t\n\r]*/y;
  space.lastIndex = reading.at;
  reading.at += (space.exec(reading.text) as RegExpExecArray)[0].length;
  return reading.text.charAt(reading.at);
}

function invalid({ text, at }: Reading) {
  return failure('JSON_INVALID', { offset: Buffer.byteLength(text.slice(0, at)) });
}
