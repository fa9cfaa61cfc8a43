/** The template gate over templates that were read from files. */
import { dirname, join } from 'node:path';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { GateContext, GateSource } from '#shared/domain/gate/finding.ts';
import { gateProblems } from '#shared/domain/gate/gate-problems.ts';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import { nestedReferences } from '#shared/domain/gate/url-rule.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { isObject } from '#shared/domain/template/template.ts';

/** No transform is allowed as long as no policy can say so, and nothing is waived. */
const context: GateContext = { transforms: [] };

/** What the gate has against the template at `root` and those it nests. `texts`: every template that could be read, by its path. */
export function refusedByGate(root: string, texts: ReadonlyMap<string, string>): Problem[] {
  return gateProblems(gateTemplate(sourceOf(root, texts, []), context));
}

/** Empty where there is nothing to see: who reads the files reports those that are missing, malformed or nested in themselves. */
function sourceOf(file: string, texts: ReadonlyMap<string, string>, within: readonly string[]): GateSource {
  const source = readSource(texts.get(file) ?? '');
  if (source.kind === 'malformed' || !isObject(source.data) || within.includes(file)) return { template: {} };
  const nested = nestedReferences(source.data).flatMap(({ resource, file: path }) =>
    path === undefined ? [] : [[resource, sourceOf(join(dirname(file), path), texts, [...within, file])]],
  );
  return { template: source.data, file, positionOf: source.positionOf, nested: Object.fromEntries(nested) };
}
