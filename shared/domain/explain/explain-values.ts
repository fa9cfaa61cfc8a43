/** What CloudFormation will receive for the parameters and tags of one stack in one target, who says so, and who is not listened to. */
import {
  isLiteral,
  type LayerValue,
  outputReference,
  parameterText,
  type StackValue,
} from '../config/parameter-value.ts';
import {
  type PlacedLayer,
  parameterCandidates,
  type Said,
  type TargetFacts,
  tagCandidates,
} from '../config/resolve-parameters.ts';
import type { Place } from '../errors/problem.ts';
import { ownershipTag } from '../names.ts';
import { artifactsBucketParameter, type DeclaredParameter, type ReleaseStack } from '../release/release.ts';
import { layerText, type Origin } from './origin.ts';

export interface ExplainedValue {
  readonly from: Origin;
  /** As the file has it. What is written out for a NoEcho parameter is never shown. */
  readonly written: StackValue;
  /** As CloudFormation gets it: references as their text, which it resolves in the target. Not known of an output. */
  readonly receives?: string;
  /** Whose output it is. */
  readonly output?: { readonly stack: string; readonly output: string; readonly target?: string };
}

export interface ExplainedTag {
  readonly name: string;
  /** Undefined where only some targets get one, and it is not known which targets there are. */
  readonly holds: ExplainedValue | undefined;
  /** What weaker layers say, the strongest of them first. */
  readonly overrides: readonly ExplainedValue[];
  /** What holds in some targets instead, while it is not known which there are; the strongest first. */
  readonly perhaps: readonly ExplainedValue[];
}

export interface ExplainedParameter extends ExplainedTag {
  /** As the template declares it. */
  readonly type: string;
  readonly noEcho: boolean;
}

/** What has to be known beside the stack. */
export interface Surroundings {
  readonly pipeline: string;
  readonly layers: readonly PlacedLayer[];
  readonly facts: TargetFacts;
  /** Undefined while the target is not known. */
  readonly region: string | undefined;
  readonly places: Places;
  /** Name of the other target that has a stack, if it is another. */
  readonly holderOf: (stack: string) => string | undefined;
}

/** Where the files say what no layer says. */
export interface Places {
  readonly ofStack: (stack: string, section: 'parameters' | 'tags', name: string) => Place;
  readonly ofDefault: (stack: string, parameter: string) => Place;
}

/** Every parameter that the template declares, by name. */
export function explainParameters(stack: ReleaseStack, around: Surroundings): ExplainedParameter[] {
  const said = parameterCandidates({ parameters: stack.values, tags: stack.tags }, around.layers, around.facts);
  return stack.parameters.map((declared) => {
    const { name, type, noEcho } = declared;
    if (name === artifactsBucketParameter) return { name, type, noEcho, ...bucketOf(around.region) };
    const shown = (one: Said<StackValue>) =>
      explained(one.value, declared, { around, from: originOf(one, around, placeIn(stack, 'parameters', name)) });
    const weighed = weigh(said.get(name) ?? [], around, shown);
    return { name, type, noEcho, ...weighed, ...withDefault(weighed, declared, { stack, around }) };
  });
}

/** Every tag of the stack, by name. Drawbridge's own is one of them and always wins. */
export function explainTags(stack: ReleaseStack, around: Surroundings): ExplainedTag[] {
  const said = tagCandidates({ parameters: stack.values, tags: stack.tags }, around.layers, around.facts);
  const tags = [...said].map(([name, all]) => {
    const shown = (one: Said<string>): ExplainedValue => {
      const from = originOf(one, around, placeIn(stack, 'tags', name));
      return { from, written: one.value, receives: one.value };
    };
    return { name, ...weigh(all, around, shown) };
  });
  const own = { from: drawbridge, written: around.pipeline, receives: around.pipeline };
  const all = [
    ...tags.filter(({ name }) => name !== ownershipTag),
    { name: ownershipTag, holds: own, overrides: [], perhaps: [] },
  ];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const drawbridge: Origin = { kind: 'drawbridge', text: 'Drawbridge' };

type Weighed = Pick<ExplainedTag, 'holds' | 'overrides' | 'perhaps'>;

function bucketOf(region: string | undefined): Weighed {
  const text = `the artifacts bucket of ${region ?? "the target's region"}`;
  return { holds: { from: drawbridge, written: text, receives: text }, overrides: [], perhaps: [] };
}

/** A layer for labels or a target is certain only where those of the target are known. */
function weigh<Value>(
  said: readonly Said<Value>[],
  { layers, facts }: Surroundings,
  shown: (one: Said<Value>) => ExplainedValue,
): Weighed {
  const isCertain = ({ layer }: Said<Value>) => {
    if (layer === undefined) return true;
    const { matchLabels, target } = selectorOf(layers, layer);
    return (facts.labels ?? matchLabels) === facts.labels && (facts.name ?? target) === facts.name;
  };
  const [holds, ...overrides] = said.filter(isCertain).map(shown).toReversed();
  const perhaps = said
    .filter((one) => !isCertain(one))
    .map(shown)
    .toReversed();
  return { holds, overrides, perhaps };
}

/** The template's default holds where nothing is said, and is overridden where something is. */
function withDefault(
  { holds, overrides }: Weighed,
  declared: DeclaredParameter,
  { stack, around }: { readonly stack: ReleaseStack; readonly around: Surroundings },
): Partial<Weighed> {
  if (declared.default === undefined) return {};
  const place = around.places.ofDefault(stack.name, declared.name);
  const from: Origin = { kind: 'default', text: 'default of the template', place };
  const fallback = explained(declared.default, declared, { around, from });
  return holds === undefined ? { holds: fallback } : { overrides: [...overrides, fallback] };
}

function explained(
  value: StackValue,
  { type, noEcho }: DeclaredParameter,
  { around, from }: { readonly around: Surroundings; readonly from: Origin },
): ExplainedValue {
  const source = outputReference(value);
  if (source !== undefined) {
    const target = around.holderOf(source.stack);
    return { from, written: value, output: { ...source, ...(target !== undefined && { target }) } };
  }
  if (noEcho && isLiteral(value)) return { from, written: '****', receives: '****' };
  return { from, written: value, receives: parameterText(value as LayerValue, type) };
}

type PlaceIn = (places: Places) => Place;

function placeIn({ name: stack }: ReleaseStack, section: 'parameters' | 'tags', name: string): PlaceIn {
  return (places) => places.ofStack(stack, section, name);
}

function originOf({ rank, layer, place }: Said<unknown>, { layers, places }: Surroundings, placed: PlaceIn): Origin {
  if (layer === undefined) return { kind: rank, text: 'pipeline', place: placed(places) };
  return { kind: rank, text: layerText(selectorOf(layers, layer)), ...(place && { place }) };
}

function selectorOf(layers: readonly PlacedLayer[], index: number): PlacedLayer['layer'] {
  return (layers[index] as PlacedLayer).layer;
}
