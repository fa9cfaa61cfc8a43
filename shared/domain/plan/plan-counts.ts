/** The summary line of a plan. */
import { signs } from './plan-words.ts';
import { isIdle, type StackPlan, summarise, type TargetPlan } from './stack-plan.ts';

/** Counts for one target or for all of them, in one line; `no changes` where there are none. */
export function summaryLine(targets: readonly TargetPlan[]): string {
  if (targets.every(isIdle)) return 'no changes';
  const stacks = targets.flatMap((target) => target.stacks);
  const sums = targets.map(summarise);
  const sum = (kind: keyof ReturnType<typeof summarise>) => sums.reduce((total, one) => total + one[kind], 0);
  const counts = [
    [signs.added, sum('add')],
    [signs.changed, sum('modify')],
    [signs.replaced, sum('replace')],
    [signs.removed, sum('remove')],
  ] as const;
  const first = counts.map(([{ symbol, word }, count]) => `${symbol} ${count} ${word}`).join('  ');
  return [first, ...extras(stacks)].join('; ');
}

/** What the four counts do not say; nothing is said about what is not there. */
function extras(stacks: readonly StackPlan[]): string[] {
  const changes = stacks.flatMap((stack) => stack.changes);
  const permissions = stacks.flatMap((stack) => stack.permissions);
  const stacksThat = (is: (stack: StackPlan) => boolean) => stacks.filter(is).length;
  return [
    counted(changes.filter(({ action }) => action === 'Import').length, 'resource', 'imported'),
    counted(changes.filter(({ action }) => action === 'Dynamic').length, 'resource', 'not decided yet'),
    counted(permissions.filter(({ effect }) => effect === 'broadened').length, 'permission', 'broadened'),
    counted(permissions.filter(({ effect }) => effect === 'narrowed').length, 'permission', 'narrowed'),
    counted(
      stacks.reduce((sum, { settings }) => sum + settings.length, 0),
      'setting',
      'changed',
    ),
    counted(
      stacksThat(({ kind }) => kind === 'unplanned'),
      'stack',
      'planned later',
    ),
    counted(
      stacksThat(({ kind }) => kind === 'recover'),
      'stack',
      'brought back first',
    ),
  ].flat();
}

function counted(count: number, noun: string, what: string): string[] {
  return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'} ${what}`];
}
