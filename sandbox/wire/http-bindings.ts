import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { WireRequest } from './host.ts';

/** Where a REST request keeps its values (Smithy specification, "HTTP binding traits"). */
export interface BoundRequest {
  readonly request: WireRequest;
  /** From the path template, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

const HTTP_DATE = 6;
const settings = { timestampFormat: { useTrait: true, default: HTTP_DATE }, httpBindings: true } as const;
const strings = new FromStringShapeDeserializer(settings);

/**
 * The members of an input that are bound to the path, the query, headers or the whole body. Values of headers may also come from the
 * query, where presigned URLs carry them (S3 User Guide, "Authenticating requests: using query parameters").
 */
export function readBindings(schema: NormalizedSchema, { request, labels }: BoundRequest): Record<string, unknown> {
  const query = new Map(request.query);
  const input: Record<string, unknown> = {};
  if (!schema.isStructSchema()) return input;
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    if (traits.httpPayload) {
      if (request.body.length > 0 || member.isStreaming()) input[name] = request.body;
    } else if (traits.httpPrefixHeaders !== undefined) {
      const found = prefixed(request, traits.httpPrefixHeaders);
      if (Object.keys(found).length > 0) input[name] = found;
    } else {
      const text = traits.httpLabel ? labels[name] : headerOrQuery(request, query, traits);
      if (text !== undefined) input[name] = readValue(member, text);
    }
  }
  return input;
}

/** Names of the query parameters that an input's members are bound to. */
export function boundQueryNames(schema: NormalizedSchema): Set<string> {
  if (!schema.isStructSchema()) return new Set();
  const members = [...schema.structIterator()].map(([, member]) => member.getMergedTraits());
  return new Set(
    members.flatMap(({ httpQuery, httpHeader }) => [httpQuery, httpHeader]).filter((name) => name !== undefined),
  );
}

export interface BoundResponse {
  readonly headers: Record<string, string>;
  readonly status: number | undefined;
  /** The member that is the whole body, if the output has one. */
  readonly payload: { readonly value: unknown } | undefined;
  /** What is bound to nothing: the members of a body document. */
  readonly document: Record<string, unknown> | undefined;
}

/** Spreads an output over status, headers, payload and body document. */
export function writeBindings(schema: NormalizedSchema, output: Readonly<Record<string, unknown>>): BoundResponse {
  const headers: Record<string, string> = {};
  const document: Record<string, unknown> = {};
  let status: number | undefined;
  let payload: BoundResponse['payload'];
  let hasDocument = false;
  for (const [name, member] of schema.isStructSchema() ? schema.structIterator() : []) {
    const traits = member.getMergedTraits();
    const value = output[name];
    const isBound = traits.httpPayload || traits.httpResponseCode || traits.httpHeader || traits.httpPrefixHeaders;
    if (!isBound) hasDocument = true;
    if (traits.httpPayload) payload = { value };
    else if (value === undefined || value === null) continue;
    else if (traits.httpResponseCode) status = Number(value);
    else if (traits.httpHeader) headers[traits.httpHeader.toLowerCase()] = writeValue(member, value);
    else if (traits.httpPrefixHeaders) Object.assign(headers, withPrefix(traits.httpPrefixHeaders, value));
    else document[name] = value;
  }
  return { headers, status, payload, document: hasDocument ? document : undefined };
}

function headerOrQuery(
  request: WireRequest,
  query: ReadonlyMap<string, string>,
  { httpHeader, httpQuery }: { httpHeader?: string; httpQuery?: string },
): string | undefined {
  if (httpQuery !== undefined) return query.get(httpQuery);
  if (httpHeader === undefined) return undefined;
  const name = httpHeader.toLowerCase();
  return request.headers[name] ?? (name.startsWith('x-amz-') ? query.get(name) : undefined);
}

function prefixed(request: WireRequest, prefix: string): Record<string, string> {
  const named = [...request.query, ...Object.entries(request.headers)].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length), value]));
}

function readValue(schema: NormalizedSchema, text: string): unknown {
  return strings.read(schema, text);
}

function writeValue(schema: NormalizedSchema, value: unknown): string {
  const serializer = new ToStringShapeSerializer(settings);
  serializer.write(schema, value);
  return serializer.flush();
}

const withPrefix = (prefix: string, values: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(values as Record<string, string>).map(([key, value]) => [prefix + key, value]));
