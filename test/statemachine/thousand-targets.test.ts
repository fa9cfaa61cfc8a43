/** That a promotion to a thousand targets stays under the limits of Step Functions, computed from the definition itself. */
import { describe, expect, it } from 'vitest';
import { historyLimit, payloadLimit } from '#sandbox/step-functions/asl/state-failure.ts';
import { recoveryWait } from '#shared/domain/recovery/progress.ts';
import { steps } from '#shared/steps.ts';
import { type Assumptions, historyBounds, inlined } from './history-bound.ts';
import { largestOf } from './largest-answers.ts';
import { payloadBounds } from './payload-bound.ts';
import { promotionMachine } from './promotion.ts';

const [targets, stacks, waves, environments] = [1000, 3, 3, 3];
const promotion = promotionMachine();

/** One wave may hold all targets, and the others the rest. */
const items = {
  '$.environments': environments,
  '$.admit.answer.targets': targets,
  '$.decide.answer.waves': waves,
  '$.decide.answer.recoveries': targets * stacks,
  '$.wave.targets': Math.ceil(targets / waves),
  '$.close.answer.targets': targets,
  '$.open.answer.stacks': stacks,
};
/** How often the functions let a loop turn. */
const turns = {
  // mostWaits of shared/domain/promotion/admission.ts.
  Admit: 120,
  // mostRounds of shared/domain/plan/rounds.ts.
  PlanTargets: 2 * stacks + 10,
  // mostLooks of shared/domain/plan/preparation.ts.
  Plan: 41,
  Recover: looksAtRecovery(),
  OpenTarget: 120,
  Verify: 120,
  Soak: 120,
};
const worst: Assumptions = { items, turns, retries: 'all' };
const plain: Assumptions = {
  items,
  turns: Object.fromEntries(Object.keys(turns).map((name) => [name, 1])),
  retries: 'none',
};

describe(`a promotion to ${targets} targets of ${stacks} stacks in ${waves} waves`, () => {
  const bounds = historyBounds(promotion, worst);

  it.each(Object.entries(bounds))('%s: the history has at most %d events, whatever is retried', (_, events) => {
    expect(events).toBeLessThan(historyLimit);
  });

  it('has executions of their own for whatever is done in each target', () => {
    expect(Object.keys(bounds)).toEqual(
      expect.arrayContaining(['root', 'PlanTargets', 'Targets', 'Audits', 'Discards']),
    );
  });

  it('would not fit into one history, not even where everything works at once', () => {
    expect(historyBounds(inlined(promotion), plain)['root']).toBeGreaterThan(historyLimit);
  });

  it('hands on less than a state may hold, with the longest names and the longest cause', () => {
    const release = {
      promotion: 'prm-0123456789abcdef',
      pipeline: 'p'.repeat(63),
      release: `sha256:${'d'.repeat(64)}`,
    };
    const names = Array.from({ length: environments }, (_, index) => `${'e'.repeat(62)}${index}`);
    const counts = { targets, 'waves.targets': items['$.wave.targets'], waves, stacks, recoveries: targets * stacks };
    const answers = Object.fromEntries(
      Object.entries(steps).map(([name, { output }]) => [
        name.charAt(0).toUpperCase() + name.slice(1),
        largestOf(output, { ...counts, reasons: 5 }),
      ]),
    );
    const payloads = payloadBounds(promotion, { ...release, environments: names, mode: 'execute' }, answers);
    expect(payloads.filter(({ bytes }) => bytes > payloadLimit)).toEqual([]);
  });
});

function looksAtRecovery(): number {
  let looks = 0;
  while (recoveryWait(looks) !== undefined) looks += 1;
  return looks + 1;
}
