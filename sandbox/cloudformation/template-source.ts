/** Getting the template text of a request: inline, from S3 with the caller's own rights, or the stack's previous one. */
import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Call, Sandbox } from '../kernel.ts';
import { validationError } from './errors.ts';
import type { StackRecord } from './state.ts';

export interface TemplateSource {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
}

const maximumBody = 51_200;
const maximumObject = 1_048_576;

/**
 * The text a request means. TemplateBody holds at most 51,200 bytes and an S3 object 1 MB (CloudFormation User Guide, quotas); the
 * object is fetched with the caller's session, not with the stack's role.
 */
export async function templateText(call: Call<TemplateSource>, stack: StackRecord | undefined): Promise<string> {
  const { TemplateBody, TemplateURL, UsePreviousTemplate } = call.input;
  const given = [TemplateBody, TemplateURL, UsePreviousTemplate || undefined].filter((source) => source !== undefined);
  if (given.length === 0) throw validationError('Either Template URL or Template Body must be specified.');
  if (given.length > 1)
    throw validationError(
      'You must specify only one of the following: TemplateBody, TemplateURL or UsePreviousTemplate.',
    );
  if (TemplateBody !== undefined) return inline(TemplateBody);
  if (TemplateURL !== undefined) return await fetched(call, TemplateURL);
  if (stack?.model === undefined) throw validationError('No previous template exists for this stack.');
  // The previous template is the processed one (Template Reference, AWS::LanguageExtensions, Remarks).
  return storedTemplate(call.sandbox, stack.model.processed ?? stack.model.template);
}

/** Keeps a text and answers its key. */
export function storeTemplate(sandbox: Sandbox, text: string): string {
  const key = createHash('sha256').update(text).digest('hex');
  sandbox.world.cloudformation.templates[key] = text;
  return key;
}

export function storedTemplate(sandbox: Sandbox, key: string): string {
  return sandbox.world.cloudformation.templates[key] ?? '';
}

function inline(text: string): string {
  if (text.length === 0 || Buffer.byteLength(text) > maximumBody) {
    throw validationError(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length ${text.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${maximumBody}`}`,
    );
  }
  return text;
}

async function fetched(call: Call<TemplateSource>, url: string): Promise<string> {
  const { sandbox, caller, region } = call;
  const place = objectOf(asOnAws(url, sandbox.endpoint));
  if (place === undefined) throw validationError('TemplateURL must be a supported URL.');
  const input = {
    Bucket: place.bucket,
    Key: place.key,
    ...(place.version === undefined ? {} : { VersionId: place.version }),
  };
  try {
    const output = await sandbox.perform({ service: 's3', operation: 'GetObject', input, caller, region });
    const bytes = await bodyOf((output as { Body?: unknown }).Body);
    if (bytes.length > maximumObject) throw validationError('Template may not exceed 1000000 bytes in size.');
    return bytes.toString('utf8');
  } catch (error) {
    throw asTemplateError(error);
  }
}

/** What the AWS CLI uploads it names by the endpoint it was given: the sandbox's own stands for S3's. */
function asOnAws(url: string, endpoint: string): string {
  return url.startsWith(`${endpoint}/`) ? `https://s3.amazonaws.com${url.slice(endpoint.length)}` : url;
}

/** Virtual-hosted and path-style addresses of S3. Website endpoints and other hosts are not supported URLs. */
function objectOf(url: string): { bucket: string; key: string; version?: string } | undefined {
  if (!URL.canParse(url) || url.length > 5_120) return undefined;
  const { protocol, hostname, pathname, searchParams } = new URL(url);
  if (protocol !== 'https:') return undefined;
  const host = /^(?:(?<bucket>[a-z0-9][a-z0-9.-]+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/.exec(hostname);
  if (host === null || hostname.includes('s3-website')) return undefined;
  const path = decodeURIComponent(pathname.slice(1));
  const [first = '', ...rest] = path.split('/');
  const bucket = host.groups?.['bucket'] ?? first;
  const key = host.groups?.['bucket'] === undefined ? rest.join('/') : path;
  const version = searchParams.get('versionId');
  if (bucket === '' || key === '') return undefined;
  return { bucket, key, ...(version === null ? {} : { version }) };
}

async function bodyOf(body: unknown): Promise<Buffer> {
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return Buffer.from(body);
  const readable = body as { transformToByteArray?: () => Promise<Uint8Array> } | undefined;
  return Buffer.from((await readable?.transformToByteArray?.()) ?? []);
}

function asTemplateError(error: unknown): unknown {
  if (!(error instanceof AwsError) || error.code === 'ValidationError') return error;
  // What KMS refuses, S3 tells in KMS's own words.
  const plain = error.code === 'AccessDenied' && !/ perform: kms:/.test(error.message);
  const cause = plain ? 'Access Denied' : error.message;
  return validationError(
    `S3 error: ${cause}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
  );
}
