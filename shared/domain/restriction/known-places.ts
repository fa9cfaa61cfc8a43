/** Whether a freeze, an emergency stop or a hold is about anything there is: one of a place that does not exist stops nothing. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Spot } from './restriction.ts';

/**
 * Why a restriction of an environment would be about nothing, or undefined. Where no place is on record of its pipeline, or none at all,
 * nobody can tell.
 */
export function unknownPlace({ pipeline, environment }: Partial<Spot>, places: readonly Spot[]): Problem | undefined {
  const own = places.filter((place) => pipeline === undefined || place.pipeline === pipeline);
  const known = [...new Set(own.map((place) => place.environment))].sort();
  if (environment === undefined || known.length === 0 || known.includes(environment)) return undefined;
  return problem('PLACE_UNKNOWN', { environment, pipeline, known });
}
