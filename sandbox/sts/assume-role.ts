import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { AwsError, accessDenied } from '../aws-error.ts';
import { principalName, recordDecision, requesterOf } from '../iam/authorise.ts';
import { malformedPolicy, parseStored } from '../iam/policy-documents.ts';
import { globalContext } from '../iam/request-context.ts';
import { policiesOf, roleOfSession } from '../iam/role-policies.ts';
import { type RoleRecord, roleByArn } from '../iam/state.ts';
import type { Call, Operation, SessionCaller } from '../kernel.ts';
import { invalidParameter, requireValidAssumeRole } from './assume-role-input.ts';
import { mintSession } from './mint-session.ts';
import { packedPolicySize } from './packed-policy.ts';

type AssumeRoleCall = Call<AssumeRoleCommandInput>;

/**
 * AssumeRole (STS API Reference). The decision needs both sides at once, the caller's policies and the trust policy, so it is made here
 * and not from a list of permissions. A role that does not exist is answered like one that does not trust the caller.
 */
export const assumeRole: Operation<AssumeRoleCommandInput, Omit<AssumeRoleCommandOutput, '$metadata'>> = {
  permissions: () => [],
  run(call) {
    const { sandbox, input, caller } = call;
    requireValidAssumeRole(input);
    const { Policy } = input;
    if (Policy !== undefined) requireSupportedPolicy(Policy);
    if (caller.kind !== 'session') throw accessDenied('Only role sessions may call AssumeRole.');
    requireRegion(call);
    const session = sessionAttributes(input, caller);
    const PackedPolicySize = packedPolicySize(Policy, session.tags);
    const role = requireTrustedRole(call, caller, session.sourceIdentity);
    const credentials = mintSession(sandbox, {
      role,
      sessionName: String(input.RoleSessionName),
      durationSeconds: allowedDuration(input.DurationSeconds ?? 3600, role),
      chained: true,
      ...session,
      ...(Policy === undefined ? {} : { sessionPolicy: Policy }),
    });
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(credentials.expiresAt),
      },
      AssumedRoleUser: { AssumedRoleId: `${role.id}:${input.RoleSessionName}`, Arn: credentials.caller.arn },
      ...(PackedPolicySize === undefined ? {} : { PackedPolicySize }),
      ...(session.sourceIdentity === undefined ? {} : { SourceIdentity: session.sourceIdentity }),
    };
  },
};

function requireSupportedPolicy(text: string): void {
  const parsed = parseStored(text, 'identity');
  if (parsed.kind === 'unsupported') throw malformedPolicy(parsed.problems);
}

/** The regional endpoint must be active for the caller's account and for the role's (IAM User Guide, "Manage AWS STS in a Region"). */
function requireRegion({ sandbox, input, account, region }: AssumeRoleCall): void {
  for (const id of [account, String(input.RoleArn).split(':')[4] ?? '']) {
    if (!sandbox.world.organization.accounts[id]?.disabledRegions.includes(region)) continue;
    const hint = 'Your account administrator can activate STS in this region using the IAM Console.';
    throw new AwsError(
      'RegionDisabledException',
      `STS is not activated in this region for account:${id}. ${hint}`,
      403,
    );
  }
}

interface SessionAttributes {
  readonly sourceIdentity?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/** A source identity never changes once it is set, and transitive tags are inherited (IAM User Guide, "Role chaining"). */
function sessionAttributes(input: AssumeRoleCommandInput, caller: SessionCaller): SessionAttributes {
  const { SourceIdentity, Tags = [], TransitiveTagKeys = [] } = input;
  if (caller.sourceIdentity !== undefined && SourceIdentity !== undefined && SourceIdentity !== caller.sourceIdentity) {
    throw notAuthorised(caller, 'sts:SetSourceIdentity', String(input.RoleArn));
  }
  const inherited = new Set(caller.transitiveTagKeys.map((key) => key.toLowerCase()));
  if (Tags.some(({ Key = '' }) => inherited.has(Key.toLowerCase()))) {
    throw invalidParameter(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const kept = Object.entries(caller.tags).filter(([key]) => inherited.has(key.toLowerCase()));
  const sourceIdentity = SourceIdentity ?? caller.sourceIdentity;
  return {
    tags: Object.fromEntries([...kept, ...Tags.map(({ Key, Value }) => [Key, Value])]),
    transitiveTagKeys: [...caller.transitiveTagKeys, ...TransitiveTagKeys],
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

function requireTrustedRole(call: AssumeRoleCall, caller: SessionCaller, sourceIdentity?: string): RoleRecord {
  const { sandbox, input } = call;
  const resource = String(input.RoleArn);
  const own = roleOfSession(sandbox.world, caller);
  const role = roleByArn(sandbox.world, resource);
  const trust = role && parseStored(role.trust, 'trust');
  if (!own || !role || trust?.kind !== 'policy') throw notAuthorised(caller, 'sts:AssumeRole', resource);
  const resourceAccount = String(resource.split(':')[4]);
  const context = {
    ...globalContext(sandbox, caller, resourceAccount),
    ...assumptionContext(input, caller, sourceIdentity),
  };
  const policies = {
    ...policiesOf(sandbox.world, own, caller.sessionPolicy),
    trust: { name: `the trust policy of ${resource}`, policy: trust.policy },
  };
  const request = { requester: requesterOf(caller), resource, resourceAccount, context };
  for (const { action, decision } of evaluateAssumeRole(request, policies)) {
    recordDecision(sandbox, { principal: principalName(caller), action, resource }, decision);
    if (decision.kind === 'denied') throw notAuthorised(caller, action, resource);
  }
  return role;
}

/** The condition keys of STS for this request, the tags it passes among them. */
function assumptionContext(
  input: AssumeRoleCommandInput,
  caller: SessionCaller,
  sourceIdentity?: string,
): RequestContext {
  const { ExternalId, Tags = [], TransitiveTagKeys = [] } = input;
  const transitive = [...caller.transitiveTagKeys, ...TransitiveTagKeys];
  return {
    'sts:RoleSessionName': String(input.RoleSessionName),
    ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
    ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
    ...Object.fromEntries(Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, String(Value)])),
    ...(Tags.length > 0 ? { 'aws:TagKeys': Tags.map(({ Key }) => String(Key)) } : {}),
    ...(transitive.length > 0 ? { 'sts:TransitiveTagKeys': transitive } : {}),
  };
}

/** AssumeRole tells no reason: a reason would tell a stranger about the trust policy. The journal has it. */
function notAuthorised(caller: SessionCaller, action: string, resource: string): AwsError {
  return accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`);
}

/** Every caller here is a role session, so every session opened is chained and lasts an hour at most. */
function allowedDuration(seconds: number, role: RoleRecord): number {
  if (seconds > role.maxSessionDuration) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  if (seconds > 3600) {
    const message =
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
    throw new AwsError('ValidationError', message);
  }
  return seconds;
}
