/** Whether the values in the files fit the parameters that the templates declare, in every target. */
import { closest } from '../config/did-you-mean.ts';
import type { Labels } from '../config/labels.ts';
import { matches } from '../config/match-targets.ts';
import type { StackValue } from '../config/parameter-value.ts';
import {
  type Candidates,
  type ParameterisedStack,
  type PlacedLayer,
  parameterCandidates,
  type ResolvedValue,
  resolveParameters,
  resolveTags,
  type TargetFacts,
} from '../config/resolve-parameters.ts';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import { ownershipTag } from '../names.ts';
import type { TemplateParameter } from '../template/template.ts';
import { valueProblems, writtenSecrets } from './check-values.ts';
import { artifactsBucketParameter } from './release.ts';

export interface CheckedStack extends ParameterisedStack {
  readonly name: string;
  /** The template's Parameters section. */
  readonly declared: Readonly<Record<string, TemplateParameter>>;
  /** Where the pipeline says the value of a parameter; without a name, where it says the stack. */
  readonly placeOf: (parameter?: string) => Place;
  /** Where the template says the default of a parameter. */
  readonly placeOfDefault?: (parameter: string) => Place;
  /** Only targets with these labels get the stack. */
  readonly matchLabels?: Labels | undefined;
}

/**
 * Values that are missing and values that nobody declares, listed together and only once for targets where they are the same; values that
 * the template refuses; secrets in a file; and more tags than a stack may have.
 */
export function parameterProblems(
  stacks: readonly CheckedStack[],
  layers: readonly PlacedLayer[],
  targets: readonly TargetFacts[],
): Problem[] {
  const checks = targets.map((facts) => ({
    target: targetText(facts),
    facts,
    stacks: stacks
      .filter((stack) => gets(facts, stack))
      .map((stack) => ({
        stack,
        values: resolveParameters(stack, layers, facts),
        said: parameterCandidates(stack, layers, facts),
      })),
  }));
  return [
    ...mismatches(checks),
    ...writtenSecrets(stacks, layers),
    ...valueProblems(checks),
    ...tagProblems(checks, layers),
  ];
}

/** A target whose labels are not known may get every stack. */
function gets({ labels }: TargetFacts, { matchLabels }: CheckedStack): boolean {
  return labels === undefined || matches(matchLabels ?? {}, labels);
}

/** One target with every stack's values there. */
export interface Check {
  readonly target: string;
  readonly facts: TargetFacts;
  readonly stacks: readonly {
    readonly stack: CheckedStack;
    readonly values: Readonly<Record<string, ResolvedValue>>;
    /** Those that do not hold too. */
    readonly said: Candidates<StackValue>;
  }[];
}

function targetText({ environment, name }: TargetFacts): string {
  return name === undefined ? environment : `${environment}/${name}`;
}

/** CloudFormation API reference, Tag: 50 for each stack. One of them says who made the stack. */
const maxTags = 50;

function tagProblems(checks: readonly Check[], layers: readonly PlacedLayer[]): Problem[] {
  return checks.flatMap(({ target, facts, stacks }) =>
    stacks.flatMap(({ stack }) => {
      const actual = Object.keys(resolveTags(stack, layers, facts)).length + 1;
      const what = `Stack ${stack.name} in ${target}`;
      if (actual <= maxTags) return [];
      return [problem('LIMIT', { what, actual, limit: maxTags, unit: `tags with ${ownershipTag}` }, stack.placeOf())];
    }),
  );
}

function mismatches(checks: readonly Check[]): Problem[] {
  const used = usedValues(checks);
  const found = checks.map((check) => mismatchOf(check, used));
  const groups = Map.groupBy(found, ({ missing, unknown }) => JSON.stringify([missing, unknown]));
  return [...groups.values()].flatMap((group) => {
    const targets = group.map(({ target }) => target);
    return group.slice(0, 1).flatMap(({ missing, unknown, place }) => {
      if (missing.length + unknown.length === 0) return [];
      return [problem('PARAMETERS_MISMATCH', { targets, missing, unknown }, place)];
    });
  });
}

function mismatchOf({ target, stacks }: Check, used: ReadonlySet<string>) {
  const known = stacks.flatMap(({ stack }) => Object.keys(stack.declared));
  const missing = stacks.flatMap(({ stack, values }) => missingIn(stack, values));
  const unknown = [...stacks.flatMap(({ stack }) => unknownToStack(stack)), ...unknownToAll(stacks, used)];
  const place = [...unknown, ...missing].flatMap((one) => one.place ?? [])[0] ?? {};
  const hint = (name: string) => closest(name, known);
  return {
    target,
    place,
    missing: missing.map(({ text }) => text),
    unknown: unknown.map(({ text, name }) => (hint(name) ? `${text} (did you mean ${hint(name)}?)` : text)),
  };
}

interface Named {
  readonly name: string;
  readonly text: string;
  readonly place?: Place;
}

function missingIn(stack: CheckedStack, values: Readonly<Record<string, ResolvedValue>>): Named[] {
  return Object.entries(stack.declared)
    .filter(([name, { Default: value }]) => value === undefined && !Object.hasOwn(values, name))
    .filter(([name]) => name !== artifactsBucketParameter)
    .map(([name]) => ({ name, text: `${stack.name}.${name}`, place: stack.placeOf() }));
}

function unknownToStack(stack: CheckedStack): Named[] {
  return Object.keys(stack.parameters)
    .filter((name) => !Object.hasOwn(stack.declared, name))
    .map((name) => ({ name, text: `${stack.name}.${name}`, place: stack.placeOf(name) }));
}

/** A layer's value reaches every stack that declares its name, so it is only wrong when none does, in no target that the layer is for. */
function unknownToAll(stacks: Check['stacks'], used: ReadonlySet<string>): Named[] {
  const fromLayers = stacks
    .flatMap(({ values }) => Object.entries(values))
    .filter(([, { rank }]) => rank !== 'pipeline');
  return [...new Map(fromLayers)]
    .filter(([name, { layer }]) => !used.has(usedKey(name, layer)))
    .map(([name, { place }]) => ({ name, text: name, ...(place && { place }) }));
}

/** The values of layers that some stack of some target declares, whether or not they hold there. */
function usedValues(checks: readonly Check[]): ReadonlySet<string> {
  return new Set(
    checks.flatMap(({ stacks }) =>
      stacks.flatMap(({ stack, said }) =>
        [...said]
          .filter(([name]) => Object.hasOwn(stack.declared, name))
          .flatMap(([name, all]) => all.map(({ layer }) => usedKey(name, layer))),
      ),
    ),
  );
}

const usedKey = (name: string, layer: number | undefined): string => `${layer}/${name}`;
