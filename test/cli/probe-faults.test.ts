import { describe, expect, it } from 'vitest';
import { expectedPages } from '#cli/rehearsal/expected-pages.ts';
import { requestedFault } from '#cli/rehearsal/faults.ts';
import { readConfig } from '#shared/domain/config/read-config.ts';

const text = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: orders }
stacks:
  - { name: api, template: api.yaml, stackName: orders-api }
environments:
  - name: staging
    allowEmpty: true
    targets: { matchLabels: { env: staging } }
  - name: live
    targets: { matchLabels: { env: live } }
    verify:
      - lambda: drawbridge-verify-orders
      - stateMachine: drawbridge-verify-load
      - http: { output: { stack: api, name: Url }, path: /health, statuses: [204, 200], contains: fine }
      - http: { output: { stack: api, name: Home } }
---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: one, labels: { env: live } }
account: "222222222222"
region: eu-west-1
---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: two, labels: { env: live } }
account: "333333333333"
region: eu-west-1
`;
const read = readConfig([{ path: 'drawbridge.yml', text }]);
if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
const { config } = read;

describe('a fault after a deployment', () => {
  it.each<[string, object[]]>([
    [
      'live:verify:drawbridge-verify-orders:failed',
      [
        { kind: 'probe', account: '222222222222', probe: 'drawbridge-verify-orders', outcome: 'failed', times: 1 },
        { kind: 'probe', account: '333333333333', probe: 'drawbridge-verify-orders', outcome: 'failed', times: 1 },
      ],
    ],
    ['two:verify:drawbridge-verify-load:error', [{ account: '333333333333', outcome: 'error' }]],
    ['one:verify:api.Url:failed', [{ account: '222222222222', probe: 'orders-api.Url' }]],
    ['one:alarm:orders 5xx:10m', [{ kind: 'alarm', account: '222222222222', alarm: 'orders 5xx', after: 600_000 }]],
    ['one:alarm:orders-5xx:0m', [{ after: 0 }]],
    ['one:alarm:orders-5xx:10m+1m', [{ after: 600_000, lasts: 60_000 }]],
  ])('%s happens where it is meant', (fault, expected) => {
    const found = requestedFault(fault, config, []);
    expect(found.faults).toMatchObject(expected);
    expect(found.faults).toHaveLength(expected.length);
    for (const one of found.faults) expect(one).toMatchObject({ reason: found.reached });
  });

  it.each([
    [
      'live:verify:drawbridge-verify-web:failed',
      /there is no verification drawbridge-verify-web; there is drawbridge-verify-orders, /,
    ],
    ['live:verify:drawbridge-verify-orders:passed', /ends as failed or as error/],
    ['live:alarm:orders-5xx:soon', /a time such as 10m/],
    ['live:alarm:orders-5xx:10m+0m', /a time such as 10m/],
    ['live:alarm:orders-5xx:1m+1m+1m', /a time such as 10m/],
    ['nowhere:alarm:orders-5xx:1m', /no target or environment is called nowhere/],
    ['live:verify:failed', /there is no status failed/],
  ])('%s is refused', (fault, said) => {
    expect(() => requestedFault(fault, config, [])).toThrow(said);
  });
});

it('pages answer as the pipeline expects', () => {
  expect(expectedPages(config)).toEqual([
    { output: 'orders-api.Url', path: '/health', status: 204, body: 'fine' },
    { output: 'orders-api.Home', path: '', status: 200, body: '' },
  ]);
});
