/** What a diagnosis of one target knows, and what it says. Every fact was read; a read that failed is a fact too. */
import * as z from 'zod';
import type { Problem } from '../errors/problem.ts';
import { Instant, Name } from '../identifiers.ts';
import type { TargetRole } from '../names.ts';
import type { LintedRole } from '../trust/lint-document.ts';
import { subjectOf, type TrustedTarget, type Visit } from '../trust/role-request.ts';

/** What the doctor function is asked: everything about a target, or who can assume its roles. */
export const DoctorRequest = z.strictObject({
  look: z.enum(['diagnosis', 'trust']),
  target: Name,
  actor: z.string(),
  at: Instant,
});
export type DoctorRequest = z.infer<typeof DoctorRequest>;

/** The body of `POST /v1/diagnoses`. */
export const DiagnosisWish = DoctorRequest.pick({ target: true });

export type Read<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  /** AWS's own code and words. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Something that had to be read before could not be. */
  | { readonly kind: 'not-asked' };

export interface Orchestrator {
  readonly account: string;
  /** ARN of the session that runs. */
  readonly arn: string;
  /** `AROA…` of its role. */
  readonly roleId: string;
  /** Whose STS endpoint is asked. */
  readonly region: string;
}

export interface LivePolicy {
  readonly name: string;
  /** JSON text. */
  readonly document: string;
}

/** A role as IAM describes it. */
export interface LiveRole {
  readonly arn: string;
  readonly trust: string;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly LivePolicy[];
  readonly boundary?: LivePolicy;
}

/** The rule that forwards stack events. */
export interface LiveRule {
  readonly enabled: boolean;
  /** Events it takes, as JSON text. */
  readonly pattern: string;
  /** ARNs, each with that of the role that delivers. */
  readonly targets: readonly { readonly arn: string; readonly role?: string }[];
}

export interface DoctorFacts {
  readonly target: TrustedTarget;
  /** Every target on record, this one among them. */
  readonly records: readonly TrustedTarget[];
  /** Session name and source identity of the diagnosis. */
  readonly subject: string;
  readonly orchestrator: Read<Orchestrator>;
  /** Our time when STS answered, and the Date of its answer. */
  readonly clock: { readonly ours: string; readonly theirs?: string };
  /** What GetCallerIdentity said in each session. */
  readonly sessions: Readonly<Record<TargetRole, Read<{ readonly account: string; readonly arn: string }>>>;
  readonly roles: Readonly<Record<TargetRole, Read<LiveRole>>>;
  readonly rule: Read<LiveRule>;
}

export interface Check {
  readonly check: string;
  readonly verdict: 'ok' | 'failed' | 'unknown';
  readonly says: string;
  /** What to do about it; nothing to do when ok. */
  readonly next?: string;
}

export interface Diagnosis {
  readonly target: string;
  readonly account: string;
  readonly region: string;
  readonly at: string;
  readonly checks: readonly Check[];
}

/** The roles of one target as the trust linter judges them. */
export interface TargetTrust {
  readonly target: string;
  readonly account: string;
  readonly region: string;
  readonly at: string;
  /** ARN of the one role that may be trusted. */
  readonly orchestrator: string;
  readonly roles: readonly LintedRole[];
}

export type DoctorAnswer =
  | { readonly kind: 'diagnosed'; readonly diagnosis: Diagnosis }
  | { readonly kind: 'judged'; readonly trust: TargetTrust }
  | { readonly kind: 'refused'; readonly problem: Problem };

export const targetRoles = ['preview', 'deploy', 'audit'] as const satisfies readonly TargetRole[];

export function ok(check: string, says: string): Check {
  return { check, verdict: 'ok', says };
}

export function failed(check: string, says: string, next: string): Check {
  return { check, verdict: 'failed', says, next };
}

/** For what cannot be told before something else is mended. */
export function unknown(check: string, says: string, next = 'Mend the other checks first, then ask again.'): Check {
  return { check, verdict: 'unknown', says, next };
}

/** `prm-doctor-<actor>`: the trust policies admit only `prm-*`, and CloudTrail should tell who asked. */
export function doctorSubject(actor: string): string {
  return subjectOf('prm-doctor-', actor);
}

/** What a diagnosis does in an account: it reads, and as preview and deploy role it does nothing but say who it is. */
export function doctorVisit(role: TargetRole, subject: string): Visit {
  const actions = role === 'audit' ? reads : ['sts:GetCallerIdentity'];
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  return { role, subject, durationSeconds: 900, policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
}

const reads = [
  'iam:GetRole',
  'iam:ListRolePolicies',
  'iam:GetRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'events:DescribeRule',
  'events:ListTargetsByRule',
];
