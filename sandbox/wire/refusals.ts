import { AwsError } from '#sandbox/aws-error.ts';
import type { Refusal, RefusalReason } from './authenticate.ts';
import type { ProtocolName } from './models.ts';

type Answer = readonly [code: string, status: number, message: string];

const CALCULATED =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const INVALID_TOKEN = 'The security token included in the request is invalid.';
const EXPIRED_TOKEN = 'The security token included in the request is expired';
const UNSIGNED_HEADERS = 'There were headers present in the request which were not signed';

/** STS, IAM and CloudFormation (API reference, "Common Error Types"). */
const query: Record<RefusalReason, Answer> = {
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  incomplete: ['IncompleteSignature', 400, ''],
  'unknown key': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'wrong token': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'expired session': ['ExpiredToken', 403, EXPIRED_TOKEN],
  'wrong signature': ['SignatureDoesNotMatch', 403, CALCULATED],
  'wrong clock': ['SignatureDoesNotMatch', 403, ''],
  'expired request': ['SignatureDoesNotMatch', 403, ''],
  'unsigned headers': ['SignatureDoesNotMatch', 403, UNSIGNED_HEADERS],
  'wrong payload': ['SignatureDoesNotMatch', 403, CALCULATED],
};

/** Step Functions, EventBridge and DynamoDB answer 400; Lambda answers the same codes with 403. */
const json: Record<RefusalReason, Answer> = {
  missing: ['MissingAuthenticationTokenException', 400, 'Missing Authentication Token'],
  incomplete: ['IncompleteSignatureException', 400, ''],
  'unknown key': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'wrong token': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'expired session': ['ExpiredTokenException', 400, EXPIRED_TOKEN],
  'wrong signature': ['InvalidSignatureException', 400, CALCULATED],
  'wrong clock': ['InvalidSignatureException', 400, ''],
  'expired request': ['InvalidSignatureException', 400, ''],
  'unsigned headers': ['InvalidSignatureException', 400, UNSIGNED_HEADERS],
  'wrong payload': ['InvalidSignatureException', 400, CALCULATED],
};

/** S3 (API reference, "Error responses"). */
const s3: Record<RefusalReason, Answer> = {
  missing: ['AccessDenied', 403, 'Access Denied'],
  incomplete: ['AuthorizationQueryParametersError', 400, ''],
  'unknown key': ['InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
  'wrong token': ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
  'expired session': ['ExpiredToken', 400, 'The provided token has expired.'],
  'wrong signature': ['SignatureDoesNotMatch', 403, CALCULATED],
  'wrong clock': [
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and the current time is too large.',
  ],
  'expired request': ['AccessDenied', 403, ''],
  'unsigned headers': ['AccessDenied', 403, UNSIGNED_HEADERS],
  'wrong payload': [
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
};

/** The error a refused request is answered with: one reason, but each protocol has its own code, status and text for it. */
export function refusalError(protocol: ProtocolName, refusal: Refusal): AwsError {
  const [code, status, message] = tableOf(protocol)[refusal.reason];
  // S3's texts are fixed where it has one; the others' carry the facts of the request.
  const text = protocol === 'rest-xml' ? message || refusal.message : (refusal.message ?? message);
  return new AwsError(code, text ?? message, protocol === 'rest-json' || protocol === 'http-api' ? 403 : status);
}

function tableOf(protocol: ProtocolName): Record<RefusalReason, Answer> {
  if (protocol === 'query') return query;
  return protocol === 'rest-xml' ? s3 : json;
}
