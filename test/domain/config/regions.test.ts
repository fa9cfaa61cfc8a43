import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { regions } from '#shared/domain/config/regions.ts';
import { partitionOf } from '#shared/domain/names.ts';

it('lists the regions that the AWS SDK knows in the partitions we derive ARNs for', async () => {
  const source = 'node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
  const text = await readFile(source, 'utf8');
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const known = (module.partitionsInfo.partitions as { id: string; regions: Record<string, unknown> }[])
    .filter(({ id }) => ['aws', 'aws-cn', 'aws-us-gov'].includes(id))
    .flatMap(({ id, regions: list }) => Object.keys(list).map((region) => ({ id, region })))
    .filter(({ region }) => !region.endsWith('-global'));
  expect([...regions].sort()).toEqual(known.map(({ region }) => region).sort());
  for (const { id, region } of known) expect(partitionOf(region)).toBe(id);
});
