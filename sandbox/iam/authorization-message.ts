import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Decision } from '#shared/domain/iam/evaluate.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { AwsError } from '../aws-error.ts';
import type { Caller, Permission, Sandbox, World } from '../kernel.ts';

/** Services whose denials carry what was asked, for those who may decode it (STS API Reference, DecodeAuthorizationMessage). */
const encoding: readonly string[] = ['ec2'];

/** Whether a denial of the action carries an encoded authorization message. */
export const tellsEncoded = (action: string): boolean => encoding.includes(action.split(':')[0] ?? '');

export interface DeniedRequest {
  readonly caller: Caller;
  readonly permission: Permission;
  readonly decision: Extract<Decision, { kind: 'denied' }>;
  readonly context: RequestContext;
}

/** EC2's error for a denied request, in EC2's words. */
export function unauthorizedOperation(sandbox: Sandbox, message: string, denied: DeniedRequest): AwsError {
  const encoded = encode(sandbox, denied.caller.account, JSON.stringify(documentOf(denied)));
  const text = `You are not authorized to perform this operation. ${message}. Encoded authorization failure message: ${encoded}`;
  return new AwsError('UnauthorizedOperation', text, 403);
}

/** The document behind a message that was issued to the account; undefined for any other text. */
export function decodedMessage(world: World, account: string, encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64url');
  // Node ignores what is not base64url, so a message with anything added to it would pass.
  if (bytes.length < 28 || bytes.toString('base64url') !== encoded) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(world), bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(account)).setAuthTag(bytes.subarray(12, 28));
  try {
    return `${decipher.update(bytes.subarray(28), undefined, 'utf8')}${decipher.final('utf8')}`;
  } catch {
    return undefined;
  }
}

/** Opaque and bound to the account, as AWS's messages are. */
function encode(sandbox: Sandbox, account: string, document: string): string {
  const nonce = Buffer.from(sandbox.mint('authorization-message', 24, '0123456789abcdef'), 'hex');
  const cipher = createCipheriv('aes-256-gcm', keyOf(sandbox.world), nonce).setAAD(Buffer.from(account));
  const sealed = Buffer.concat([cipher.update(document, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

const keyOf = (world: World): Buffer =>
  createHash('sha256').update(`authorization messages of world ${world.seed}`).digest();

/** The form of the decoded message (STS API Reference, DecodeAuthorizationMessage, DecodedMessage). */
function documentOf({ caller, permission, decision, context }: DeniedRequest) {
  const { explicit, because } = decision;
  const id = caller.kind === 'service' ? caller.service : String(context['aws:userid']);
  const arn = caller.kind === 'service' ? caller.service : caller.arn;
  return {
    allowed: false,
    explicitDeny: explicit,
    matchedStatements: { items: explicit ? [{ statementId: because.replace(/ denies it$/, ''), effect: 'DENY' }] : [] },
    failures: { items: [] },
    context: {
      principal: { id, arn },
      action: permission.action,
      resource: permission.resource,
      conditions: {
        items: Object.entries(context).map(([key, value]) => ({
          key,
          values: { items: [value].flat().map((one) => ({ value: one })) },
        })),
      },
    },
  };
}
