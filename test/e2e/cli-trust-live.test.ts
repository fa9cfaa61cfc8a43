/** trust check --target and trust decode, as they are typed: over the API and the wire, against the live roles of a target. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodedMessageIn } from '#shared/domain/trust/authorization-message.ts';
import { editPolicy, roleIn } from './break.ts';
import { drawbridge, drawbridgeJson, inWorld, newFolder, savedWorld, variant } from './cli-world.ts';

const folder = newFolder();
const there = ['--sandbox', '--world', folder];
const vpc = `  Network:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
`;
let promotion: string;
let rehearsed: Awaited<ReturnType<typeof drawbridge>>;

/** A rehearsal in accounts whose boundary lets nobody make a network: EC2 encodes what it denies. */
beforeAll(async () => {
  const accounts = await variant('accounts', {
    'account.yml': [['- iam:CreateUser\n', '- iam:CreateUser\n              - ec2:CreateVpc\n']],
  });
  const pipeline = await variant('test/e2e/cli-small', { 'app.yaml': [[/$/, vpc]] });
  rehearsed = await drawbridge('rehearse', pipeline, '--world', folder, '--accounts', accounts);
  promotion = /prm-[0-9a-f]{16}/.exec(rehearsed.out)?.[0] ?? '';
}, 300_000);

const encodedIn = async () => {
  const items = Object.values((await savedWorld(folder)).dynamodb.tables).flatMap((table) => table.items);
  const deployment = items.find((item) => JSON.stringify(item).includes('DEPLOYMENT#pre-production'));
  const found = encodedMessageIn(JSON.stringify(deployment));
  return found.kind === 'message' ? found.encoded : '';
};

describe('a promotion that failed for an encoded denial', () => {
  it('says so with the beginning of the message, and names the command that tells what it says', async () => {
    expect(rehearsed.exit).toBe(1);
    const hint = `say what was denied: npm run -s drawbridge -- trust decode --target pre-production --promotion ${promotion} ${there.join(' ')}`;
    for (const out of [rehearsed.out, (await drawbridge('status', promotion, ...there)).out]) {
      expect(out).toMatch(
        /because STACK_FAILED: .*Network \(AWS::EC2::VPC\) CREATE_FAILED: .*HandlerErrorCode: AccessDenied/,
      );
      expect(out).toMatch(/Encoded authorization failure message: [\w-]{24}… ?"/);
      expect(out).toContain(hint);
    }
    const { json } = await drawbridgeJson('status', promotion, ...there);
    expect(json.environments[0].reasons[0].text).toMatch(/failure message: [\w-]{24}…/);
    expect(json.environments[0].targets[0].deployments[0].reason.text).toMatch(/failure message: [\w-]{24}…/);
  });

  it('keeps the message whole in the ledger alone: neither output nor the execution has it', async () => {
    const encoded = await encodedIn();
    expect(encoded.length).toBeGreaterThan(400);
    expect([rehearsed.out, ...rehearsed.progress].join('\n')).not.toContain(encoded.slice(0, 30));
    expect(JSON.stringify((await savedWorld(folder)).states)).not.toContain(encoded.slice(0, 30));
  });
});

describe('trust decode', () => {
  const decode = (...words: string[]) =>
    drawbridge('trust', 'decode', '--target', 'pre-production', ...words, ...there);
  const lines = [
    'pre-production 222222222222/eu-west-1',
    '  principal  arn:aws:sts::222222222222:assumed-role/drawbridge-execution/AWSCloudFormation',
    '  action     ec2:CreateVpc',
    expect.stringMatching(/^ {2}resource {3}arn:aws:ec2:eu-west-1:222222222222:vpc\/\*$/),
    expect.stringMatching(
      /^ {2}denied {5}explicitly: NoUsers\w* of arn:aws:iam::222222222222:policy\/drawbridge\/drawbridge-boundary/,
    ),
  ];

  it('fetches the message of a promotion, and says who was denied what, and by which statement', async () => {
    const { exit, out } = await decode('--promotion', promotion);
    expect(exit).toBe(0);
    const [title, where, ...rest] = out.split('\n');
    expect([title, where]).toEqual([lines[0], 'Network']);
    expect(rest.slice(0, 4)).toEqual(lines.slice(1));
    expect(out).toContain('aws:PrincipalAccount = 222222222222');
  });

  it('takes an error as it was pasted, the message alone, or standard input', async () => {
    const encoded = await encodedIn();
    const pasted = `You are not authorized. Encoded authorization failure message: ${encoded} (Service: Ec2)`;
    for (const message of [pasted, encoded]) {
      const { exit, json } = await drawbridgeJson('trust', 'decode', '--target', 'pre-production', message, ...there);
      expect([exit, json]).toMatchObject([
        0,
        {
          ...{ ok: true, simulated: true, target: 'pre-production' },
          messages: [{ where: 'the text', kind: 'denial', denial: { action: 'ec2:CreateVpc', explicit: true } }],
        },
      ]);
    }
    const words = ['cli/main.ts', 'trust', 'decode', '--target', 'pre-production', '-', ...there];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(`${pasted}\n`);
    const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(out).toContain('action     ec2:CreateVpc');
  });

  it('is on record like a session of the person, without anything of what it said', async () => {
    await decode('--promotion', promotion, '--as', 'bob');
    const { dynamodb } = await savedWorld(folder);
    const items = Object.values(dynamodb.tables).flatMap((table) => table.items.map((item) => JSON.stringify(item)));
    const records = items.filter((item) => item.includes('BROKER#pre-production') && item.includes('"bob"'));
    expect(records).toHaveLength(1);
    expect(records[0]).toContain('"decode"');
    expect(records[0]).toContain(`authorization message of ${promotion}`);
    expect(items.filter((item) => /NoUsers|aws:TokenIssueTime/.test(item))).toEqual([]);
  });

  it.each<[string, () => string[] | Promise<string[]>, number, RegExp]>([
    ['another account', async () => [await encodedIn()], 2, /MESSAGE_UNDECODABLE[\s\S]*account 333333333333/],
    ['a text without a message', () => ['AccessDenied'], 2, /MESSAGE_ABSENT[\s\S]*--promotion/],
    ['a shortened line', () => ['Encoded authorization failure message: abc…'], 2, /MESSAGE_CUT[\s\S]*--promotion/],
    ['a promotion that did not fail there', () => ['--promotion', promotion], 2, /MESSAGE_ABSENT/],
    ['no promotion', () => ['--promotion', 'prm-0000000000000000'], 2, /PROMOTION_UNKNOWN/],
    ['what is no promotion', () => ['--promotion', 'x'], 2, /BODY_INVALID/],
    ['a person who may only look', () => ['--promotion', promotion, '--as', 'dave'], 4, /ACCESS_DENIED/],
  ])('says what to do about %s', async (_, words, exit, said) => {
    const run = await drawbridge('trust', 'decode', '--target', 'production', ...(await words()), ...there);
    expect([run.exit, run.out]).toEqual([exit, '']);
    expect(run.progress.join('\n')).toMatch(said);
  });
});

describe('trust check --target', () => {
  const check = (...words: string[]) => drawbridge('trust', 'check', '--target', 'production', ...words, ...there);
  const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';

  it('passes the roles as they were onboarded, and says who is let in and why', async () => {
    const { exit, out } = await check();
    expect(exit).toBe(0);
    expect(out).toContain(
      `production 333333333333/eu-west-1, trusted may be ${orchestrator}\nrole drawbridge-preview\n`,
    );
    expect(out).toContain(
      [
        'role drawbridge-deploy',
        `  sts:AssumeRole by ${orchestrator}`,
        '    why: statement Assume',
        '    if  StringEquals sts:ExternalId (not shown)',
      ].join('\n'),
    );
    expect(out).toContain('role drawbridge-execution\n  sts:AssumeRole by cloudformation.amazonaws.com');
    expect(out).toMatch(/ {2}warning TRUST_PASS_ROLE .*resource drawbridge-execution in 333333333333\/eu-west-1/);
    expect(out.split('\n').at(-1)).toBe('4 roles, 0 errors, 1 warning');
  });

  it('names what was broken since, as text and as JSON, without the external id', async () => {
    const { trust, externalId } = await inWorld(folder, async (sandbox) => {
      const deploy = roleIn(sandbox, '333333333333', 'drawbridge-deploy');
      const preview = roleIn(sandbox, '333333333333', 'drawbridge-preview');
      const [, id = ''] = /"sts:ExternalId":"([^"]+)"/.exec(deploy.trust) ?? [];
      const before = preview.trust;
      deploy.trust = deploy.trust.replaceAll(
        roleIn(sandbox, '111111111111', 'drawbridge-orchestrator').id,
        'AROADELETEDDELETED001',
      );
      preview.trust = preview.trust.replace(/"sts:ExternalId":"[^"]+",?/, '');
      editPolicy(preview.inlinePolicies, ['role/drawbridge/drawbridge-execution', 'role/*']);
      delete roleIn(sandbox, '333333333333', 'drawbridge-execution').boundary;
      return { trust: before, externalId: id };
    });
    expect(trust).toContain(externalId);
    const { exit, json, out } = await drawbridgeJson('trust', 'check', '--target', 'production', ...there);
    expect([exit, json.ok, json.target, json.account]).toEqual([3, false, 'production', '333333333333']);
    const codes = json.checked.map(({ name, findings }: { name: string; findings: { code: string }[] }) => [
      name,
      findings.map(({ code }) => code),
    ]);
    expect(codes).toEqual([
      ['drawbridge-preview', ['TRUST_EXTERNAL_ID', 'TRUST_PASS_ROLE']],
      ['drawbridge-deploy', ['TRUST_DELETED_PRINCIPAL']],
      ['drawbridge-audit', []],
      ['drawbridge-execution', ['TRUST_BOUNDARY', 'TRUST_PASS_ROLE']],
    ]);
    const text = (await check()).out;
    expect(text).toMatch(
      /error TRUST_DELETED_PRINCIPAL .*resource drawbridge-deploy[\s\S]*next: Deploy accounts\/account\.yml again/,
    );
    expect(`${out}${text}`).not.toContain(externalId);
  });

  it('knows no target that was never recorded, and tells when the audit role lets nobody look', async () => {
    const unknown = await drawbridge('trust', 'check', '--target', 'nowhere', ...there);
    expect([unknown.exit, unknown.progress[0]]).toEqual([2, 'error TARGET_UNKNOWN']);
    await inWorld(folder, async (sandbox) => {
      delete sandbox.world.iam.accounts['333333333333']?.roles['drawbridge-audit'];
    });
    const closed = await check();
    expect([closed.exit, closed.progress[0]]).toEqual([4, 'error ASSUME_ROLE_DENIED 333333333333/eu-west-1']);
  });
});
