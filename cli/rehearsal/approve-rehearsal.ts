/** Approvals in a rehearsal: a second person looks at the plan and says yes, so that a rehearsal of the whole way needs one command. */
import { sendDecision } from '../client/approvals.ts';
import { getPromotion } from '../client/promotions.ts';
import type { Terminal } from '../command.ts';
import type { OpenSandbox } from './open-sandbox.ts';
import { waitsForPeople } from './waits-for-people.ts';

export interface RehearsedApprovals {
  readonly promotion: string;
  /** Nobody: the rehearsal ends where a decision is waited for. */
  readonly approver: string | undefined;
  readonly terminal: Terminal;
}

/** A promotion asks for an approval at most once in each round, and rounds are bounded; this only guards against a defect. */
const mostApprovals = 200;

/** Lets virtual time pass; whenever the promotion waits for people, the approver decides. */
export async function runWithApprovals(
  opened: Omit<OpenSandbox, 'close'>,
  rehearsed: RehearsedApprovals,
): Promise<void> {
  const { sandbox } = opened;
  for (let approvals = 0; approvals <= mostApprovals; approvals += 1) {
    await sandbox.run(() => waitsForPeople(sandbox.world));
    if (!waitsForPeople(sandbox.world) || !(await approveOpen(opened, rehearsed))) return;
  }
}

/** Answers whether anything was approved. */
async function approveOpen(
  { api, apiAs }: Omit<OpenSandbox, 'close'>,
  { promotion, approver, terminal }: RehearsedApprovals,
): Promise<boolean> {
  const { approvals } = await getPromotion(api, promotion);
  const open = approvals.filter(({ status }) => status === 'open');
  if (approver === undefined || open.length === 0) return false;
  for (const { environment, digest, requirement } of open) {
    terminal.progress(`approval ${environment}  ${digest}`);
    for (const reason of requirement.because) terminal.progress(`  because ${reason}`);
    const reason = 'approved in a rehearsal';
    await sendDecision(apiAs(approver), promotion, { environment, decision: 'approve', digest, reason });
    terminal.progress(`  approved by ${approver}, as this is a rehearsal`);
  }
  return true;
}
