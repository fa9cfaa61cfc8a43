import { createHash } from 'node:crypto';
import { authorise } from '#sandbox/iam/authorise.ts';
import { emptyIamState } from '#sandbox/iam/state.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Caller, Operation, Permission, Sandbox, SessionCaller, World } from '#sandbox/kernel.ts';
import { defaultOrganization } from '#sandbox/organization.ts';
import { callerOf, openSession } from '#sandbox/sts/sessions.ts';
import { emptyStsState } from '#sandbox/sts/state.ts';

export const start = Date.parse('2026-01-05T09:00:00Z');

/** A sandbox with IAM and STS alone: no clock but `world.now`, no server, every id a function of its kind and count. */
export interface IamSandbox extends Sandbox {
  readonly journal: JournalEntry[];
}

export function iamSandbox(seed = 1): IamSandbox {
  const counters: Record<string, number> = {};
  const world = {
    schemaVersion: 1,
    seed,
    now: start,
    jobs: [],
    counters,
    organization: defaultOrganization(),
    iam: emptyIamState(),
    sts: emptyStsState(),
  } as unknown as World;
  const journal: JournalEntry[] = [];
  const sandbox = {
    world,
    journal,
    endpoint: 'http://127.0.0.1:0',
    now: () => world.now,
    mint: (kind: string, length: number, alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789') => {
      counters[kind] = (counters[kind] ?? 0) + 1;
      let bytes: number[] = [];
      for (let block = 0; bytes.length < length; block += 1) {
        bytes = [...bytes, ...createHash('sha256').update(`${seed} ${kind} ${counters[kind]} ${block}`).digest()];
      }
      return bytes
        .slice(0, length)
        .map((byte) => alphabet[byte % alphabet.length])
        .join('');
    },
    record: (entry: JournalEntry) => {
      journal.push(entry);
    },
    authorise: (caller: Caller, permission: Permission) => authorise(sandbox, caller, permission),
    openSession: (request: Parameters<Sandbox['openSession']>[0]) => openSession(sandbox, request),
    callerOf: (accessKeyId: string) => callerOf(sandbox, accessKeyId),
  } as unknown as IamSandbox;
  return sandbox;
}

/** Runs an operation the way the runtime does: permissions first. */
export function perform<Input, Output>(
  sandbox: Sandbox,
  operation: Operation<Input, Output>,
  { input, caller, region = 'eu-west-1' }: { input: Input; caller: Caller; region?: string },
): Output {
  const call = { sandbox, input, caller, account: caller.account, region, requestId: 'request' };
  for (const permission of operation.permissions(call)) authorise(sandbox, caller, permission);
  return operation.run(call) as Output;
}

export const statement = (action: string | string[], resource: string | string[] = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
});
export const policyDocument = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
export const trusting = (principal: unknown, more: object = {}) =>
  policyDocument({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more });

/** A caller as STS would make it, for a role the world may or may not have. */
export const sessionOfRole = (
  role: { arn: string; id: string; name: string },
  changes: Partial<SessionCaller> = {},
): SessionCaller => ({
  kind: 'session',
  accessKeyId: 'ASIAEXAMPLE',
  account: String(role.arn.split(':')[4]),
  arn: `arn:aws:sts::${role.arn.split(':')[4]}:assumed-role/${role.name}/session`,
  roleArn: role.arn,
  roleId: role.id,
  sessionName: 'session',
  tags: {},
  transitiveTagKeys: [],
  expiresAt: start + 3_600_000,
  ...changes,
});

/** The error something throws, as `Code: message`; or what it returns. */
export function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}
