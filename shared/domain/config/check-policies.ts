/** What must be true of policies: gates have names and say what they are about, groups have one owner, and approvers exist. */
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import type { Policy } from '../policy/policy.ts';
import { furtherStateful, isStateful, specifiedStateful } from '../policy/stateful-types.ts';
import { repeated } from './check-pipeline.ts';
import type { Located } from './config.ts';
import { closest } from './did-you-mean.ts';
import type { Pipeline } from './schema.ts';
import type { Path, PlaceOf } from './yaml-source.ts';

const statefulTypes = [...specifiedStateful, ...furtherStateful];

/** Every problem inside one policy. */
export function policyProblems(
  { changeGates = [], windows = [], groups = {}, ...rest }: Policy,
  placeOf: PlaceOf,
): Problem[] {
  const names = changeGates.map(({ name }) => name);
  const windowNames = windows.map(({ name }) => name);
  return [
    ...repeated(windowNames).map((index) => {
      const facts = { what: 'windows', name: String(windowNames[index]) };
      return problem('DUPLICATE_NAME', facts, placeOf(['windows', index, 'name']));
    }),
    ...repeated(names).map((index) => {
      const facts = { what: 'change gates', name: String(names[index]) };
      return problem('DUPLICATE_NAME', facts, placeOf(['changeGates', index, 'name']));
    }),
    ...changeGates.flatMap(({ when }, index) => {
      const place = placeOf(['changeGates', index, 'when']);
      const detail = gateFault(when);
      const misspelt = misspeltTypes(when.types ?? [], (at) => placeOf(['changeGates', index, 'when', 'types', at]));
      return detail === undefined ? misspelt : [problem('FIELD_INVALID', { key: 'when', detail }, place), ...misspelt];
    }),
    ...permissionProblems(rest, placeOf),
    // Who is written twice is one person all the same: somebody else was meant.
    ...Object.entries(groups).flatMap(([group, members]) =>
      repeated(members).map((index) => {
        const facts = { what: `members of ${group}`, name: String(members[index]) };
        return problem('DUPLICATE_NAME', facts, placeOf(['groups', group, index]));
      }),
    ),
  ];
}

type When = NonNullable<Policy['changeGates']>[number]['when'];

function gateFault({ types, stateful, ...rest }: When): string | undefined {
  if (types === undefined && stateful === undefined && Object.keys(rest).length === 0)
    return 'it describes every change; name types or effects';
  if (types === undefined || stateful === undefined) return undefined;
  const possible = types.some((type) => type.endsWith('*') || isStateful(type) === stateful);
  return possible ? undefined : `it describes no change; its types hold ${stateful ? 'no data' : 'data'}`;
}

/** No two types differ in capitals alone, so one of a known name in other capitals is that name. */
function misspeltTypes(types: readonly string[], placeOf: (index: number) => Place): Problem[] {
  return types.flatMap((type, index) => {
    const stem = type.replace(/\*$/, '');
    const alike = statefulTypes.filter((known) => isAlike(stem, known, type));
    if (alike.length === 0 || alike.some((known) => known.startsWith(stem))) return [];
    const suggestion = `${alike[0]?.slice(0, stem.length)}${type.slice(stem.length)}`;
    return [problem('REFERENCE_UNKNOWN', { what: 'resource type', name: type, suggestion }, placeOf(index))];
  });
}

function isAlike(stem: string, known: string, type: string): boolean {
  const [a, b] = [stem.toLowerCase(), known.toLowerCase()];
  return stem === type ? a === b : stem !== '' && b.startsWith(a);
}

/**
 * Names in selectors that are close to one in the files and are none: a policy about nothing would pass in silence. Others may be those of
 * pipelines that are kept elsewhere.
 */
export function selectorProblems(
  policies: readonly Located<Policy>[],
  pipelines: readonly Located<Pipeline>[],
): Problem[] {
  const known = {
    pipelines: pipelines.map(({ document }) => document.metadata.name),
    environments: pipelines.flatMap(({ document }) => document.environments.map(({ name }) => name)),
  };
  return policies.flatMap(({ document, placeOf }) =>
    (['pipelines', 'environments'] as const).flatMap((what) =>
      (document.selector?.[what] ?? []).flatMap((name, index) => {
        const suggestion = known[what].includes(name) ? undefined : closest(name, known[what]);
        if (suggestion === undefined) return [];
        const facts = { what: what.slice(0, -1), name, suggestion, known: known[what] };
        return [problem('REFERENCE_UNKNOWN', facts, placeOf(['selector', what, index]))];
      }),
    ),
  );
}

/** Permissions are had in the whole API or not at all. */
function permissionProblems(
  { selector, permissions }: Pick<Policy, 'selector' | 'permissions'>,
  placeOf: PlaceOf,
): Problem[] {
  if (selector === undefined || permissions === undefined) return [];
  const detail = 'they are about the whole API, so their policy has no selector';
  return [problem('FIELD_INVALID', { key: 'permissions', detail }, placeOf(['permissions'], 'key'))];
}

/** Groups with two owners, and groups that nobody defines. Where the files define none at all, the ledger may: `apply` looks there. */
export function policySetProblems(policies: readonly Located<Policy>[]): Problem[] {
  const defined = policies.flatMap(({ document, placeOf }) =>
    Object.keys(document.groups ?? {}).map((group) => ({ group, place: placeOf(['groups', group], 'key') })),
  );
  const known = defined.map(({ group }) => group);
  return [
    ...repeated(known).map((index) => {
      const { group, place } = defined[index] as (typeof defined)[number];
      return problem('DUPLICATE_NAME', { what: 'groups', name: group }, place);
    }),
    ...policies.flatMap(({ document, placeOf }) =>
      groupPaths(document)
        .filter(({ group }) => known.length > 0 && !known.includes(group))
        .map(({ group, path }) => {
          const facts = { what: 'group', name: group, suggestion: closest(group, known), known };
          return problem('REFERENCE_UNKNOWN', facts, placeOf(path));
        }),
    ),
  ];
}

function groupPaths({ approval, changeGates = [], overrides = {} }: Policy): { group: string; path: Path }[] {
  const listed = (groups: readonly string[], path: Path) =>
    groups.map((group, index) => ({ group, path: [...path, index] }));
  return [
    ...listed(approval?.groups ?? [], ['approval', 'groups']),
    ...Object.entries(overrides).flatMap(([what, groups]) => listed(groups, ['overrides', what])),
    ...changeGates.flatMap(({ action }, index) =>
      typeof action === 'string'
        ? []
        : listed(action.requireApproval, ['changeGates', index, 'action', 'requireApproval']),
    ),
  ];
}
