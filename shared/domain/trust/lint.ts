/** The trust linter: who can assume a role, why, and everything that is wrong with it. */
import { parsePolicy } from '../iam/parse-policy.ts';
import { actionFindings, federationFindings } from './action-rules.ts';
import { type Admission, admissions } from './admissions.ts';
import { conditionFindings } from './condition-rules.ts';
import { distinct, type Finding } from './finding.ts';
import { permissionFindings } from './permission-rules.ts';
import { principalFindings } from './principal-rules.ts';
import type { RoleFacts } from './role-facts.ts';
import { trustView } from './trust-view.ts';
import { unreadable } from './unreadable.ts';

export interface RoleVerdict {
  readonly admissions: readonly Admission[];
  readonly findings: readonly Finding[];
}

/**
 * Judges one role. `orchestrator` is the ARN of the one principal it may trust; where it is not known, any role called
 * drawbridge-orchestrator is taken for it. What the policy parser does not support is a finding: nobody can say whom it lets in.
 */
export function lintRole(role: RoleFacts, orchestrator?: string): RoleVerdict {
  const own = permissionFindings(role);
  const parsed = parsePolicy(role.trust, 'trust');
  if (parsed.kind === 'unsupported') {
    return { admissions: [], findings: distinct([...unreadable(parsed.problems, role.pointer), ...own]) };
  }
  const view = trustView(role, parsed.policy, orchestrator);
  const rules = [principalFindings, conditionFindings, actionFindings, federationFindings];
  return { admissions: admissions(view), findings: distinct([...rules.flatMap((rule) => rule(view)), ...own]) };
}
