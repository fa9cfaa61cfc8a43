import { AwsError } from '#sandbox/aws-error.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** 100 items unless asked otherwise, at most 1,000 (0 means the default). Source: API reference, ListExecutions and GetExecutionHistory. */
export function pageOf<Item>(items: readonly Item[], request: PageRequest): Page<Item> {
  const size = Math.min(request.maxResults || 100, 1000);
  const position = Buffer.from(request.nextToken ?? 'MA', 'base64url').toString();
  if (!/^\d+$/.test(position)) throw new AwsError('InvalidToken', `Invalid Token: '${request.nextToken}'`);
  const start = Number(position);
  const end = start + size;
  const page = { items: items.slice(start, end) };
  return end < items.length ? { ...page, nextToken: Buffer.from(String(end)).toString('base64url') } : page;
}
