import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { type AwsError, accessDenied } from '../aws-error.ts';
import { principalName, recordDecision, requesterOf } from '../iam/authorise.ts';
import { parseStored } from '../iam/policy-documents.ts';
import { globalContext } from '../iam/request-context.ts';
import { policiesOfCaller } from '../iam/role-policies.ts';
import { type RoleRecord, roleByArn } from '../iam/state.ts';
import type { Call, Operation, SigningCaller } from '../kernel.ts';
import { invalidParameter, requireValidAssumeRole } from './assume-role-input.ts';
import { packedPolicySize } from './packed-policy.ts';
import { requireRegion } from './region.ts';
import { allowedDuration, answerWithSession, type RoleSessionAnswer, requireSupportedPolicy } from './role-session.ts';
import { requireFactor } from './second-factor.ts';

type AssumeRoleCall = Call<AssumeRoleCommandInput>;

/**
 * AssumeRole (STS API Reference). The decision needs both sides at once, the caller's policies and the trust policy, so it is made here
 * and not from a list of permissions. A role that does not exist is answered like one that does not trust the caller.
 */
export const assumeRole: Operation<AssumeRoleCommandInput, RoleSessionAnswer> = {
  permissions: () => [],
  run(call) {
    const { sandbox, input, caller } = call;
    requireValidAssumeRole(input);
    const { Policy } = input;
    requireSupportedPolicy(Policy);
    if (caller.kind === 'service') throw accessDenied('Only role sessions and users may call AssumeRole.');
    requireRegion(sandbox.world, call.region, [call.account, String(input.RoleArn).split(':')[4] ?? '']);
    const session = sessionAttributes(input, caller);
    packedPolicySize(Policy, session.tags);
    const factored = requireFactor(sandbox, input, caller);
    const role = requireTrustedRole(call, caller, { sourceIdentity: session.sourceIdentity, factored });
    const chained = caller.kind === 'session';
    return answerWithSession(sandbox, {
      role,
      sessionName: String(input.RoleSessionName),
      durationSeconds: allowedDuration(input.DurationSeconds ?? 3600, { role, chained }),
      chained,
      ...session,
      ...(Policy === undefined ? {} : { sessionPolicy: Policy }),
    });
  },
};

interface SessionAttributes {
  readonly sourceIdentity?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/** A source identity never changes once it is set, and transitive tags are inherited (IAM User Guide, "Role chaining"). */
function sessionAttributes(input: AssumeRoleCommandInput, caller: SigningCaller): SessionAttributes {
  const { SourceIdentity, Tags = [], TransitiveTagKeys = [] } = input;
  const carried = attributesCarriedBy(caller);
  if (
    carried.sourceIdentity !== undefined &&
    SourceIdentity !== undefined &&
    SourceIdentity !== carried.sourceIdentity
  ) {
    throw notAuthorised(caller, 'sts:SetSourceIdentity', String(input.RoleArn));
  }
  const inherited = new Set(carried.transitiveTagKeys.map((key) => key.toLowerCase()));
  if (Tags.some(({ Key = '' }) => inherited.has(Key.toLowerCase()))) {
    throw invalidParameter(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const kept = Object.entries(carried.tags).filter(([key]) => inherited.has(key.toLowerCase()));
  const sourceIdentity = SourceIdentity ?? carried.sourceIdentity;
  return {
    tags: Object.fromEntries([...kept, ...Tags.map(({ Key, Value }) => [Key, Value])]),
    transitiveTagKeys: [...carried.transitiveTagKeys, ...TransitiveTagKeys],
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

/** A user is no session: it passes nothing on. */
const attributesCarriedBy = (caller: SigningCaller): SessionAttributes =>
  caller.kind === 'session' ? caller : { tags: {}, transitiveTagKeys: [] };

/** What the conditions of a trust policy see beside the input itself. */
interface Assumption {
  readonly sourceIdentity: string | undefined;
  /** Whether the code of an MFA device came along. */
  readonly factored: boolean;
}

function requireTrustedRole(call: AssumeRoleCall, caller: SigningCaller, assumption: Assumption): RoleRecord {
  const { sandbox, input } = call;
  const resource = String(input.RoleArn);
  const own = policiesOfCaller(sandbox.world, caller);
  const role = roleByArn(sandbox.world, resource);
  const trust = role && parseStored(role.trust, 'trust');
  if (!own || !role || trust?.kind !== 'policy') throw notAuthorised(caller, 'sts:AssumeRole', resource);
  const resourceAccount = String(resource.split(':')[4]);
  const context = {
    ...globalContext(sandbox, caller, resourceAccount),
    ...assumptionContext(input, caller, assumption),
  };
  const policies = {
    ...own,
    trust: { name: `the trust policy of ${resource}`, policy: trust.policy },
  };
  const request = { requester: requesterOf(caller), resource, resourceAccount, context };
  for (const { action, decision } of evaluateAssumeRole(request, policies)) {
    recordDecision(sandbox, principalName(caller), { request: { ...request, action }, policies, decision });
    if (decision.kind === 'denied') throw notAuthorised(caller, action, resource);
  }
  return role;
}

/** The condition keys of STS for this request, the tags it passes among them. */
function assumptionContext(
  input: AssumeRoleCommandInput,
  caller: SigningCaller,
  { sourceIdentity, factored }: Assumption,
): RequestContext {
  const { ExternalId, Tags = [], TransitiveTagKeys = [] } = input;
  const transitive = [...attributesCarriedBy(caller).transitiveTagKeys, ...TransitiveTagKeys];
  return {
    'sts:RoleSessionName': String(input.RoleSessionName),
    ...(factored ? { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' } : {}),
    ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
    ...(sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': sourceIdentity }),
    ...Object.fromEntries(Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, String(Value)])),
    ...(Tags.length > 0 ? { 'aws:TagKeys': Tags.map(({ Key }) => String(Key)) } : {}),
    ...(transitive.length > 0 ? { 'sts:TransitiveTagKeys': transitive } : {}),
  };
}

/** AssumeRole tells no reason: a reason would tell a stranger about the trust policy. The journal has it. */
function notAuthorised(caller: SigningCaller, action: string, resource: string): AwsError {
  return accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`);
}
