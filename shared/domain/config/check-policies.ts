/** What must be true of policies: gates have names and say what they are about, groups have one owner, and approvers exist. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Policy } from '../policy/policy.ts';
import { repeated } from './check-pipeline.ts';
import type { Located } from './config.ts';
import { closest } from './did-you-mean.ts';
import type { Path, PlaceOf } from './yaml-source.ts';

/** Every problem inside one policy. */
export function policyProblems({ changeGates = [], groups = {}, ...rest }: Policy, placeOf: PlaceOf): Problem[] {
  const names = changeGates.map(({ name }) => name);
  return [
    ...repeated(names).map((index) => {
      const facts = { what: 'change gates', name: String(names[index]) };
      return problem('DUPLICATE_NAME', facts, placeOf(['changeGates', index, 'name']));
    }),
    ...changeGates.flatMap(({ when }, index) => {
      if (Object.keys(when).length > 0) return [];
      const facts = { key: 'when', detail: 'it describes every change; name types or effects' };
      return [problem('FIELD_INVALID', facts, placeOf(['changeGates', index, 'when']))];
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
          const facts = { what: 'group', name: group, suggestion: closest(group, known) };
          return problem('REFERENCE_UNKNOWN', facts, placeOf(path));
        }),
    ),
  ];
}

function groupPaths({ approval, changeGates = [] }: Policy): { group: string; path: Path }[] {
  const listed = (groups: readonly string[], path: Path) =>
    groups.map((group, index) => ({ group, path: [...path, index] }));
  return [
    ...listed(approval?.groups ?? [], ['approval', 'groups']),
    ...changeGates.flatMap(({ action }, index) =>
      typeof action === 'string'
        ? []
        : listed(action.requireApproval, ['changeGates', index, 'action', 'requireApproval']),
    ),
  ];
}
