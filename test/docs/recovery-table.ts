/** The recovery matrix as a Markdown table. */
import { type Row, recoveryMatrix } from '#shared/domain/recovery/matrix.ts';
import { table } from './pages.ts';

const actions: Readonly<Record<Extract<Row, { kind: 'recover' }>['action'], string>> = {
  delete: 'deletes it, then creates it',
  'roll-back': 'rolls it back, then updates it',
  'continue-rollback': 'continues the rollback, then updates it',
  'force-delete': 'finishes the deletion, then creates it',
};

/** One row for each state that CloudFormation knows. */
export function recoveryTable(): string {
  const rows = Object.entries(recoveryMatrix).map(([state, row]) => [
    `\`${state}\``,
    doneAbout(row),
    needs(row),
    row.what,
  ]);
  return table(['State', 'Drawbridge', 'Needs', 'Why'], rows);
}

function doneAbout(row: Row): string {
  switch (row.kind) {
    case 'plan':
      return row.changeSet === 'CREATE' ? 'creates it' : 'updates it';
    case 'wait':
      return 'waits';
    case 'recover':
      return actions[row.action];
    case 'by-hand':
      return 'leaves it to people';
  }
}

function needs(row: Row): string {
  return row.kind === 'recover' && row.needs !== undefined ? `a policy: \`${row.needs}\`` : '';
}
