/** What the trust linter found, as text and as JSON. */
import { placeText } from '#shared/domain/errors/problem.ts';
import type { Admission } from '#shared/domain/trust/admissions.ts';
import type { Finding } from '#shared/domain/trust/finding.ts';
import type { LintedRole } from '#shared/domain/trust/lint-document.ts';
import type { Outcome } from './command.ts';

/** What was looked at: a line above the roles, if there is one, and members of the JSON. */
export interface Looked {
  readonly title?: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Exit code 3 as soon as one finding is an error. */
export function trustReport(looked: Looked, roles: readonly LintedRole[]): Outcome {
  const findings = roles.flatMap((role) => role.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const counts = { roles: roles.length, errors, warnings: findings.length - errors };
  const summary = Object.entries(counts).map(([noun, count]) => counted(count, noun));
  const title = looked.title === undefined ? [] : [looked.title];
  return {
    kind: 'done',
    exit: errors > 0 ? 3 : 0,
    text: [...title, ...roles.flatMap(roleLines), summary.join(', ')].join('\n'),
    json: { ...looked.json, ...counts, checked: roles.map(roleJson) },
  };
}

const counted = (count: number, plural: string): string => `${count} ${count === 1 ? plural.slice(0, -1) : plural}`;

function roleLines({ name, logicalId, assumed, admissions, findings }: LintedRole): string[] {
  const known = Object.entries(assumed).map(([parameter, value]) => `${parameter}=${value}`);
  return [
    logicalId === undefined || logicalId === name ? `role ${name}` : `role ${name} (${logicalId})`,
    ...(known.length > 0 ? [`  read with ${known.join(', ')}`] : []),
    ...(admissions.length > 0 ? admissions.flatMap(admissionLines) : ['  nobody is known to be let in']),
    ...findings.flatMap(findingLines),
    '',
  ];
}

function admissionLines({ principal, action, statement, conditions, decision }: Admission): string[] {
  const refused = decision?.kind === 'denied' ? `, but ${decision.because}` : '';
  return [
    `  ${action} by ${principal}`,
    `    why: ${statement.replace(/^(?!statement )/, 'statement ')}${refused}`,
    ...conditions.map((condition, index) => `    ${index === 0 ? 'if ' : 'and'} ${condition}`),
  ];
}

function findingLines({ severity, code, cause, next, place }: Finding): string[] {
  return [`  ${severity} ${code} ${placeText(place)}`, `    ${cause}`, `    next: ${next}`];
}

function roleJson({ findings, ...role }: LintedRole): Record<string, unknown> {
  return {
    ...role,
    findings: findings.map(({ code, severity, cause, next, place }) => ({ code, severity, cause, next, place })),
  };
}
