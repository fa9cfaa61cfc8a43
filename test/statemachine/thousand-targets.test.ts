/** That a promotion to a thousand targets stays under the limits of Step Functions, computed from the definition itself. */
import { describe, expect, it } from 'vitest';
import { historyLimit, payloadLimit } from '#sandbox/step-functions/asl/state-failure.ts';
import { detectionWait } from '#shared/domain/drift/detection.ts';
import { turn } from '#shared/domain/promotion/admission.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { recoveryWait } from '#shared/domain/recovery/progress.ts';
import { lookAgainSeconds } from '#shared/domain/verification/next-step.ts';
import { soakAnswer } from '#shared/domain/verification/soak.ts';
import { steps } from '#shared/steps.ts';
import { monday } from '#test/builders.ts';
import { type Assumptions, historyBounds, inlined } from './history-bound.ts';
import { largestOf } from './largest-answers.ts';
import { payloadBounds } from './payload-bound.ts';
import { promotionMachine } from './promotion.ts';

const [targets, stacks, waves, environments] = [1000, 3, 3, 3];
const promotion = promotionMachine();

const items = {
  '$.environments': environments,
  '$.admit.answer.targets': targets,
  '$.decide.answer.waves': waves,
  // mostRecoveries of shared/domain/plan/decision.ts.
  '$.decide.answer.recoveries': 100,
  '$.wave.targets': Math.ceil(targets / waves),
  '$.close.answer.targets': targets,
  '$.open.answer.stacks': stacks,
};
/** mostRounds of shared/domain/plan/rounds.ts. */
const rounds = 2 * stacks + 10;
const looking = { stack: 'api', stackName: 'orders-api', stackId: 'orders-api', state: 'running' } as const;
/** How often the functions let a loop turn that waits for nobody outside of the promotion. */
const bounded = {
  PlanTargets: rounds,
  // mostLooks of shared/domain/plan/preparation.ts.
  Plan: 41,
  // mostLooks of shared/domain/drift/detection.ts.
  DetectDrift: turnsWhile((looks) => detectionWait([looking], looks) !== undefined),
  Recover: turnsWhile((looks) => recoveryWait(looks) !== undefined),
  // Of the longest soak there is.
  Soak: soakLooks(14 * 86_400),
  // Once more after a soak: only the waves of the last round have one.
  CloseWave: 1 + 1 / rounds,
};
/** Who waits for a window, or for the end of a freeze or stop, asks every hour. */
const hours = (days: number) => days * 24;

/**
 * All waits are as long as they may be. A promotion ends after thirty days, whatever it waits for, so those are shared by its environments: in which
 * of them, and before which step, makes no difference to their number. What fails and is tried again is no part of this: it would have to fail for a
 * month.
 */
const longest = 30;
const waiting: Assumptions = {
  items,
  turns: {
    ...bounded,
    Admit: turnsOfAdmission() + hours(longest) / environments,
    ...deciding(hours(longest) / environments),
    OpenTarget: hours(longest),
    Verify: looksDuring(longest),
  },
  retries: 'none',
};
/** Everything is retried as often as it may be, and answers the last time. Whatever waits for somebody outside waits for a day. */
const retried: Assumptions = {
  items,
  turns: {
    ...bounded,
    Admit: turnsOfAdmission(),
    ...deciding(hours(1)),
    OpenTarget: hours(1),
    Verify: looksDuring(1),
  },
  retries: 'all',
};
const plain: Assumptions = {
  items,
  turns: Object.fromEntries(Object.keys(waiting.turns).map((name) => [name, 1])),
  retries: 'none',
};

describe(`a promotion to ${targets} targets of ${stacks} stacks in ${waves} waves`, () => {
  const bounds = { waiting: historyBounds(promotion, waiting), retried: historyBounds(promotion, retried) };

  it.each(Object.entries(bounds.waiting))(
    '%s: the history has at most %d events, however long it waits',
    (_, events) => {
      expect(events).toBeLessThan(historyLimit);
    },
  );

  it.each(Object.entries(bounds.retried))('%s: the history has at most %d events, whatever is retried', (_, events) => {
    expect(events).toBeLessThan(historyLimit);
  });

  it('has executions of their own for whatever is done in each target', () => {
    const children = ['root', 'PlanTargets', 'Recoveries', 'Targets', 'Soaks', 'Audits', 'Discards'];
    expect(Object.keys(bounds.retried).sort()).toEqual(children.sort());
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
    const counts = {
      targets,
      'waves.targets': items['$.wave.targets'],
      waves,
      stacks,
      recoveries: items['$.decide.answer.recoveries'],
    };
    const answers = Object.fromEntries(
      Object.entries(steps).map(([name, { output }]) => [
        name.charAt(0).toUpperCase() + name.slice(1),
        largestOf(output, { ...counts, reasons: 5 }),
      ]),
    );
    const payloads = payloadBounds(promotion, { ...release, environments: names, mode: 'promote' }, answers);
    expect(payloads.filter(({ bytes }) => bytes > payloadLimit)).toEqual([]);
  });
});

/** Turns of a loop that goes on while its answer says so, with the one that ends it. */
function turnsWhile(goesOn: (turns: number) => boolean): number {
  let turns = 0;
  while (goesOn(turns)) turns += 1;
  return turns + 1;
}

/** While others have the environment. */
function turnsOfAdmission(): number {
  const held = { kind: 'held', holder: 'prm-0123456789abcdef', until: monday } as const;
  const rollout = { environment: 'production', now: monday };
  return turnsWhile((waits) => turn(held, { ...rollout, waits }).kind === 'wait');
}

/** Each round decides, and as often as it waits before that it decides again. */
function deciding(waits: number) {
  return { Decide: rounds + waits, Decided: rounds + waits, DecideWait: waits };
}

/** Looks at a probe that runs by itself. */
function looksDuring(days: number): number {
  let seconds = 0;
  return turnsWhile((looks) => {
    seconds += lookAgainSeconds(looks);
    return seconds < days * 86_400;
  });
}

function soakLooks(seconds: number): number {
  const endsAt = after(monday, seconds);
  const target = { name: 'production', account: '333333333333', region: 'eu-west-1' };
  const common = { seen: [], startedAt: monday, endsAt, targetStartedAt: monday, linkOf: String, target };
  const settings = { alarms: [], insufficientData: 'fail' } as const;
  let at = monday;
  return turnsWhile(() => {
    const answer = soakAnswer({ ...common, settings, at });
    if (answer.kind === 'pending') at = answer.until;
    return answer.kind === 'pending';
  });
}
