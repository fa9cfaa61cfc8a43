/** A plan as plain text for a terminal. */
import type { RolloutPlan } from './decision.ts';
import {
  type Line,
  type PlanView,
  planView,
  type Section,
  type StackView,
  type TargetView,
  type Value,
} from './plan-view.ts';
import { printable, shownSides } from './printable.ts';

/** Longer values are cut: a line is for the eye, the whole plan is in its document. */
const longestValue = 60;
const shortValue = 40;

/** The whole plan: for each target and stack everything that changes, with the values before and after. No line break at the end. */
export function renderText(plan: RolloutPlan, remarks: readonly string[] = []): string {
  const view = planView(plan, remarks);
  const lines = [
    view.title,
    `release  ${view.release}`,
    ...view.remarks,
    view.summary,
    ...view.targets.flatMap(targetLines),
  ];
  return lines.map(trimmed).join('\n');
}

/**
 * The plan inside a report: a line for each changed resource with its values, what gets broader and what is to be known; the rest is
 * counted. Targets without a change have none.
 */
export function shortLines(plan: RolloutPlan): string[] {
  const { targets }: PlanView = planView(plan, []);
  return targets
    .filter(({ summary }) => summary !== nothing)
    .flatMap((target) => [
      `plan ${target.name} ${target.place}  ${target.summary}`,
      ...target.stacks.filter(({ headline }) => headline !== nothing).flatMap(shortStack),
    ])
    .map(trimmed);
}

const nothing = 'no changes';

const trimmed = (line: string): string => printable(line).trimEnd();

function targetLines({ name, place, summary, stacks }: TargetView): string[] {
  return ['', `${name}  ${place}  ${summary}`, ...stacks.flatMap(stackLines)];
}

const nameOf = ({ stack, stackName }: StackView): string => (stack === stackName ? stack : `${stack} (${stackName})`);

function stackLines(stack: StackView): string[] {
  return [`  ${nameOf(stack)} ${stack.headline}`, ...stack.sections.flatMap(sectionLines)];
}

function sectionLines({ title, depth, lines }: Section): string[] {
  const margin = ' '.repeat(4 + depth * 2);
  return [`${margin}${title}`, ...lines.flatMap((line) => lineLines(line).map((text) => `${margin}  ${text}`))];
}

function lineLines({ sign, type, subject, about, values }: Line): string[] {
  const [own, ...rest] = values.filter(({ name }) => name === '').map((value) => valueText(value, longestValue));
  const words = [`${sign.symbol} ${sign.word}`.padEnd(20), type, subject, about, own, ...rest].filter(Boolean);
  const members = values.filter(({ name }) => name !== '');
  return [words.join('  '), ...members.map((value) => `      ${valueText(value, longestValue)}`)];
}

function valueText(value: Value, longest: number): string {
  return [value.name, sidesText(value, longest), value.remark === '' ? '' : `(${value.remark})`]
    .filter(Boolean)
    .join('  ');
}

/** Where the sign says that the whole is new or gone, its one value is enough. */
function sidesText({ name, before, after, absent }: Value, longest: number): string {
  const { before: old = absent, after: wanted = absent } = shownSides({ before, after }, longest);
  if (before === undefined || after === undefined) {
    if (before === after) return '';
    if (name === '') return `${before === undefined ? wanted : old}`;
  }
  return `${old} → ${wanted}`;
}

function shortStack(stack: StackView): string[] {
  const resources = stack.sections.filter(({ kind }) => kind === 'resources' || kind === 'nested');
  const told = stack.sections.filter(({ kind }) => kind === 'permissions' || kind === 'drift' || kind === 'notes');
  const counted = stack.sections
    .filter((section) => !resources.includes(section) && !told.includes(section))
    .map(({ title, lines }) => `${title} ${lines.length}`);
  return [
    `  ${nameOf(stack)} ${stack.headline}`,
    ...resources.flatMap(({ title, kind, lines }) =>
      lines.map((line) => shortResource(line, kind === 'nested' ? `${title.replace(/^nested stack /, '')}/` : '')),
    ),
    ...told
      .flatMap(({ lines }) => lines)
      .filter(({ sign }) => sign.word !== 'narrowed')
      .map(shortTold),
    ...(counted.length === 0 ? [] : [`    ${counted.join(', ')}`]),
  ];
}

function shortResource({ sign, type, subject, about, values }: Line, path: string): string {
  const shown = values.filter(({ before, after }) => before !== undefined || after !== undefined);
  const members = shown.map((value) => valueText(value, shortValue).replaceAll('  ', ' ')).join(', ');
  const words = [`${sign.symbol} ${sign.word}`.padEnd(20), `${type}`.padEnd(32), `${path}${subject}`, about, members];
  return `    ${words.filter(Boolean).join(' ')}`;
}

function shortTold({ sign, subject, about }: Line): string {
  return `    ${sign.symbol} ${[sign.word === 'note' ? '' : sign.word, subject, about].filter(Boolean).join(' ')}`;
}
