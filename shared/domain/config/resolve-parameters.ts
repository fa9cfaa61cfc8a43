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

/** A layer, and the places of its values where it was read from files. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly placeOfValue?: (name: string) => Place;
}

/** The parts of a pipeline's stack, or of a release's, that parameters are resolved from. */
export interface ParameterisedStack {
  readonly parameters: Readonly<Record<string, StackValue>>;
  readonly tags: Readonly<Record<string, string>>;
}

type Rank = 'pipeline' | 'all' | 'environment' | 'labels' | 'target';

export interface ResolvedValue {
  readonly value: StackValue;
  readonly rank: Rank;
  /** Position of the layer; not there when the pipeline's stack says it. */
  readonly layer?: number;
  readonly place?: Place;
}

/**
 * The values for one stack in one target, with their origin. Precedence, weakest first: the pipeline's stack, layers for all, for an
 * environment, for labels, for a target; between equals the later one. Names the template does not declare are still included.
 */
export function resolveParameters(
  stack: ParameterisedStack,
  layers: readonly PlacedLayer[],
  target: TargetFacts,
): Record<string, ResolvedValue> {
  const resolved = new Map<string, ResolvedValue>();
  for (const [name, value] of Object.entries(stack.parameters)) resolved.set(name, { value, rank: 'pipeline' });
  for (const { placed, index, rank } of applicable(layers, target)) {
    for (const [name, value] of Object.entries(placed.layer.values)) {
      resolved.set(name, { value, rank, layer: index, ...placeOf(placed, name) });
    }
  }
  return Object.fromEntries(resolved);
}

/** The stack's tags in one target, by the same precedence. */
export function resolveTags(
  stack: ParameterisedStack,
  layers: readonly PlacedLayer[],
  target: TargetFacts,
): Record<string, string> {
  const fromLayers = applicable(layers, target).map(({ placed }) => placed.layer.tags ?? {});
  return Object.assign({}, stack.tags, ...fromLayers);
}

/** The layers of one pipeline in the order in which they were read. */
export function layersOf(config: Config, pipeline: string): PlacedLayer[] {
  return config.parameters
    .filter(({ document }) => document.pipeline === pipeline)
    .flatMap(({ document, placeOf: place }) =>
      document.layers.map((layer, index) => ({
        layer,
        placeOfValue: (name: string) => place(['layers', index, 'values', name], 'key'),
      })),
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

function placeOf(placed: PlacedLayer, name: string): { place?: Place } {
  return placed.placeOfValue === undefined ? {} : { place: placed.placeOfValue(name) };
}
