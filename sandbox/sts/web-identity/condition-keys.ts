import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { gitHubIssuer } from './github-token.ts';
import type { Token } from './token.ts';

/** Claims of GitHub that STS offers as condition keys beside the general ones (IAM User Guide, "IAM and AWS STS condition context keys"). */
const gitHubClaims = [
  'actor',
  'actor_id',
  'enterprise_id',
  'environment',
  'job_workflow_ref',
  'ref',
  'repository',
  'repository_id',
  'workflow',
];

/** The condition keys `<issuer>:<claim>` of a token. Other claims are not visible to a trust policy, so a condition on one never holds. */
export function tokenConditionKeys(issuer: string, token: Token): RequestContext {
  const further = issuer === gitHubIssuer ? gitHubClaims : [];
  const texts = further.flatMap((name) => {
    const value = token[name];
    return typeof value === 'string' ? [[`${issuer}:${name}`, value] as const] : [];
  });
  return {
    [`${issuer}:sub`]: token.sub,
    [`${issuer}:aud`]: token.aud,
    ...(token.amr === undefined ? {} : { [`${issuer}:amr`]: token.amr }),
    ...Object.fromEntries(texts),
  };
}
