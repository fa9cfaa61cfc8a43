/** How a wave soaks: what the pipeline says, and what the policies ask for at least. */
import type { Environment } from '../config/schema.ts';
import { secondsOf } from '../policy/duration.ts';
import type { Policy } from '../policy/policy.ts';
import type { SoakSettings } from './soak.ts';

interface Soaked {
  readonly environment: Pick<Environment, 'soak' | 'waves'>;
  /** Position of the wave, from 0, and how many there are in the rollout. */
  readonly wave: number;
  readonly waves: number;
}

/**
 * The soak after a wave: for as long as the wave says; after the last one for as long as the environment says, or any policy. The longest counts.
 * An alarm without data fails as soon as pipeline or policy want that, also where the pipeline says nothing. Undefined where nothing is asked for.
 */
export function soakAfter({ environment, wave, waves }: Soaked, policies: readonly Policy[]): SoakSettings | undefined {
  const { soak } = environment;
  const wanted = policies.flatMap((policy) => policy.soak ?? []);
  const own = environment.waves?.[wave]?.soak;
  const last = wave === waves - 1;
  const spans = [own, ...(last ? [soak?.for, ...wanted.map(({ atLeast }) => atLeast)] : [])];
  const seconds = Math.max(0, ...spans.flatMap((span) => (span === undefined ? [] : [secondsOf(span)])));
  if (seconds === 0) return undefined;
  const strict = wanted.some(({ insufficientData }) => insufficientData === 'fail');
  const insufficientData = strict ? 'fail' : (soak?.insufficientData ?? 'fail');
  return { seconds, alarms: soak?.alarms ?? [], insufficientData };
}
