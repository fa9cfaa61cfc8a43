/** Whether the values in the files fit the parameters that the templates declare, in every target. */
import { closest } from '../config/did-you-mean.ts';
import type { Labels } from '../config/labels.ts';
import { matches } from '../config/match-targets.ts';
import {
  type ParameterisedStack,
  type PlacedLayer,
  type ResolvedValue,
  resolveParameters,
  type TargetFacts,
} from '../config/resolve-parameters.ts';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import type { TemplateParameter } from '../template/template.ts';
import { valueProblems } from './check-values.ts';
import { artifactsBucketParameter } from './release.ts';

export interface CheckedStack extends ParameterisedStack {
  readonly name: string;
  /** The template's Parameters section. */
  readonly declared: Readonly<Record<string, TemplateParameter>>;
  /** Where the pipeline says the value of a parameter; without a name, where it says the stack. */
  readonly placeOf: (parameter?: string) => Place;
  /** Only targets with these labels get the stack. */
  readonly matchLabels?: Labels | undefined;
}

/**
 * Values that are missing and values that nobody declares, listed together and only once for targets where they are the same; and literal
 * values that the template refuses.
 */
export function parameterProblems(
  stacks: readonly CheckedStack[],
  layers: readonly PlacedLayer[],
  targets: readonly TargetFacts[],
): Problem[] {
  const checks = targets.map((target) => ({
    target: targetText(target),
    stacks: stacks
      .filter((stack) => gets(target, stack))
      .map((stack) => ({ stack, values: resolveParameters(stack, layers, target) })),
  }));
  return [...mismatches(checks), ...valueProblems(checks)];
}

/** A target whose labels are not known may get every stack. */
function gets({ labels }: TargetFacts, { matchLabels }: CheckedStack): boolean {
  return labels === undefined || matches(matchLabels ?? {}, labels);
}

/** One target with every stack's values there. */
export interface Check {
  readonly target: string;
  readonly stacks: readonly {
    readonly stack: CheckedStack;
    readonly values: Readonly<Record<string, ResolvedValue>>;
  }[];
}

function targetText({ environment, name }: TargetFacts): string {
  return name === undefined ? environment : `${environment}/${name}`;
}

function mismatches(checks: readonly Check[]): Problem[] {
  const groups = Map.groupBy(checks.map(mismatchOf), ({ missing, unknown }) => JSON.stringify([missing, unknown]));
  return [...groups.values()].flatMap((group) => {
    const targets = group.map(({ target }) => target);
    return group.slice(0, 1).flatMap(({ missing, unknown, place }) => {
      if (missing.length + unknown.length === 0) return [];
      return [problem('PARAMETERS_MISMATCH', { targets, missing, unknown }, place)];
    });
  });
}

function mismatchOf({ target, stacks }: Check) {
  const known = stacks.flatMap(({ stack }) => Object.keys(stack.declared));
  const missing = stacks.flatMap(({ stack, values }) => missingIn(stack, values));
  const unknown = [...stacks.flatMap(({ stack }) => unknownToStack(stack)), ...unknownToAll(stacks, known)];
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

/** A layer's value reaches every stack that declares its name, so it is only wrong when none does. */
function unknownToAll(stacks: Check['stacks'], known: readonly string[]): Named[] {
  const fromLayers = stacks
    .flatMap(({ values }) => Object.entries(values))
    .filter(([, { rank }]) => rank !== 'pipeline');
  return [...new Map(fromLayers)]
    .filter(([name]) => !known.includes(name))
    .map(([name, { place }]) => ({ name, text: name, ...(place && { place }) }));
}
