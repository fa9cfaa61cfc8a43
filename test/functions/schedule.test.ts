/** A firing of a schedule whose releases cannot all be read. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { handler } from '#functions/schedule/handler.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { applySchedule, listFirings } from '#shared/aws/ledger/schedules.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { monday } from '#test/builders.ts';
import { aFiring, aSchedule } from '#test/domain/schedule/schedule-builders.ts';
import { awsError, lambda, s3 } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const fire = async () => handler({ ...aFiring(), scheduledTime: new Date().toISOString() }, context);
const completed = (id: string, digest: string, completedAt: string) =>
  recordRelease(ledger, { id, digest, pipeline: 'orders', completedBy: 'alice', completedAt });

async function schedule(): Promise<void> {
  const [name, wanted] = ['nightly', aSchedule()];
  await applySchedule(ledger, { name, schedule: wanted, seen: 0, by: 'carol', at: monday });
  await completed('orders-older', await release(), monday);
  await completed('orders-newer', digestOf('gone'), '2026-01-05T10:00:00.000Z');
}

describe('a release that cannot be read', () => {
  it('is why nothing is promoted, on record: an older one could undo what runs', async () => {
    await schedule();
    const reason = {
      code: 'SCHEDULE_RELEASE_BROKEN',
      text: 'Schedule nightly cannot tell what to promote: release orders-newer cannot be read (RELEASE_UNKNOWN).',
    };
    expect(await fire()).toMatchObject({ kind: 'skipped', reason });
    expect(await listFirings(ledger, 'nightly', 10)).toMatchObject([{ outcome: 'skipped', reason }]);
    expect(lambda.calls()).toEqual([]);
  });

  it('while S3 is busy is tried again: nothing is decided yet', async () => {
    await schedule();
    s3.on(GetObjectCommand).rejects(awsError('SlowDown', 'x', 503));
    await expect(fire()).rejects.toMatchObject({ name: 'THROTTLED' });
    expect(await listFirings(ledger, 'nightly', 10)).toEqual([]);
  });
});
