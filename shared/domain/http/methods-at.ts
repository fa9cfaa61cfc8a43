/** Which methods a path takes. */

interface Route {
  readonly method: string;
  /** `/v1/promotions/:id`. */
  readonly path: string;
}

/** The methods of the routes that a path matches, by name; HEAD goes with GET. None where there is nothing. */
export function methodsAt(routes: readonly Route[], path: string): string[] {
  const matching = routes.filter((route) => matches(route, path)).map(({ method }) => method);
  const all = matching.includes('GET') ? [...matching, 'HEAD'] : matching;
  return [...new Set(all)].filter((method) => method !== 'ALL').sort();
}

function matches(route: Route, path: string): boolean {
  const segments = route.path.split('/');
  const given = path.split('/');
  return (
    segments.length === given.length &&
    segments.every((segment, index) => (segment.startsWith(':') ? given[index] !== '' : segment === given[index]))
  );
}
