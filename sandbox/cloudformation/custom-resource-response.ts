/** What the function behind a custom resource answers. */
import * as z from 'zod';
import type { Json } from '../kernel.ts';

/** Plain JSON: it waits in a job. */
export type CustomAnswer =
  | {
      readonly kind: 'success';
      readonly physicalId: string;
      readonly data: Record<string, Json>;
      readonly noEcho: boolean;
    }
  | { readonly kind: 'failure'; readonly reason: string; readonly physicalId?: string };

/** What the answer has to repeat. */
export interface AnswerPlace {
  readonly stackId: string;
  readonly logicalId: string;
  readonly requestId: string;
}

/** User Guide, "Custom resource response objects": 4096 bytes in all, 1 KB for the physical id. */
const longestBytes = 4_096;
const longestId = 1_024;

/** Reads a response document. One that is not as documented is a failure. */
export function readAnswer(body: Uint8Array, place: AnswerPlace): CustomAnswer {
  if (body.length > longestBytes) return failure('Response object is too long.');
  const value = jsonOf(new TextDecoder().decode(body));
  if (value === undefined) return failure('Response is not valid JSON');
  const read = shape.safeParse(value);
  if (!read.success) return failure(`Invalid Response object: ${problemOf(read.error)}`);
  const { Status, PhysicalResourceId: physicalId, Reason, Data = {}, NoEcho: noEcho = false } = read.data;
  const { StackId, LogicalResourceId, RequestId } = read.data;
  if (StackId !== place.stackId || LogicalResourceId !== place.logicalId || RequestId !== place.requestId) {
    return failure('Invalid Response object: StackId, LogicalResourceId and RequestId must be those of the request');
  }
  if (Status === 'SUCCESS') return { kind: 'success', physicalId, data: Data ?? {}, noEcho };
  const reason = `Received response status [FAILED] from custom resource. Message returned: ${Reason ?? ''} (RequestId: ${RequestId})`;
  return { kind: 'failure', reason, physicalId };
}

/** No answer came in time. CloudFormation's own words. */
export function noAnswer(requestId: string): CustomAnswer {
  return failure(
    `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.`,
  );
}

const shape = z.looseObject({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string().min(1).max(longestId),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  NoEcho: z.boolean().optional(),
  Data: z.record(z.string(), z.json()).nullish(),
});

const failure = (reason: string): CustomAnswer => ({ kind: 'failure', reason });

const problemOf = ({ issues: [first] }: z.ZodError): string => `${first?.path.join('.')}: ${first?.message}`;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
