/** A plan as Markdown for a comment on a pull request. */
import type { RolloutPlan } from './decision.ts';
import { type Line, planView, type Section, type StackView, type TargetView, type Value } from './plan-view.ts';
import { cut, printable, shownSides } from './printable.ts';

/** GitHub takes no longer comment. */
export const longestComment = 65_536;
const longestValue = 120;

/**
 * The whole plan in GitHub's Markdown. What comes from templates stands in code spans, where nothing in it has a meaning. Cut at the end
 * of a line, and saying so, where it would be longer than a comment may be.
 */
export function renderMarkdown(plan: RolloutPlan, remarks: readonly string[] = []): string {
  const view = planView(plan, remarks);
  const lines = [
    `## Plan of ${code(plan.pipeline)} for ${code(plan.environment)}`,
    '',
    `release ${code(view.release)}`,
    '',
    ...view.remarks.flatMap((remark) => [prose(remark), '']),
    `**${prose(view.summary)}**`,
    ...view.targets.flatMap(targetLines),
  ];
  return withinLimit(lines);
}

function withinLimit(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= longestComment) return whole;
  const end = `\n\n**Cut here: the plan is longer than the ${longestComment} characters of a comment.** The whole of it: \`drawbridge plan\`.`;
  const room = whole.slice(0, longestComment - end.length + 1);
  return `${room.slice(0, room.lastIndexOf('\n')).trimEnd()}${end}`;
}

function targetLines({ name, place, summary, stacks }: TargetView): string[] {
  return ['', `### ${code(name)} ${code(place)}`, '', prose(summary), ...stacks.flatMap(stackLines)];
}

function stackLines({ stack, stackName, headline, sections }: StackView): string[] {
  return ['', `#### ${code(stack)} (${code(stackName)}) ${prose(headline)}`, ...sections.flatMap(sectionLines)];
}

/** Lists are indented by the path of a nested stack, as far as Markdown takes no paragraph for code. */
function sectionLines({ kind, title, depth, lines }: Section): string[] {
  const margin = '  '.repeat(depth);
  const heading = kind === 'nested' ? `nested stack ${code(title.replace(/^nested stack /, ''))}` : title;
  const intro = depth === 0 ? ['', `_${heading}_`, ''] : [`${'  '.repeat(depth - 1)}- _${heading}_`];
  return [...intro, ...lines.flatMap((line) => lineLines(line, kind).map((text) => `${margin}${text}`))];
}

function lineLines(line: Line, kind: Section['kind']): string[] {
  const { sign, type, subject, about, values } = line;
  if (kind === 'notes') return [`- **${sign.symbol}** ${prose(subject)}`];
  const own = values.filter(({ name }) => name === '').map(valueText);
  const words = [`**${sign.symbol} ${sign.word}**`, type && code(type), code(subject), aboutText(about, kind), ...own];
  const members = values.filter(({ name }) => name !== '');
  return [`- ${words.filter(Boolean).join(' ')}`, ...members.map((value) => `  - ${valueText(value)}`)];
}

function aboutText(about: string, kind: Section['kind']): string {
  return about === '' || kind === 'permissions' ? about && code(about) : prose(about);
}

function valueText(value: Value): string {
  const { name, remark } = value;
  const sides = sidesText(value);
  const named = name === '' ? sides : `${code(name)}${sides === '' ? '' : `: ${sides}`}`;
  return remark === '' ? named : `${named} (${prose(remark)})`;
}

/** Where the sign says that the whole is new or gone, its one value is enough. */
function sidesText({ name, before, after, absent }: Value): string {
  const sides = shownSides({ before, after }, longestValue);
  const [old, wanted] = [sides.before, sides.after].map((side) => (side === undefined ? absent : code(side)));
  if (before === undefined || after === undefined) {
    if (before === after) return '';
    if (name === '') return `${before === undefined ? wanted : old}`;
  }
  return `${old} → ${wanted}`;
}

/** A code span whose fence is longer than every run of backticks in it (CommonMark, "Code spans"). */
function code(text: string): string {
  const shown = cut(printable(text), longestValue) || ' ';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}

/** Text without a meaning in Markdown; a space of no width keeps GitHub from turning names and numbers into links. */
function prose(text: string): string {
  return printable(text)
    .replaceAll(/[\\`*_{}<>#!|~&[\]]/g, '\\$&')
    .replaceAll(/@|\\#|:\/\/|www\./g, '$&\u200b');
}
