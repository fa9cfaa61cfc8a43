/** Everywhere that text ends up in a sandbox, and the few places that must know a secret. */
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { World } from '#sandbox/kernel.ts';
import type { Shown } from '#sandbox/observers.ts';
import { bytesOf } from '#sandbox/s3/content.ts';
import type { SecretKind } from './secrets.ts';

export interface Place {
  /** As a path: `ledger PROMOTION#prm-…/DEPLOYMENT#…`, `log drawbridge-plan`. */
  readonly name: string;
  readonly text: string;
  readonly mayHold?: readonly SecretKind[];
}

/** What STS keeps to check signatures, and Secrets Manager to hand out, is left out; every other part of the world is a place, parts that come later too. */
export function placesOf(world: World, journal: readonly JournalEntry[], shown: readonly Shown[]): Place[] {
  const { sts: _sts, secretsManager, iam, lambda, states, cloudformation, s3, dynamodb, jobs, ...others } = world;
  return [
    ...identities(iam),
    ...functions(lambda),
    ...machines(states),
    ...stacks(cloudformation),
    ...objects(s3),
    ...secrets(secretsManager),
    ...items(dynamodb),
    ...jobs.map((job) => place(`job ${job.service}/${job.name}`, job, job.service === 'states' ? ['task token'] : [])),
    ...Object.entries(others).map(([name, part]) => place(name, part)),
    ...journal.map((entry) =>
      entry.kind === 'log' ? { name: `log ${entry.source}`, text: entry.line } : place(`journal ${entry.kind}`, entry),
    ),
    ...shown.map(shownPlace),
  ];
}

/** IAM checks what it is shown against the keys, the seeds of second factors and, in trust policies, the external ids. */
function identities({ accounts }: World['iam']): Place[] {
  return Object.entries(accounts).flatMap(([account, { roles, users, ...others }]) => [
    ...Object.values(roles).flatMap(({ trust, ...role }) => [
      place(`trust ${account}/${role.name}`, trust, ['external id']),
      place(`role ${account}/${role.name}`, role),
    ]),
    ...Object.values(users).map(({ accessKeys, mfaDevices, ...user }) =>
      place(`user ${account}/${user.name}`, {
        ...user,
        accessKeys: accessKeys.map(({ secretAccessKey: _, ...key }) => key),
        mfaDevices: mfaDevices?.map(({ seed: _, ...device }) => device),
      }),
    ),
    place(`identities ${account}`, others),
  ]);
}

/** Lambda hands its session to the function. */
function functions({ functions: all }: World['lambda']): Place[] {
  return Object.values(all).map(({ session: _, ...stored }) => place(`function ${stored.name}`, stored));
}

/** Step Functions hands a task token to whom it waits for: it is in the input of the task. */
function machines({ tokens: _, executions, ...others }: World['states']): Place[] {
  return [
    ...Object.values(executions).map(({ name, ...execution }) => place(`execution ${name}`, execution, ['task token'])),
    place('machines', others),
  ];
}

/** The stack that makes the trust policies of an account is given the external id, as a parameter that is never shown. */
function stacks({ stacks: all, events, changeSets, templates, ...others }: World['cloudformation']): Place[] {
  return [
    ...Object.values(all).map((stack) =>
      place(
        `stack ${stack.account}/${stack.stackName}`,
        { stack, events: events[stack.stackId] },
        stack.stackName === 'drawbridge-account' ? ['external id'] : [],
      ),
    ),
    ...Object.values(changeSets).map((changeSet) => place(`change set ${changeSet.changeSetName}`, changeSet)),
    ...Object.values(templates).map((text) => ({ name: 'template', text })),
    place('cloudformation', others),
  ];
}

function secrets({ secrets: all, ...others }: World['secretsManager']): Place[] {
  return [
    ...Object.values(all).map(({ versions, ...secret }) =>
      place(`secret ${secret.name}`, {
        ...secret,
        versions: Object.values(versions).map(({ text: _, ...version }) => version),
      }),
    ),
    place('secrets manager', others),
  ];
}

function objects({ buckets, ...others }: World['s3']): Place[] {
  return [
    ...Object.values(buckets).flatMap(({ objects: all, ...bucket }) => [
      place(`bucket ${bucket.name}`, bucket),
      ...Object.entries(all).flatMap(([key, versions]) =>
        versions.map((version) => ({
          name: `object ${bucket.name}/${key}`,
          text: `${key}\n${Buffer.from(bytesOf(version)).toString('latin1')}\n${JSON.stringify(version.metadata)}`,
        })),
      ),
    ]),
    place('s3', others),
  ];
}

/** The ledger keeps a task token where a step waits, and an external id where a target is on record. */
function items({ tables, ...others }: World['dynamodb']): Place[] {
  return [
    ...Object.values(tables).flatMap(({ items: all, ...table }) => [
      place('table', table),
      ...all.map((item) => {
        const { pk, sk } = item as Record<'pk' | 'sk', { S: string } | undefined>;
        // Who waits for a stack, and who waits for people: until it is answered the token is nowhere else.
        const waits = pk?.S.startsWith('WAIT#') || sk?.S.startsWith('APPROVAL#');
        const mayHold: SecretKind[] = waits ? ['task token'] : [];
        return place(`ledger ${pk?.S}/${sk?.S}`, item, pk?.S === 'TARGETS' ? ['external id'] : mayHold);
      }),
    ]),
    place('dynamodb', others),
  ];
}

/** The broker's answer is credentials. An address to upload to is signed with the API's own session, whose token is part of it. */
function shownPlace({ where, text }: Shown): Place {
  if (where === 'answer POST /v1/sessions')
    return { name: where, text, mayHold: ['secret access key', 'session token'] };
  if (where !== 'answer POST /v1/releases') return { name: where, text };
  return { name: where, text: text.replaceAll(/X-Amz-Security-Token=[^&"]+/g, '') };
}

function place(name: string, part: unknown, mayHold: readonly SecretKind[] = []): Place {
  return { name, text: JSON.stringify(part) ?? '', mayHold };
}
