/** The template gate where it counts: over what was released, before CloudFormation sees it, and over what CloudFormation made of it. */
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { Place } from '#shared/domain/errors/problem.ts';
import type { GateContext, GateFinding, GateSource } from '#shared/domain/gate/finding.ts';
import { gateProblems } from '#shared/domain/gate/gate-problems.ts';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import { nestedReferences } from '#shared/domain/gate/url-rule.ts';
import type { DesiredStack } from '#shared/domain/plan/comparison.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { isObject, type JsonObject } from '#shared/domain/template/template.ts';
import { type Artifacts, readArtifact } from './artifacts.ts';

/** Deeper than any real template nests; whatever is below counts as unknown, which the gate refuses. */
const deepest = 10;

/**
 * Gates a stack's template as it was released, with what it nests. A macro runs when a change set is asked for, so this comes first.
 * Answers whether it nests others; throws TEMPLATE_INVALID, or the first GATE_ error with how many there are, unless a policy tolerates them.
 */
export async function gateReleased(
  artifacts: Artifacts & { readonly region: string },
  desired: Pick<DesiredStack, 'stackName' | 'templateKey'>,
  context: GateContext,
): Promise<{ readonly nests: boolean }> {
  const source = await sourceOf(artifacts, desired.templateKey, 0);
  tolerated(gateTemplate(source, context), { stack: desired.stackName });
  return { nests: Object.keys(source.nested ?? {}).length > 0 };
}

/** Gates what CloudFormation made of a template, by the logical ids that lead to each. Answers what a policy tolerates; throws as `gateReleased`. */
export function gateProcessed(
  templates: ReadonlyMap<string, JsonObject>,
  stackName: string,
  context: GateContext,
): GateFinding[] {
  return tolerated(gateTemplate(processedSource(templates, ''), context), { stack: stackName });
}

async function sourceOf(
  artifacts: Artifacts & { readonly region: string },
  key: string,
  depth: number,
): Promise<GateSource> {
  const source = readSource(await readArtifact(artifacts, key, artifacts.region));
  // What is no template to us may be one to CloudFormation, so nothing is let through that cannot be judged.
  if (source.kind === 'malformed')
    throw failure('TEMPLATE_INVALID', { detail: `${key} cannot be read: ${source.message}` });
  if (!isObject(source.data)) throw failure('TEMPLATE_INVALID', { detail: `${key} is no template.` });
  const references = depth < deepest ? nestedReferences(source.data) : [];
  const nested = references.flatMap(({ resource, key: artifact }) =>
    artifact === undefined
      ? []
      : [sourceOf(artifacts, artifact, depth + 1).then((below) => [resource, below] as const)],
  );
  return { template: source.data, nested: Object.fromEntries(await Promise.all(nested)) };
}

function processedSource(templates: ReadonlyMap<string, JsonObject>, within: string): GateSource {
  const below = within === '' ? '' : `${within}/`;
  const ids = [...templates.keys()].filter((path) => path.startsWith(below) && path !== within);
  const direct = ids.map((path) => path.slice(below.length)).filter((id) => id !== '' && !id.includes('/'));
  const template = templates.get(within) ?? {};
  // A nested stack that nothing happens to has no change set to ask; its template was gated as it was released.
  const still = nestedReferences(template).map(({ resource }) => [resource, { template: {} }] as const);
  const known = direct.map((id) => [id, processedSource(templates, `${below}${id}`)] as const);
  return { template, nested: Object.fromEntries<GateSource>([...still, ...known]) };
}

function tolerated(findings: readonly GateFinding[], place: Place): GateFinding[] {
  const [first, ...more] = gateProblems(findings);
  if (first === undefined) return [...findings];
  const cause = more.length === 0 ? first.cause : `${first.cause} There are ${more.length} more findings.`;
  throw new DrawbridgeError({ ...first, cause, place: { ...first.place, ...place } });
}
