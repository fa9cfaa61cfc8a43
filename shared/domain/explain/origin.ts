/** Where a value is said, in words. */
import type { Rank } from '../config/resolve-parameters.ts';
import type { Layer } from '../config/schema.ts';
import type { Place } from '../errors/problem.ts';

export interface Origin {
  /** `drawbridge`: filled in for every stack. `default`: the template's own. */
  readonly kind: Rank | 'default' | 'drawbridge';
  /** `environment production, target prod-eu`. */
  readonly text: string;
  readonly place?: Place;
}

/** What a layer is for. */
export function layerText({ environment, matchLabels, target }: Omit<Layer, 'values'>): string {
  const parts = [
    ...(environment === undefined ? [] : [`environment ${environment}`]),
    ...(matchLabels === undefined ? [] : [`labels ${labelText(matchLabels)}`]),
    ...(target === undefined ? [] : [`target ${target}`]),
  ];
  return parts.length === 0 ? 'all targets' : parts.join(', ');
}

/** `env=production role=network`. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
