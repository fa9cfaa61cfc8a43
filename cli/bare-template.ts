/** `drawbridge validate` of a template by itself: no pipeline, no code, only what the template and the ones it nests say. */
import { dirname, join } from 'node:path';
import { staticKeys } from '#shared/domain/config/secret-text.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Place, Problem } from '#shared/domain/errors/problem.ts';
import { nestedReferences } from '#shared/domain/gate/url-rule.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { isObject } from '#shared/domain/template/template.ts';
import { checkTemplate } from './check-template.ts';
import type { Outcome } from './command.ts';
import { gateTemplates, nothingAllowed } from './gate-templates.ts';
import { readText } from './read-text.ts';

/** Whether the path names a template, well-formed or not: configuration has documents with an apiVersion. Only top-level members count. */
export async function isBareTemplate(path: string): Promise<boolean> {
  const read = await readText(path);
  if (read.kind === 'unreadable') return false;
  const source = readSource(read.text);
  if (source.kind === 'source' && isObject(source.data)) return isTemplate(Object.keys(source.data));
  // Not well-formed, or several documents: members that begin a line, or the text.
  return isTemplate([...read.text.matchAll(/^(?:\s*\{\s*)?["']?(\w+)["']?\s*:/gm)].map(([, name]) => String(name)));
}

function isTemplate(members: readonly string[]): boolean {
  return (
    !members.includes('apiVersion') && ['AWSTemplateFormatVersion', 'Resources'].some((name) => members.includes(name))
  );
}

/** Reads it and everything it nests by path, and applies the gate. */
export async function validateTemplate(path: string): Promise<Outcome> {
  const reading: Reading = { texts: new Map(), problems: [] };
  await read(reading, { path, place: { file: path }, within: [] });
  const problems = [...reading.problems, ...gateTemplates(path, reading.texts, nothingAllowed).problems];
  if (problems.length > 0) return { kind: 'problems', problems };
  const nested = reading.texts.size - 1;
  const subject = `template ${path}${nested === 0 ? '' : ` and ${nested} nested`}`;
  const text = [
    `valid: ${subject}: well formed, and no rule of the template gate is against it`,
    'Whether it deploys, and whether it is safe, this does not say: rehearse it, and read its plan.',
  ].join('\n');
  return { kind: 'done', exit: 0, text, json: { template: path, nested, findings: [] } };
}

interface Reading {
  readonly texts: Map<string, string>;
  readonly problems: Problem[];
}

interface Named {
  readonly path: string;
  readonly place: Place;
  readonly within: readonly string[];
}

async function read(reading: Reading, { path, place, within }: Named): Promise<void> {
  if (within.includes(path)) return void reading.problems.push(problem('TEMPLATE_CYCLE', { path }, place));
  if (reading.texts.has(path)) return;
  const found = await readText(path, place);
  if (found.kind === 'unreadable') return void reading.problems.push(found.problem);
  reading.texts.set(path, found.text);
  reading.problems.push(...staticKeys(found), ...templateProblems(path, found.text));
  const source = readSource(found.text);
  if (source.kind === 'malformed' || !isObject(source.data)) return;
  for (const { resource, path: at, file } of nestedReferences(source.data)) {
    if (file === undefined) continue;
    const named = { file: path, ...source.positionOf(at), pointer: `/${at.join('/')}`, resource };
    await read(reading, { path: join(dirname(path), file), place: named, within: [...within, path] });
  }
}

function templateProblems(file: string, text: string): Problem[] {
  const parsed = parseTemplate(text);
  if (parsed.kind === 'template') return checkTemplate(file, text, parsed.template);
  const { message, line = 1, column = 1 } = parsed;
  return [problem('TEMPLATE_INVALID', { detail: message }, { file, line, column })];
}
