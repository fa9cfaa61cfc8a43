import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trust } from '#cli/commands/trust.ts';
import { runCli } from '#cli/run-cli.ts';
import { recorder, workspace } from './workspace.ts';

async function run(...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(['trust', ...words], terminal, [trust]);
  return { exit, out: terminal.printed.join('\n'), err: terminal.progressed.join('\n') };
}

const shipped = 'accounts/account.yml';
const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
const loose = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: orchestrator },
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
    },
  ],
};

describe('drawbridge trust check', () => {
  it('passes the template of the target accounts, and says who is let in and why', async () => {
    const { exit, out, err } = await run('check', shipped);
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain(
      [
        'role drawbridge-deploy (DeployRole)',
        `  read with OrchestratorRoleArn=${orchestrator}`,
        `  sts:AssumeRole by ${orchestrator}`,
        '    why: statement Assume',
        '    if  StringEquals sts:ExternalId (not shown)',
      ].join('\n'),
    );
    expect(out).toContain('  sts:AssumeRole by cloudformation.amazonaws.com\n    why: statement 1\n');
    expect(out.split('\n').at(-1)).toBe('5 roles, 0 errors, 0 warnings');
  });

  it('says the same as JSON', async () => {
    const { exit, out } = await run('check', shipped, '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      ok: true,
      file: shipped,
      roles: 5,
      errors: 0,
      warnings: 0,
    });
    expect(JSON.parse(out).checked[1]).toMatchObject({
      name: 'drawbridge-preview',
      logicalId: 'PreviewRole',
      assumed: { OrchestratorRoleArn: orchestrator },
      admissions: [{ principal: orchestrator, statement: 'Assume', decision: { kind: 'allowed' } }, {}],
      findings: [],
    });
  });

  it('stops at an error, and tells each finding with its place and the next step', async () => {
    const root = await workspace({ 'trust.json': JSON.stringify(loose, null, 2) });
    const file = join(root, 'trust.json');
    const { exit, out, err } = await run('check', file, '--orchestrator', orchestrator);
    expect([exit, err]).toEqual([3, '']);
    expect(out.split('\n')).toEqual([
      'role trust policy',
      `  sts:AssumeRole by ${orchestrator}`,
      '    why: statement 1',
      `  error TRUST_EXTERNAL_ID ${file}:4:5 (/Statement/0)`,
      '    Statement 1 lets the role be assumed without an external id.',
      '    next: Require sts:ExternalId with StringEquals in the statement that allows sts:AssumeRole.',
      `  error TRUST_SOURCE_IDENTITY ${file}:4:5 (/Statement/0)`,
      '    Statement 1 does not require a source identity.',
      '    next: Require sts:SourceIdentity in it: StringLike prm-* (audit role: also usr-*).',
      `  error TRUST_SESSION_TAGS ${file}:4:5 (/Statement/0)`,
      '    Statement 1 does not require the session tags drawbridge:promotion and drawbridge:environment.',
      "    next: Require them in it: StringLike aws:RequestTag/drawbridge:promotion, aws:RequestTag/drawbridge:environment: '?*'.",
      '',
      '1 role, 3 errors, 0 warnings',
    ]);
    const json = JSON.parse((await run('check', file, '--orchestrator', orchestrator, '--output', 'json')).out);
    expect(json).toMatchObject({ ok: false, errors: 3 });
    expect(json.checked[0].findings[0]).toEqual({
      code: 'TRUST_EXTERNAL_ID',
      severity: 'error',
      cause: expect.any(String),
      next: expect.any(String),
      place: { file, line: 4, column: 5, pointer: '/Statement/0' },
    });
  });

  it('goes on after a warning', async () => {
    const text = readFileSync(shipped, 'utf8').replace('MaxSessionDuration: 3600', 'MaxSessionDuration: 7200');
    const { exit, out } = await run('check', join(await workspace({ 'account.yml': text }), 'account.yml'));
    expect(exit).toBe(0);
    expect(out).toContain('  warning TRUST_SESSION_DURATION ');
    expect(out.split('\n').at(-1)).toBe('5 roles, 0 errors, 1 warning');
  });

  it('tells of those who are named and denied, and of roles nobody can assume', async () => {
    const Role = (AssumeRolePolicyDocument: object) => ({
      Role: { RoleName: 'reports', Arn: 'arn:aws:iam::222222222222:role/reports', AssumeRolePolicyDocument },
    });
    const [allowed] = loose.Statement;
    const denied = { Effect: 'Deny', Principal: '*', Action: '*' };
    const root = await workspace({
      'denied.json': JSON.stringify(
        Role({ ...loose, Statement: [{ ...allowed, Principal: { Service: 'sns.amazonaws.com' } }, denied] }),
      ),
      'closed.json': JSON.stringify(Role({ ...loose, Statement: [denied] })),
    });
    expect((await run('check', join(root, 'denied.json'))).out).toContain(
      '    why: statement 1, but statement 2 of the trust policy denies it\n',
    );
    expect(await run('check', join(root, 'closed.json'))).toMatchObject({
      exit: 0,
      out: 'role reports\n  nobody is known to be let in\n\n1 role, 0 errors, 0 warnings',
    });
  });

  it('takes the values of parameters, and the one role to be trusted', async () => {
    const other = 'arn:aws:iam::555555555555:role/drawbridge-orchestrator';
    const given = ['--parameter', `OrchestratorRoleArn=${other}`, '--parameter', 'ExternalId=a=b'];
    const { exit, out } = await run('check', shipped, ...given, '--orchestrator', other);
    expect([exit, out.includes(`sts:AssumeRole by ${other}`)]).toEqual([0, true]);
    expect((await run('check', shipped, ...given, '--orchestrator', orchestrator)).exit).toBe(3);
  });

  it.each<[string, string[], RegExp]>([
    ['nothing', ['check'], /^error USAGE\n {2}Nothing to check is named\..*\n.*either a file or --target/],
    [
      'a file and a target',
      ['check', shipped, '--target', 'x'],
      /^error USAGE\n {2}A file and a target are two things/,
    ],
    [
      'a parameter of a live role',
      ['check', '--target', 'x', '--parameter', 'A=b'],
      /--parameter does not go with this/,
    ],
    ['a promotion to check', ['check', shipped, '--promotion', 'prm-1'], /--promotion does not go with this/],
    ['an orchestrator to decode', ['decode', '--orchestrator', 'x'], /--orchestrator does not go with this/],
    ['a message without a target', ['decode', 'xyz'], /Name the target with --target/],
    ['a target without a message', ['decode', '--target', 'x'], /No message is named\./],
    [
      'a message and a promotion',
      ['decode', 'xyz', '--target', 'x', '--promotion', 'prm-1'],
      /A promotion and a message are two things/,
    ],
    ['a target nowhere', ['check', '--target', 'production'], /^error WORLD_NOT_CHOSEN/],
    ['another action', ['mend', shipped], /^error USAGE\n {2}.*'mend' is invalid/],
    [
      'a parameter without value',
      ['check', shipped, '--parameter', 'ExternalId'],
      /^error USAGE\n {2}ExternalId is not KEY=VALUE\./,
    ],
    ['a file that is not there', ['check', 'accounts/nowhere.yml'], /^error FILE_NOT_FOUND accounts\/nowhere\.yml/],
    ['a file without roles', ['check', 'accounts/region.yml'], /^error TRUST_FILE accounts\/region\.yml/],
    ['a file that is no document', ['check', 'LICENSE'], /^error TRUST_FILE LICENSE/],
  ])('%s is a usage error', async (_, words, text) => {
    const { exit, out, err } = await run(...words);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(text);
  });
});
