import type { Route } from './state.ts';

export interface RouteMatch {
  readonly route: Route;
  /** Values of `{name}` and `{name+}`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The route a request takes: the most specific one (HTTP API Developer Guide, "Routing API requests"). Segment by segment a literal goes
 * before `{name}`, that before `{name+}`; then the method itself before ANY; `$default` takes the rest.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const ranked = routes.flatMap((route) => {
    const parameters = parametersOf(route, method, path);
    return parameters ? [{ route, parameters, rank: rankOf(route) }] : [];
  });
  const [best] = ranked.sort((left, right) => (left.rank < right.rank ? -1 : 1));
  return best && { route: best.route, parameters: best.parameters };
}

function parametersOf(route: Route, method: string, path: string): Record<string, string> | undefined {
  if (route.key === '$default') return {};
  const { routeMethod, segments } = partsOf(route);
  if (routeMethod !== 'ANY' && routeMethod !== method) return undefined;
  const given = path.split('/').slice(1);
  const greedy = segments.at(-1)?.endsWith('+}') === true;
  if (greedy ? given.length < segments.length : given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const name = /^\{(.+?)\+?\}$/.exec(segment)?.[1];
    const rest = segment.endsWith('+}') ? given.slice(index).join('/') : (given[index] ?? '');
    if (name === undefined ? rest !== segment : rest === '') return undefined;
    if (name !== undefined) parameters[name] = decodeURIComponent(rest);
  }
  return parameters;
}

/** Sorts before the ranks of all less specific routes. */
function rankOf(route: Route): string {
  if (route.key === '$default') return '9';
  const { routeMethod, segments } = partsOf(route);
  const kinds = segments.map((segment) => (segment.endsWith('+}') ? '3' : segment.startsWith('{') ? '2' : '1'));
  return `${kinds.join('')}${routeMethod === 'ANY' ? '8' : '7'}`;
}

function partsOf({ key }: Route): { routeMethod: string; segments: string[] } {
  const [routeMethod = '', path = ''] = key.split(' ');
  return { routeMethod, segments: path.split('/').slice(1) };
}
