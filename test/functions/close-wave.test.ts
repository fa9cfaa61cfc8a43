import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/close-wave/handler.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { assignTargets, closeProgress, concludeSoak, listTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { throughTargets } from '#shared/domain/promotion/target-progress.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import type { StepInput } from '#shared/steps.ts';
import { monday, promotionId } from '#test/builders.ts';
import { context, deployment } from './deployment.ts';

const { ledger } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const digest = digestOf('plan');
/** The first wave is `canary`, the second `a` and `b`. */
const close = (change: Partial<StepInput<'closeWave'>> = {}) =>
  handler(
    {
      ...{ ...place, release: digestOf('release'), epoch: 1, at: monday, digest, round: 1, number: 1 },
      ...{ failureTolerance: 0, soakSeconds: 0, last: false, ...change },
    },
    context,
  );
const end = (targets: string[], reasons: { code: string; text: string }[] = []) =>
  Promise.all(targets.map((target) => closeProgress(ledger, { ...place, target, round: 1, at: monday, reasons })));
const stop = (...targets: string[]) => end(targets, [{ code: 'STACK_FAILED', text: 'x' }]);
const soaking = async () =>
  (await listTargetProgress(ledger, place)).filter(({ soaked }) => soaked === false).map(({ target }) => target);

beforeEach(async () => {
  await takeLease(ledger, place, monday);
  const waves = [{ targets: ['canary'] }, { targets: ['a', 'b'] }];
  const assignments = ['canary', 'a', 'b'].map((target) => ({ target, stacks: ['api'], complete: true }));
  await assignTargets(ledger, { ...place, digest, round: 1, waves, assignments });
});

describe('close wave', () => {
  it('is done where every target of it is', async () => {
    await end(['a', 'b']);
    expect(await close()).toEqual({ kind: 'done' });
    expect(await soaking()).toEqual([]);
  });

  it('stops where one target stopped, and none may', async () => {
    await end(['a']);
    await stop('b');
    expect(await close({ soakSeconds: 60 })).toEqual({ kind: 'stopped' });
    expect(await soaking()).toEqual([]);
  });

  it('stops where a target never said how it ended', async () => {
    await end(['a']);
    expect(await close()).toEqual({ kind: 'stopped' });
  });

  it('goes on while no more stopped than may, and does not mind those of other waves', async () => {
    await end(['a']);
    await stop('b', 'canary');
    expect(await close({ failureTolerance: 1 })).toEqual({ kind: 'done' });
  });

  it('watches the alarms of its targets that are done, from now on', async () => {
    await end(['canary', 'a']);
    await stop('b');
    expect(await close({ failureTolerance: 1, soakSeconds: 1800 })).toEqual({
      ...{ kind: 'soak', targets: ['a'], since: monday, until: secondsAfter(monday, 1800) },
    });
    expect(await soaking()).toEqual(['a']);
  });

  it('watches every target of the round after the last wave', async () => {
    await end(['canary', 'a', 'b']);
    expect(await close({ soakSeconds: 1800, last: true })).toMatchObject({
      kind: 'soak',
      targets: ['a', 'b', 'canary'],
    });
    expect(await soaking()).toEqual(['a', 'b', 'canary']);
  });

  describe('where targets are to be watched', () => {
    const through = async () => throughTargets(await listTargetProgress(ledger, place));
    const soak = (target: string) => concludeSoak(ledger, { ...place, target, at: monday, reasons: [] });
    beforeEach(async () => {
      const waves = [{ targets: ['canary'] }, { targets: ['a', 'b'] }];
      const assignments = ['canary', 'a', 'b'].map((target) => ({
        ...{ target, stacks: ['api'], complete: true, soaks: true as const },
      }));
      await assignTargets(ledger, { ...place, digest, round: 1, waves, assignments });
      await end(['canary']);
    });

    it('none is through before the soak after the last wave, be it that its own wave soaked', async () => {
      expect(await through()).toEqual([]);
      await close({ number: 0, soakSeconds: 600 });
      await soak('canary');
      expect(await through()).toEqual([]);
      await stop('a', 'b');
      await close({ last: true, soakSeconds: 1800 });
      expect(await through()).toEqual([]);
    });

    it('each is once it soaked after the last wave', async () => {
      await end(['a', 'b']);
      await close({ last: true, soakSeconds: 1800 });
      expect(await through()).toEqual([]);
      await soak('canary');
      expect(await through()).toEqual(['canary']);
    });

    it('all are after the last wave, where only waves before it soak', async () => {
      await end(['a', 'b']);
      expect(await close({ last: true })).toEqual({ kind: 'done' });
      expect(await through()).toEqual(['a', 'b', 'canary']);
    });
  });

  describe('once its targets were watched', () => {
    const soak = (target: string, code?: string) => {
      const reasons = code === undefined ? [] : [{ code, text: 'x' }];
      return concludeSoak(ledger, { ...place, target, at: monday, reasons });
    };
    const again = (failureTolerance: number, last = false) =>
      close({ failureTolerance, last, soakSeconds: 600, soaked: true });
    beforeEach(async () => {
      await end(['canary', 'a', 'b']);
    });

    it('is done where all soaked, and watches none of them anew', async () => {
      await close({ soakSeconds: 600 });
      await soak('a');
      await soak('b');
      expect(await again(0)).toEqual({ kind: 'done' });
      expect(await soaking()).toEqual([]);
    });

    it.each([
      [0, 'stopped'],
      [1, 'done'],
    ])('counts those that did not soak: where %i may, it is %s', async (failureTolerance, kind) => {
      await close({ soakSeconds: 600 });
      await soak('a', 'SOAK_FAILED');
      await soak('b');
      expect(await again(failureTolerance)).toEqual({ kind });
    });

    it('counts those of other waves after the last one', async () => {
      await close({ soakSeconds: 600, last: true });
      await soak('a');
      await soak('b');
      await soak('canary', 'SOAK_FAILED');
      expect(await again(0, true)).toEqual({ kind: 'stopped' });
      expect(await again(1, true)).toEqual({ kind: 'done' });
    });

    it('stops where one was not watched to its end, however many may fail', async () => {
      await close({ soakSeconds: 600 });
      await soak('a');
      expect(await again(5)).toEqual({ kind: 'stopped' });
    });
  });

  it('watches nothing where every target of it stopped and that is tolerated', async () => {
    await stop('a', 'b');
    expect(await close({ failureTolerance: 2, soakSeconds: 1800 })).toEqual({ kind: 'done' });
  });

  it('stops where another promotion has the environment', async () => {
    await end(['a', 'b']);
    await expect(close({ epoch: 2, soakSeconds: 60 })).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect(await soaking()).toEqual([]);
  });
});
