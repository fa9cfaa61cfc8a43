/** Pages that are written by hand, held to the code they describe. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { promotionJson } from '#cli/client/promotion-report.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { kinds } from '#shared/domain/config/kinds.ts';
import { codeBlocks, pageAt, rowsIn } from './pages.ts';
import { fieldsIn, type Shape } from './schema-fields.ts';

describe('configuration.md', () => {
  const sections = new Map(
    pageAt('docs/reference/configuration.md')
      .text.split(/^## /m)
      .map((text) => [text.split('\n')[0] ?? '', text]),
  );

  it.each(Object.entries(kinds))('lists the fields of %s, and which are required', (kind, schema) => {
    const listed = rowsIn({ path: kind, text: sections.get(kind) ?? '' })
      .slice(2)
      .map(([field = '', required = '']) => [field.replaceAll('`', ''), required]);
    const shape = z.toJSONSchema(schema, { unrepresentable: 'any' }) as Shape;
    const fields = fieldsIn(shape).filter(([field]) => field !== 'apiVersion' && field !== 'kind');
    expect(listed).toEqual(fields);
  });
});

describe('rehearsal-json.md', () => {
  const [block] = codeBlocks(pageAt('docs/reference/rehearsal-json.md')).filter(({ language }) => language === 'json');
  const shown = JSON.parse(block?.text ?? '');

  it('shows every member of a promotion, and no other', () => {
    const {
      schemaVersion: _,
      ok: _ok,
      simulated: _simulated,
      calls: _calls,
      transitions: _transitions,
      ...rest
    } = shown;
    expect(membersIn(rest)).toEqual(membersIn(JSON.parse(JSON.stringify(promotionJson(failed)))));
  });
});

/** Names of members down to the leaves; the first element of a list stands for all. */
function membersIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return membersIn(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => membersIn(member, `${path}.${name}`));
}

const digest = `sha256:${'0'.repeat(64)}`;
const at = '2026-01-05T09:00:00Z';
const reason = { code: 'STACK_FAILED', text: 'it failed', resource: 'Api', target: 'pre-production' };
const failed: PromotionRecord = {
  promotion: {
    id: 'prm-0000000000000000',
    pipeline: 'orders',
    release: digest,
    releaseId: 'orders-000000000000',
    environments: ['pre-production'],
    mode: 'promote',
    requestedBy: 'alice',
    requestedAt: at,
    trigger: { kind: 'api' },
    status: 'failed',
  },
  rollouts: [
    {
      promotion: 'prm-0000000000000000',
      environment: 'pre-production',
      status: 'failed',
      epoch: 1,
      planDigest: digest,
      startedAt: at,
      reasons: [reason],
    },
  ],
  waiting: [],
  attempts: [],
  rollbacks: [],
  rounds: [
    {
      promotion: 'prm-0000000000000000',
      environment: 'pre-production',
      round: 1,
      digest,
      decision: 'go',
      at,
    },
  ],
  progress: [],
  deployments: [
    {
      promotion: 'prm-0000000000000000',
      environment: 'pre-production',
      target: 'pre-production',
      stack: 'orders',
      stackName: 'orders',
      account: '222222222222',
      region: 'eu-west-1',
      role: 'drawbridge-deploy',
      sessionName: 'prm-0000000000000000-execute',
      changeSet: 'drawbridge-prm-0000000000000000-1',
      status: 'ROLLBACK_COMPLETE',
      outcome: 'failed',
      reason,
      at,
    },
  ],
  approvals: [],
  decisions: [],
};

describe('pages that list what the sources say', () => {
  it.each([
    [
      'ledger.md names every kind of item',
      'docs/reference/ledger.md',
      'shared/aws/ledger/*.ts',
      /(?<!(?:failure|problem)\()[`'"]([A-Z][A-Z_]+#?)(?=[$`'"])/g,
    ],
    [
      'http-api.md lists every resource',
      'docs/reference/http-api.md',
      'functions/api/*.ts',
      /app\.(?:get|post|put|delete)\('([^']+)'/g,
    ],
    [
      'sandbox.md names every variable that is printed',
      'docs/reference/sandbox.md',
      'cli/rehearsal/serve.ts',
      /export (\w+)=/g,
    ],
    [
      'trust.md names every role of a target account',
      'docs/explanation/trust.md',
      'accounts/account.yml',
      /RoleName: (\S+)/g,
    ],
    [
      'onboard-an-account.md names every parameter',
      'docs/how-to/onboard-an-account.md',
      'accounts/account.yml',
      /^ {2}(\w+):\n {4}Type: (?:String|CommaDelimitedList)/gm,
    ],
  ])('%s', (_name, path, sources, pattern) => {
    const { text } = pageAt(path);
    const words = globSync(sources).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, word = '']) => word),
    );
    expect(words.length).toBeGreaterThan(0);
    expect(words.filter((word) => !text.includes(word))).toEqual([]);
  });
});
