/** What both modes of a Map state have in common: their items, the input of each, and how many run at once. */
import type { Json } from '#sandbox/kernel.ts';
import { isDistributed, type MapState } from '../asl/definition.ts';
import { type Scope, valueAt } from '../asl/json-path.ts';
import { fillTemplate } from '../asl/payload-template.ts';
import { distributedConcurrency, inlineConcurrency, StateFailure, withinPayloadLimit } from '../asl/state-failure.ts';
import { type Draft, scopeOf } from './draft.ts';
import type { Frame, MapItem } from './run.ts';

export function itemsOf(state: MapState, scope: Scope): readonly Json[] {
  const items = valueAt(state.ItemsPath, scope, 'ItemsPath');
  if (Array.isArray(items)) return items;
  throw new StateFailure('States.Runtime', `Reference path "${state.ItemsPath}" must point to array.`);
}

interface ItemRequest {
  readonly state: MapState;
  readonly input: Json;
  readonly item: MapItem;
}

/** ItemSelector sees the Map's input as `$` and the item as `$$.Map.Item`. */
export function itemInput(draft: Draft, frame: Frame, { state, input, item }: ItemRequest): Json {
  if (state.ItemSelector === undefined) return item.value;
  return withinPayloadLimit(fillTemplate(state.ItemSelector, scopeOf(draft, { ...frame, item }, input)), frame.state);
}

/** Zero, as nothing at all, sets no limit (States Language, "MaxConcurrency"); the service has one of its own for each mode. */
export function concurrencyOf(state: MapState, scope: Scope): number {
  const given =
    state.MaxConcurrencyPath === undefined
      ? (state.MaxConcurrency ?? 0)
      : valueAt(state.MaxConcurrencyPath, scope, 'MaxConcurrencyPath');
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 0) {
    throw new StateFailure('States.Runtime', `MaxConcurrencyPath does not reference a valid integer: ${given}`);
  }
  return Math.min(given || Infinity, isDistributed(state) ? distributedConcurrency : inlineConcurrency);
}
