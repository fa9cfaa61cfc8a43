/** Who may do more, or less, once a stack's templates are others. */
import { covers, type Grant, grantKey } from './grant.ts';
import { templateGrants } from './resource-grants.ts';
import type { PermissionChange } from './stack-plan.ts';
import { below } from './template-sides.ts';
import { presentEntries, type TemplateSide } from './template-values.ts';
import { visibleText } from './visible-text.ts';

type Sides = ReadonlyMap<string, TemplateSide>;

/**
 * Compares what the policies of IAM, of resources, of Lambda functions and the ingress of security groups grant. A grant that only moved
 * to another policy is none, nor is one that another covers. What a policy cannot be seen to cover counts as more.
 */
export function permissionChanges(before: Sides, after: Sides): PermissionChange[] {
  const [old, wanted] = [grantsOf(before), grantsOf(after)];
  const added = uncovered(wanted, old);
  const gone = uncovered(old, wanted);
  const [then, soon] = [placesOf(before), placesOf(after)];
  // The boundary of a role that comes or goes with it limits nothing that was there.
  const counts = ({ effect, carrier }: Grant) => effect !== 'Limit' || (then.has(carrier) && soon.has(carrier));
  const lines = [...linesOf(added.filter(counts), 'now'), ...linesOf(gone.filter(counts), 'no longer')];
  const keyed = new Map(lines.map((line) => [JSON.stringify([line.resource, line.effect, line.text]), line]));
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

function grantsOf(sides: Sides): Grant[] {
  return [...sides].flatMap(([within, side]) => templateGrants(within, side));
}

function placesOf(sides: Sides): Set<string> {
  return new Set(
    [...sides].flatMap(([within, side]) => presentEntries(side, 'Resources').map(([id]) => below(within, id))),
  );
}

function uncovered(grants: readonly Grant[], others: readonly Grant[]): Grant[] {
  const same = new Set(others.map(grantKey));
  const scopes = Map.groupBy(others, ({ scope }) => scope);
  return grants.filter(
    (grant) => !same.has(grantKey(grant)) && !(scopes.get(grant.scope) ?? []).some((other) => covers(other, grant)),
  );
}

type Turn = 'now' | 'no longer';

/** One line for the grants that differ only in their actions and resources. */
function linesOf(grants: readonly Grant[], turn: Turn): PermissionChange[] {
  const alike = Map.groupBy(grants, ({ carrier, effect, who, condition }) =>
    JSON.stringify([carrier, effect, who, condition]),
  );
  return [...alike.values()].flatMap((group) => {
    const actions = [...Map.groupBy(group, ({ resource }) => resource)].map(([resource, here]) => ({
      resource,
      actions: distinct(here.map(({ action }) => action)),
    }));
    return [...Map.groupBy(actions, (one) => one.actions)].map(([what, on]) =>
      line(group[0] as Grant, turn, { what, on: distinct(on.map(({ resource }) => resource)) }),
    );
  });
}

const distinct = (names: readonly string[]): string => [...new Set(names)].sort().join(', ');

function line(grant: Grant, turn: Turn, { what, on }: { what: string; on: string }): PermissionChange {
  const { carrier, type, effect, who, condition } = grant;
  // A role's own policies are for the role: that needs no saying.
  const own = who === `for \${${carrier.split('/').at(-1)}}`;
  const parts = [
    verbs[effect][turn],
    what,
    on === '' ? '' : `on ${on}`,
    own ? '' : who,
    condition === '' ? '' : `if ${condition}`,
  ];
  return {
    effect: (effect === 'Allow') === (turn === 'now') ? 'broadened' : 'narrowed',
    resource: carrier,
    type,
    text: visibleText(parts.filter(Boolean).join(' ')),
  };
}

const verbs: Readonly<Record<Grant['effect'], Readonly<Record<Turn, string>>>> = {
  Allow: { now: 'allows', 'no longer': 'no longer allows' },
  Deny: { now: 'denies', 'no longer': 'no longer denies' },
  Limit: { now: 'is bounded by', 'no longer': 'is no longer bounded by' },
};
