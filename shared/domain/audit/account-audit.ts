/** Whether an account holds any static credential or new way in: the proof that Drawbridge gives before and after each rollout. */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import { AccountId, Instant, Name, PromotionId, Region } from '../identifiers.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Reason } from '../promotion/records.ts';
import { newWaysIn, WayIn } from './ways-in.ts';

/** What IAM says of an account (IAM API reference: GetAccountSummary, ListUsers, ListAccessKeys). */
export interface AccountCredentials {
  readonly users: readonly { readonly name: string; readonly accessKeys: number }[];
  /** Access keys and signing certificates of the root user. */
  readonly rootKeys: number;
  readonly rootCertificates: number;
}

export const AccountAudit = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  account: AccountId,
  region: Region,
  /** Role and session that looked. */
  role: z.string(),
  sessionName: z.string(),
  moment: z.enum(['before', 'after']),
  at: Instant,
  clean: z.boolean(),
  /** One sentence per finding; empty when clean. Names of users, never ids of keys. */
  findings: z.array(z.string()),
  /** The ways in that need no user, for the audit after to compare with. Absent in audits of older versions. */
  waysIn: z.array(WayIn).exactOptional(),
});
export type AccountAudit = z.infer<typeof AccountAudit>;

/** Every static credential of the account in words; none when there is none. */
export function credentialFindings({ users, rootKeys, rootCertificates }: AccountCredentials): string[] {
  return [
    ...users.map(({ name, accessKeys }) => `IAM user ${name} with ${counted(accessKeys, 'access key')}`),
    ...(rootKeys > 0 ? [`${counted(rootKeys, 'access key')} of the root user`] : []),
    ...(rootCertificates > 0 ? [`${counted(rootCertificates, 'signing certificate')} of the root user`] : []),
  ];
}

/**
 * What is found at one moment: static credentials always, ways in only where they were not there before. What an account let in before its
 * rollout is its owner's affair.
 */
export function auditFindings(
  credentials: AccountCredentials,
  ways: readonly WayIn[],
  before: Pick<AccountAudit, 'waysIn'> | undefined,
): string[] {
  return [...credentialFindings(credentials), ...(before?.waysIn === undefined ? [] : newWaysIn(before.waysIn, ways))];
}

/** Why an audit stops a rollout, or undefined when the account is clean. */
export function auditReason(
  audit: Pick<AccountAudit, 'account' | 'moment' | 'findings' | 'target'>,
): Reason | undefined {
  if (audit.findings.length === 0) return undefined;
  const { account, moment, findings, target } = audit;
  return reasonFrom(problem('ACCOUNT_NOT_CLEAN', { account, moment, findings: [...findings] }), { target });
}

function counted(count: number, noun: string): string {
  if (count === 0) return `no ${noun}`;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
