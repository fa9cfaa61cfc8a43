/** The template gate over templates that were read from files, under the policies beside the pipeline. */
import { dirname, join } from 'node:path';
import type { Config } from '#shared/domain/config/config.ts';
import { matchTargets } from '#shared/domain/config/match-targets.ts';
import type { Pipeline } from '#shared/domain/config/schema.ts';
import { type Problem, placeText } from '#shared/domain/errors/problem.ts';
import type { GateFinding, GateSource } from '#shared/domain/gate/finding.ts';
import { gateProblems } from '#shared/domain/gate/gate-problems.ts';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import { nestedReferences } from '#shared/domain/gate/url-rule.ts';
import { applicablePolicies, templateGateOf } from '#shared/domain/policy/applicable.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { isObject } from '#shared/domain/template/template.ts';

type Allowance = ReturnType<typeof templateGateOf>;

/** What the policies tolerate in each environment, by its name. */
export type Allowances = ReadonlyMap<string, Allowance>;

/** A finding that does not stop the release, and where it is tolerated: elsewhere the rollout is refused. */
export interface WaivedFinding extends Omit<GateFinding, 'waived'> {
  readonly environments: readonly string[];
}

export interface Gated {
  readonly problems: readonly Problem[];
  readonly waived: readonly WaivedFinding[];
}

/** Where no pipeline is at hand, nothing is tolerated. */
export const nothingAllowed: Allowances = new Map([['', templateGateOf([])]]);

/** What the policies beside a pipeline tolerate. Those that hold when the release is promoted have the last word. */
export function allowancesOf({ policies, targets }: Config, { metadata, environments }: Pipeline): Allowances {
  const documents = policies.map(({ document }) => document);
  const known = targets.map(({ document }) => document.metadata);
  return new Map(
    environments.map((environment) => {
      const rollout = {
        pipeline: metadata.name,
        environment: environment.name,
        targets: matchTargets(environment, known),
      };
      return [environment.name, templateGateOf(applicablePolicies(documents, rollout))];
    }),
  );
}

/**
 * What the gate has against the template at `root` and those it nests: what no environment tolerates is a problem. `texts`: every template
 * that could be read, by its path.
 */
export function gateTemplates(root: string, texts: ReadonlyMap<string, string>, allowances: Allowances): Gated {
  const source = sourceOf(root, texts, []);
  const strict = gateTemplate(source, templateGateOf([]));
  const open = new Map(
    [...allowances].map(([environment, allowance]) => [environment, openIn(gateTemplate(source, allowance))]),
  );
  const judged = strict.map((finding) => {
    const environments = [...open].filter(([, keys]) => !keys.has(keyOf(finding))).map(([name]) => name);
    return { finding, environments };
  });
  return {
    problems: gateProblems(
      judged.filter(({ environments }) => environments.length === 0).map(({ finding }) => finding),
    ),
    waived: judged
      .filter(({ environments }) => environments.length > 0)
      .map(({ finding: { waived: _waived, ...found }, environments }) => ({ ...found, environments })),
  };
}

/** `GATE_BOUNDARY in pre-production  The role has no PermissionsBoundary.  app.yaml:2:3 (/Resources/Role) resource Role`. */
export function waivedText({ code, what, next: _next, environments, ...place }: WaivedFinding): string {
  return `${code} in ${environments.join(', ')}  ${what}  ${placeText(place)}`;
}

function openIn(findings: readonly GateFinding[]): ReadonlySet<string> {
  return new Set(findings.filter(({ waived }) => !waived).map(keyOf));
}

function keyOf({ code, resource, file, pointer, what }: GateFinding): string {
  return JSON.stringify([code, resource, file, pointer, what]);
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
