/** Which value a stack's parameter has in one target, and where it comes from. */
import type { Place } from '../errors/problem.ts';
import type { Config } from './config.ts';
import type { Labels } from './labels.ts';
import { matches } from './match-targets.ts';
import type { StackValue } from './parameter-value.ts';
import type { Layer } from './schema.ts';

/** What is known of a target. What is not known never excludes a layer: while validating, the ledger's targets are out of sight. */
export interface TargetFacts {
  readonly environment: string;
  readonly name?: string;
  readonly labels?: Labels;
}

type Section = 'values' | 'tags';

/** A layer, and the places of its values and tags where it was read from files. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly placeOf?: (section: Section, name: string) => Place;
}

/** The parts of a pipeline's stack, or of a release's, that parameters are resolved from. */
export interface ParameterisedStack {
  readonly parameters: Readonly<Record<string, StackValue>>;
  readonly tags: Readonly<Record<string, string>>;
}

export type Rank = 'pipeline' | 'all' | 'environment' | 'labels' | 'target';

/** A value that is said for one target, and where it is said. */
export interface Said<Value> {
  readonly value: Value;
  readonly rank: Rank;
  /** Position of the layer; not there when the pipeline's stack says it. */
  readonly layer?: number;
  readonly place?: Place;
}
export type ResolvedValue = Said<StackValue>;

/** All that is said of each name, weakest first: the last one holds. */
export type Candidates<Value> = ReadonlyMap<string, readonly Said<Value>[]>;

/**
 * The values for one stack in one target, with their origin. Precedence, weakest first: the pipeline's stack, layers for all, for an
 * environment, for labels, for a target; between equals the later one. Names the template does not declare are still included.
 */
export function resolveParameters(
  stack: ParameterisedStack,
  layers: readonly PlacedLayer[],
  target: TargetFacts,
): Record<string, ResolvedValue> {
  return strongest(parameterCandidates(stack, layers, target));
}

/** The stack's tags in one target, by the same precedence. */
export function resolveTags(
  stack: ParameterisedStack,
  layers: readonly PlacedLayer[],
  target: TargetFacts,
): Record<string, string> {
  const resolved = strongest(tagCandidates(stack, layers, target));
  return Object.fromEntries(Object.entries(resolved).map(([name, { value }]) => [name, value]));
}

/** Every value that is said for a parameter in one target, those that do not hold too. */
export function parameterCandidates(
  stack: ParameterisedStack,
  layers: readonly PlacedLayer[],
  target: TargetFacts,
): Candidates<StackValue> {
  return candidates<StackValue>(stack.parameters, applicable(layers, target), 'values');
}

/** Every value that is said for a tag in one target. */
export function tagCandidates(
  stack: ParameterisedStack,
  layers: readonly PlacedLayer[],
  target: TargetFacts,
): Candidates<string> {
  return candidates<string>(stack.tags, applicable(layers, target), 'tags');
}

/** The layers of one pipeline in the order in which they were read. */
export function layersOf(config: Config, pipeline: string): PlacedLayer[] {
  return config.parameters
    .filter(({ document }) => document.pipeline === pipeline)
    .flatMap(({ document, placeOf: place }) =>
      document.layers.map(
        (layer, index): PlacedLayer => ({
          layer,
          placeOf: (section, name) => place(['layers', index, section, name], 'key'),
        }),
      ),
    );
}

const order: readonly Rank[] = ['pipeline', 'all', 'environment', 'labels', 'target'];

/** The layers that one target gets, weakest first. */
function applicable(layers: readonly PlacedLayer[], target: TargetFacts) {
  return layers
    .map((placed, index) => ({ placed, index, rank: rankOf(placed.layer) }))
    .filter(({ placed }) => applies(placed.layer, target))
    .sort((a, b) => order.indexOf(a.rank) - order.indexOf(b.rank) || a.index - b.index);
}

function rankOf(layer: Layer): Rank {
  if (layer.target !== undefined) return 'target';
  if (layer.matchLabels !== undefined) return 'labels';
  return layer.environment === undefined ? 'all' : 'environment';
}

/** A layer with several selectors applies where all of them do. */
function applies(layer: Layer, target: TargetFacts): boolean {
  const here = layer.environment ?? target.environment;
  const labelled = target.labels === undefined || matches(layer.matchLabels ?? {}, target.labels);
  const named = target.name === undefined || (layer.target ?? target.name) === target.name;
  return here === target.environment && labelled && named;
}

function candidates<Value>(
  own: Readonly<Record<string, Value>>,
  layers: ReturnType<typeof applicable>,
  section: Section,
): Candidates<Value> {
  const said = [
    ...Object.entries(own).map(([name, value]) => ({ name, value, rank: 'pipeline' as const })),
    ...layers.flatMap(({ placed, index, rank }) =>
      Object.entries((placed.layer[section] ?? {}) as Readonly<Record<string, Value>>).map(([name, value]) => {
        const place = placed.placeOf?.(section, name);
        return { name, value, rank, layer: index, ...(place && { place }) };
      }),
    ),
  ];
  const byName = Map.groupBy(said, ({ name }) => name);
  return new Map([...byName].map(([name, all]) => [name, all.map(({ name: _, ...one }) => one)]));
}

function strongest<Value>(all: Candidates<Value>): Record<string, Said<Value>> {
  return Object.fromEntries([...all].map(([name, said]) => [name, said.at(-1) as Said<Value>]));
}
