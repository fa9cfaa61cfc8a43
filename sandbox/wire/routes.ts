import type { OperationTable } from '#sandbox/kernel.ts';
import type { WireRequest } from './host.ts';
import { boundQueryNames } from './http-bindings.ts';
import type { OperationShape, ServiceModel } from './models.ts';

export interface Route {
  readonly shape: OperationShape;
  readonly labels: Readonly<Record<string, string>>;
}

/** Signature parameters, and the operation's name that the JS SDK adds to the query without meaning. */
const WITHOUT_MEANING =
  /^(x-id$|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256|User-Agent)$)/;

/**
 * The simulated operation that a REST request asks for, found by the model's own method and path templates (`/{Key+}?x-id=PutObject`). A
 * query parameter that the operation does not have means another operation (`?acl`), so it is never ignored.
 */
export function routeOf(
  { model, operations }: { model: ServiceModel; operations: OperationTable },
  request: Pick<WireRequest, 'method' | 'query'>,
  path: string,
): Route | undefined {
  for (const name of Object.keys(operations)) {
    const shape = model.shapes.operation(name);
    if (!shape?.http || shape.http[0] !== request.method) continue;
    const labels = matchTemplate(shape, request.query, path);
    if (labels) return { shape, labels };
  }
  return undefined;
}

function matchTemplate(
  shape: OperationShape,
  query: WireRequest['query'],
  path: string,
): Record<string, string> | undefined {
  const [template = '', fixedQuery = ''] = (shape.http?.[1] ?? '').split('?');
  const labels = matchPath(template, path);
  const fixed = [...new URLSearchParams(fixedQuery)].filter(([name]) => name !== 'x-id');
  const sent = new Map(query.filter(([name]) => !WITHOUT_MEANING.test(name)));
  if (!labels || !fixed.every(([name, value]) => sent.get(name) === value)) return undefined;
  const known = boundQueryNames(shape.input);
  for (const [name] of fixed) known.add(name);
  return [...sent.keys()].every((name) => known.has(name) || name.startsWith('x-amz-')) ? labels : undefined;
}

/** `{Name}` is one segment, `{Name+}` the rest of the path with its slashes. Both non-empty, both decoded. */
function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name ?? '');
  const pattern = template.replaceAll(/\{\w+(\+?)\}/g, (_, greedy: string) => (greedy ? '(.+)' : '([^/]+)'));
  const found = new RegExp(`^${pattern}/?$`, 's').exec(path);
  if (!found) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]));
}
