/** `drawbridge plan` against an API that answers as ours does. */
import { beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { untouched } from '#shared/domain/plan/stack-plan.ts';
import { aPromotion, aRollout, monday, promotionId } from '#test/builders.ts';
import { richPlan } from '#test/domain/plan/rich-plan.ts';
import { jsonServer, signedIn } from '#test/json-server.ts';
import { recorder, small, workspace } from './workspace.ts';

const releaseId = 'orders-0123456789ab';
const digest = `sha256:${'1'.repeat(64)}`;
const idle: RolloutPlan = {
  ...richPlan,
  targets: richPlan.targets.map((target) => ({
    ...target,
    stacks: [untouched({ stack: 'api', stackName: 'orders-api' })],
  })),
};

let record: PromotionRecord;
let plan: RolloutPlan;

const answers: Record<string, () => unknown> = {
  'POST /v1/releases': () => ({ uploads: [] }),
  'POST /v1/releases/completions': () => ({ id: releaseId, digest }),
  'POST /v1/promotions': () => ({ ...record.promotion, status: 'accepted' }),
  [`GET /v1/promotions/${promotionId}`]: () => record,
  [`GET /v1/promotions/${promotionId}/plans/production`]: () => ({ digest, plan }),
  [`GET /v1/promotions/${promotionId}/plans/production?digest=${encodeURIComponent(digest)}`]: () => ({ digest, plan }),
};

signedIn();
const api = jsonServer(({ call }) => {
  const answer = answers[call];
  return answer === undefined ? { status: 404, body: {} } : { body: answer() };
});

beforeEach(() => {
  plan = richPlan;
  record = recordOf('planned');
});

type Outcome = 'planned' | 'unchanged' | 'rejected' | 'failed' | 'errored';

function recordOf(
  status: Outcome,
  reasons: { code: string; text: string; next?: string }[] = [],
  planned = true,
): PromotionRecord {
  return {
    promotion: aPromotion({ releaseId, status, mode: 'plan', environments: ['production'] }),
    rollouts: [aRollout({ status, reasons, ...(planned ? { planDigest: digest } : {}) })],
    waiting: [],
    attempts: [],
    rollbacks: [],
    rounds: planned
      ? [{ promotion: promotionId, environment: 'production', round: 1, digest, decision: 'planned', at: monday }]
      : [],
    progress: [],
    deployments: [],
    approvals: [],
    decisions: [],
  };
}

async function run(...words: string[]) {
  const terminal = recorder();
  const exit = await runCli([...words, '--api', api.endpoint, '--region', 'eu-west-1'], terminal);
  return { exit, out: terminal.printed.join('\n'), err: terminal.progressed.join('\n') };
}
const planning = (...words: string[]) => run('plan', releaseId, '--to', 'production', ...words);

describe('planning a release', () => {
  it('asks for a promotion that only plans, follows it and shows the plan', async () => {
    const { exit, out, err } = await planning();
    expect([exit, err]).toEqual([0, '']);
    expect(api.received.map(({ call }) => call)).toEqual([
      'POST /v1/promotions',
      `GET /v1/promotions/${promotionId}`,
      `GET /v1/promotions/${promotionId}/plans/production`,
    ]);
    expect(api.received[0]?.body).toEqual({ release: releaseId, environments: ['production'], mode: 'plan' });
    expect(api.received[0]?.headers['idempotency-key']).toMatch(/^[\w-]{20,}$/);
    const [title, ...lines] = out.split('\n');
    expect(title).toBe('Plan of orders for production');
    expect(lines.slice(0, 4)).toEqual([
      `release  ${richPlan.release}`,
      `plan     ${digest}`,
      `${releaseId}, planned; nothing was executed`,
      'needs no approval',
    ]);
    expect(out).toContain('[±] replaced          AWS::DynamoDB::Table  Orders  the old one is deleted');
  });

  it('packages and publishes what is at a path first', async () => {
    const root = await workspace(small);
    expect((await run('plan', root, '--to', 'production')).exit).toBe(0);
    expect(api.received.map(({ call }) => call).slice(0, 3)).toEqual([
      'POST /v1/releases',
      'POST /v1/releases/completions',
      'POST /v1/promotions',
    ]);
    expect(api.received[2]?.body).toEqual({ release: digest, environments: ['production'], mode: 'plan' });
  });

  it('asks nothing of anybody when what is at the path is invalid', async () => {
    const root = await workspace({ 'drawbridge.yml': 'kind: Pipeline' });
    const { exit, err } = await run('plan', root, '--to', 'production');
    expect([exit, api.received]).toEqual([2, []]);
    expect(err).toContain('error FIELD_MISSING');
  });

  it.each([
    ['an environment', ['plan', releaseId], /required option '--to <environment>'/i],
    [
      'an output',
      ['plan', releaseId, '--to', 'production', '--output', 'pdf'],
      /Allowed choices are text, json, markdown, html/,
    ],
  ])('needs %s that it knows', async (_name, words, text) => {
    const { exit, err } = await run(...words);
    expect([exit, api.received]).toEqual([2, []]);
    expect(err).toMatch(text);
  });
});

describe('the output', () => {
  it.each([
    ['markdown', /^## Plan of `orders` for `production`\n/, /<html|"schemaVersion"/],
    ['html', /^<!doctype html>\n/, /\*\*\[/],
    ['text', /^Plan of orders/, /<html|\*\*\[/],
  ])('is %s and nothing else', async (format, expected, other) => {
    const { exit, out } = await planning('--output', format);
    expect(exit).toBe(0);
    expect(out).toMatch(expected);
    expect(out).not.toMatch(other);
    expect(out).toContain('nothing was executed');
  });

  it('is the document itself as JSON', async () => {
    const { out } = await run('--output', 'json', 'plan', releaseId, '--to', 'production');
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      ok: true,
      outcome: 'planned',
      promotion: promotionId,
      release: { id: releaseId },
      changes: true,
      plan: JSON.parse(JSON.stringify(richPlan)),
    });
  });

  it.each(['markdown', 'html'])('of other commands is never %s', async (format) => {
    const { exit, err } = await run('status', promotionId, '--output', format);
    expect([exit, api.received]).toEqual([2, []]);
    expect(err).toContain(`status has no output ${format}.\n  next: Choose one of text, json.`);
  });
});

describe('the approval that a plan will need', () => {
  const because = ['gate guard of policy four-eyes asks for an approval of replace of Orders'];
  beforeEach(() => {
    record = {
      ...record,
      rollouts: [aRollout({ status: 'planned', planDigest: digest, needs: { groups: [], because } })],
    };
  });

  it.each(['text', 'markdown', 'html'])('is said as %s, with the digests of both', async (format) => {
    const { out } = await planning('--output', format);
    expect(out).toContain('needs the approval of anybody but alice');
    expect(out).toContain('because gate guard of policy four-eyes');
    expect(out).toMatch(new RegExp(`plan +${digest}`));
    expect(out).toMatch(/release\W+(<code>)?sha256:/);
  });

  it('is said as JSON', async () => {
    expect(JSON.parse((await planning('--output', 'json')).out)).toMatchObject({
      approval: { verdict: 'needed', groups: [], because, unplanned: expect.any(Boolean) },
      environments: [{ plan: digest }],
    });
  });

  it('is none where a gate denies, which says what to do', async () => {
    record = recordOf('rejected', [
      { code: 'CHANGE_DENIED', text: 'gate x of policy y forbids it', next: 'Change it.' },
    ]);
    const { exit, out } = await planning();
    expect([exit, out]).toEqual([
      3,
      expect.stringContaining('CHANGE_DENIED: gate x of policy y forbids it\nnext: Change it.\n'),
    ]);
    expect(out).not.toContain('approval');
  });
});

describe('the exit code', () => {
  const denied = [{ code: 'CHANGE_GATE_DENIED', text: 'no replacements' }];
  it.each<[string, () => void, string[], number]>([
    ['0 when something would change', () => undefined, [], 0],
    ['3 when nothing was to change and something would', () => undefined, ['--expect-no-changes'], 3],
    [
      '0 when nothing was to change and nothing would',
      () => {
        plan = idle;
        record = recordOf('unchanged');
      },
      ['--expect-no-changes'],
      0,
    ],
    [
      '3 when a gate denies',
      () => {
        record = recordOf('rejected', denied);
      },
      [],
      3,
    ],
    [
      '3 when a gate denies and nothing was to change',
      () => {
        record = recordOf('rejected', denied);
      },
      ['--expect-no-changes'],
      3,
    ],
    [
      '1 when it failed',
      () => {
        record = recordOf('failed', [], false);
      },
      ['--expect-no-changes'],
      1,
    ],
    [
      '5 when it broke',
      () => {
        record = recordOf('errored', [], false);
      },
      [],
      5,
    ],
  ])('is %s', async (_name, given, words, expected) => {
    given();
    expect((await planning(...words)).exit).toBe(expected);
  });

  it('comes with the reasons', async () => {
    record = recordOf('rejected', denied);
    expect((await planning()).out).toContain('\nCHANGE_GATE_DENIED: no replacements\n');
  });

  it('comes with what is known where there is no plan', async () => {
    record = recordOf('errored', [{ code: 'CHANGE_SET_REFUSED', text: 'CloudFormation said no' }], false);
    const { out } = await planning('--output', 'markdown');
    expect(out).toContain('because CHANGE_SET_REFUSED: CloudFormation said no');
    expect(JSON.parse((await planning('--output', 'json')).out)).toMatchObject({ changes: null, plan: null });
  });
});

describe('plans in reports', () => {
  it('are shown in short by status', async () => {
    const { exit, out } = await run('status', promotionId);
    expect(exit).toBe(0);
    expect(out).toContain(`\n    round 1: plan ${digest}, only looked at\n    plan production-`);
    expect(out).not.toContain('vpc-0123456789abcdef0');
  });

  it('are shown in short by promote', async () => {
    record = { ...record, promotion: { ...record.promotion, status: 'succeeded' } };
    expect((await run('promote', releaseId)).out).toContain('    plan production-us 444444444444/us-east-1  ');
    expect(api.received[0]?.body).toEqual({ release: releaseId });
  });

  it('are shown for each round, those with the same plan once; not those without a change', async () => {
    const earlier = `sha256:${'2'.repeat(64)}`;
    answers[`GET /v1/promotions/${promotionId}/plans/production?digest=${encodeURIComponent(earlier)}`] = () => ({
      plan: richPlan,
    });
    const round = { promotion: promotionId, environment: 'production', at: monday };
    record = {
      ...record,
      rounds: [
        { ...round, round: 1, digest: earlier, decision: 'needs-approval' },
        { ...round, round: 2, digest: earlier, decision: 'go' },
        { ...round, round: 3, digest, decision: 'recover' },
        { ...round, round: 4, digest: `sha256:${'3'.repeat(64)}`, decision: 'nothing-to-do' },
      ],
    };
    const { out } = await run('status', promotionId);
    expect(out.split('\n').filter((line) => /^ {4}round/.test(line))).toEqual([
      `    rounds 1 and 2: plan ${earlier}, needs an approval, then cleared`,
      `    round 3: plan ${digest}, cleared to bring stacks back`,
    ]);
    expect(out.match(/plan production-us 444444444444/g)).toHaveLength(2);
  });

  it('of an older version are left out', async () => {
    plan = { ...richPlan, schemaVersion: 1 } as unknown as RolloutPlan;
    const { exit, out } = await run('status', promotionId);
    expect([exit, out.includes('plan production')]).toEqual([0, false]);
  });
});
