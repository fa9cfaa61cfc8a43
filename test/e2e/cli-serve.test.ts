/** `drawbridge rehearse --serve`: a real process, tried with the AWS CLI where it is installed. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standardHeaders } from '#test/domain/webhook/webhook-builders.ts';
import { recordedToo } from '#test/recording/node-options.ts';
import { drawbridgeJson, newFolder } from './cli-world.ts';

const world = newFolder();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

type Environment = Readonly<Record<string, string>>;
interface Served {
  readonly environment: Environment;
  /** Ends it with Ctrl-C and answers its exit code. */
  end(): Promise<number>;
}

/** Starts the command as a person or function, and reads the exports it prints. */
async function serveAs(name: string): Promise<Served> {
  const words = [
    'cli/main.ts',
    'rehearse',
    'test/e2e/cli-small',
    '--world',
    world,
    '--serve',
    '--as',
    name,
    '--for',
    '5',
  ];
  const child = spawn(process.execPath, [...recordedToo(), ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const environment: Record<string, string> = {};
  for await (const line of createInterface(child.stdout)) {
    const [, variable = '', value = ''] = /^export (\w+)=(\S+)$/.exec(line) ?? [];
    if (variable !== '') environment[variable] = value;
    if (variable === 'DRAWBRIDGE_API') break;
  }
  const end = async () => {
    child.stdout.resume();
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    const [exit] = await exited;
    return Number(exit);
  };
  return { environment, end };
}

// A version manager's shim may be there without the tool behind it, so it is asked.
const isInstalled = spawnSync('aws', ['--version']).status === 0;
if (!isInstalled) process.stderr.write('skipped: the AWS CLI is not installed (test/e2e/cli-serve.test.ts)\n');

// The AWS CLI would refuse wrong parameters by itself; here the sandbox shall.
const configuration = newFolder();
beforeAll(() => writeFile(configuration, '[default]\nparameter_validation = false\n'));

/** What the AWS CLI prints, or the error it ends with. Only the exports and the path reach it: no configuration of this machine. */
async function aws(environment: Environment, ...words: string[]): Promise<Record<string, unknown> | string> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, AWS_CONFIG_FILE: configuration, AWS_SHARED_CREDENTIALS_FILE: '/dev/null', ...environment };
  try {
    const { stdout } = await promisify(execFile)('aws', [...words, '--output', 'json'], { env });
    return JSON.parse(stdout);
  } catch (error) {
    return String((error as { stderr?: string }).stderr ?? error).trim();
  }
}

const savedAt = async () => (await stat(join(world, 'world.json'))).mtimeMs;

describe('drawbridge rehearse --serve', () => {
  it('prints a sandbox on this machine and the session of a person, who reaches no target account; Ctrl-C ends it well', async () => {
    const { environment, end } = await serveAs('alice');
    const { AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID, DRAWBRIDGE_API = '' } = environment;
    expect(AWS_ENDPOINT_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(AWS_ACCESS_KEY_ID).toMatch(/^ASIA[A-Z0-9]{16}$/);
    expect(DRAWBRIDGE_API).toMatch(new RegExp(`^${AWS_ENDPOINT_URL}/_api/`));
    expect(environment['AWS_REGION']).toBe('eu-west-1');
    expect(environment['DRAWBRIDGE_WEBHOOK_SMALL_CI']).toMatch(/^whsec_/);
    expect(await ping(environment)).toEqual([200, 'IGNORED']);
    if (isInstalled) await tryAsAlice(environment);

    const before = await savedAt();
    expect(await end()).toBe(0);
    expect(await savedAt()).toBeGreaterThan(before);
    await expect(fetch(AWS_ENDPOINT_URL)).rejects.toThrow('fetch failed');
  }, 120_000);

  it('ends by itself after --for, and leaves standard output to the result when that is JSON', async () => {
    const words = ['rehearse', 'test/e2e/cli-small', '--world', world, '--serve', '--for', '0'];
    const { exit, json, progress } = await drawbridgeJson(...words);
    expect([exit, json.outcome]).toEqual([0, 'unchanged']);
    expect(progress).toContainEqual(expect.stringMatching(/^export AWS_ENDPOINT_URL=/));
  });

  it.skipIf(!isInstalled)(
    'gives the orchestrator short sessions in a target, and only for all it has to bring',
    async () => {
      const { environment, end } = await serveAs('drawbridge-plan');
      await tryAsOrchestrator(environment);
      expect(await end()).toBe(0);
    },
    60_000,
  );
});

/** A delivery signed with what was printed, at the time the sandbox says it is. */
async function ping(environment: Environment): Promise<[number, unknown]> {
  const clock = await fetch(`${environment['AWS_ENDPOINT_URL']}/_sandbox/clock`);
  const key = Buffer.from(environment['DRAWBRIDGE_WEBHOOK_SMALL_CI']!.slice('whsec_'.length), 'base64');
  const body = JSON.stringify({ type: 'ping' });
  const headers = standardHeaders(body, { timestamp: Number(await clock.text()), key });
  const init = { method: 'POST', body, headers };
  const answer = await fetch(`${environment['DRAWBRIDGE_API']}/v1/webhooks/small-ci`, init);
  return [answer.status, ((await answer.json()) as { code?: string }).code];
}

async function tryAsAlice(environment: Environment): Promise<void> {
  expect(await aws(environment, 'sts', 'get-caller-identity')).toMatchObject({
    Account: '111111111111',
    Arn: expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/AWSReservedSSO_ReleaseManager_\w+\/alice$/),
  });
  const stack = 'arn:aws:cloudformation:eu-west-1:333333333333:stack/small/0';
  const denied = await aws(environment, 'cloudformation', 'describe-stacks', '--stack-name', stack);
  expect(denied).toMatch(/AccessDenied.*alice is not authorized to perform: cloudformation:DescribeStacks/);
}

async function tryAsOrchestrator(environment: Environment): Promise<void> {
  const who = await aws(environment, 'sts', 'get-caller-identity');
  expect(who).toMatchObject({ Arn: expect.stringMatching(/assumed-role\/drawbridge-orchestrator\/drawbridge-plan$/) });

  const externalId = await readExternalId(environment);
  const [first, second, tooShort, notTheirs] = await Promise.all([
    assume(environment, externalId, '900'),
    assume(environment, externalId, '900'),
    assume(environment, externalId, '899').catch(String),
    assume(environment, `${externalId}x`, '900').catch(String),
  ]);
  expect(first['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/);
  for (const name of Object.keys(first)) expect(first[name]).not.toBe(second[name]);
  expect(tooShort).toMatch(/ValidationError.*durationSeconds.*900/);
  expect(notTheirs).toMatch(/AccessDenied.*sts:AssumeRole/);

  const session = { ...environment, ...first };
  expect(await aws(session, 'cloudformation', 'describe-stacks', '--stack-name', 'small')).toMatchObject({
    Stacks: [{ StackName: 'small', StackStatus: 'CREATE_COMPLETE' }],
  });
  const advanced = await fetch(`${environment['AWS_ENDPOINT_URL']}/_sandbox/advance?seconds=901`, { method: 'POST' });
  expect(advanced.status).toBe(200);
  expect(await aws(session, 'sts', 'get-caller-identity')).toMatch(/ExpiredToken/);
}

/** The orchestrator may read the ledger, where the external id of the account is kept. */
async function readExternalId(environment: Environment): Promise<string> {
  const key = JSON.stringify({ pk: { S: 'TARGETS' }, sk: { S: 'TARGET#production' } });
  const answer = await aws(environment, 'dynamodb', 'get-item', '--table-name', 'drawbridge-ledger', '--key', key);
  if (typeof answer === 'string') throw new Error(answer);
  return (answer as { Item: { externalId: { S: string } } }).Item.externalId.S;
}

/** The exports of a preview session in production. Throws what the AWS CLI says otherwise. */
async function assume(environment: Environment, externalId: string, seconds: string): Promise<Environment> {
  const promotion = 'prm-0123456789abcdef';
  const answer = await aws(
    environment,
    ...['sts', 'assume-role', '--role-arn', 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-preview'],
    ...['--role-session-name', `${promotion}-plan`, '--external-id', externalId, '--source-identity', promotion],
    ...['--duration-seconds', seconds, '--tags', `Key=drawbridge:promotion,Value=${promotion}`],
    'Key=drawbridge:environment,Value=production',
  );
  if (typeof answer === 'string') throw new Error(answer);
  const issued = answer['Credentials'] as Record<string, string>;
  return {
    AWS_ACCESS_KEY_ID: `${issued['AccessKeyId']}`,
    AWS_SECRET_ACCESS_KEY: `${issued['SecretAccessKey']}`,
    AWS_SESSION_TOKEN: `${issued['SessionToken']}`,
  };
}
