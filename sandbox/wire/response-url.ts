import { responsePath } from '#sandbox/cloudformation/custom-resource-request.ts';
import { takeAnswer } from '#sandbox/cloudformation/engine/custom-answer.ts';
import type { WireHost, WireRequest, WireResponse } from './host.ts';

export const isResponse = (request: WireRequest): boolean => request.path.startsWith(responsePath);

/**
 * Takes what the function of a custom resource puts to its ResponseURL. On AWS that is a presigned URL of S3, so nothing is signed beside it,
 * and a URL that is not known is refused as S3 refuses it.
 */
export function answerResponse({ sandbox }: WireHost, { method, path, body }: WireRequest): WireResponse {
  const taken = method === 'PUT' && takeAnswer(sandbox, path.slice(responsePath.length), body);
  if (taken) return { status: 200, headers: {}, body: '' };
  const text = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
  return { status: 403, headers: { 'content-type': 'application/xml' }, body: text };
}
