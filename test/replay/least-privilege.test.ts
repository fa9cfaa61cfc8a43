import { expect, it } from 'vitest';
import { namesOfGrants } from './grants.ts';
import { readRecordings } from './recordings.ts';
import { replay } from './replay.ts';
import { namesOfSessionGrants } from './session-policies.ts';
import { shippedPolicies } from './shipped-policies.ts';

it('try', async () => {
  const t0 = Date.now();
  const recordings = readRecordings('/tmp/rec');
  const shipped = await shippedPolicies();
  const t1 = Date.now();
  const { needed, replayed, refused } = replay(recordings, shipped);
  console.log(t1 - t0, Date.now() - t1, recordings.requests.length, refused, replayed);
  const names = [...namesOfGrants(shipped), ...namesOfSessionGrants()];
  console.log(names.length, names.filter((n) => !needed.has(n)).join('\n'));
  expect([...needed].filter((n) => !names.includes(n))).toEqual([]);
});
