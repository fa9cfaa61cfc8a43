/** How targets soak: what the pipeline says, and what the policies ask for at least. */
import type { Environment } from '../config/schema.ts';
import { secondsOf } from '../policy/duration.ts';
import type { Policy } from '../policy/policy.ts';
import type { SoakSettings } from './soak.ts';

/**
 * The alarms of the environment. One without data fails as soon as pipeline or policy want that, also where the pipeline says nothing. Without a soak
 * of its own an environment only waits.
 */
export function soakSettings({ soak }: Pick<Environment, 'soak'>, policies: readonly Policy[]): SoakSettings {
  const strict = policies.some((policy) => policy.soak?.insufficientData === 'fail');
  return { alarms: soak?.alarms ?? [], insufficientData: strict ? 'fail' : (soak?.insufficientData ?? 'fail') };
}

/** Seconds that the policies want targets to soak at least after the last wave: the longest of them. */
export function soakAtLeast(policies: readonly Policy[]): number {
  return Math.max(0, ...policies.map(({ soak }) => (soak?.atLeast === undefined ? 0 : secondsOf(soak.atLeast))));
}

/** The environment as a rollback goes through it: what was watched before has not to be watched again while something bad runs. */
export function withoutSoak({ soak: _, waves, ...rest }: Environment): Environment {
  return { ...rest, ...(waves && { waves: waves.map(({ soak: _soak, ...wave }) => wave) }) };
}
