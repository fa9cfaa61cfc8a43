/** The trust linter on a CloudFormation template: what holds for every deployment of it. */
import { isObject, type Json, memberOf, type Template } from '../template/template.ts';
import type { Admission } from './admissions.ts';
import { distinct, type Finding, finding } from './finding.ts';
import { lintRole, type RoleVerdict } from './lint.ts';
import { hostileValues, sampleValues } from './sample-values.ts';
import { roleNameOf } from './template-resources.ts';
import { type RoleVariant, roleIds, roleVariants } from './template-roles.ts';
import { referencesIn } from './template-values.ts';

export interface TemplateOptions {
  /** Values of parameters, as they will be deployed. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** ARN of the orchestrator role. */
  readonly orchestrator?: string;
}

export interface TemplateRole extends RoleVerdict {
  readonly name: string;
  readonly logicalId: string;
  /** Values that were assumed to read the trust policy. */
  readonly assumed: Readonly<Record<string, string>>;
}

/**
 * Judges every role of the template, whichever way its conditions go. A parameter that decides who is trusted must keep everybody but the
 * orchestrator role out by its own declaration, or have its value given.
 */
export function lintTemplate(template: Template, options: TemplateOptions = {}): TemplateRole[] {
  return roleIds(template).map((id) => {
    const linted = lintWith(template, id, options);
    const open = trustParameters(template, id)
      .filter((name) => memberOf(options.parameters, name) === undefined)
      .flatMap((name) => openParameter(template, { id, name, known: linted.findings }, options));
    return { ...linted, findings: [...linted.findings, ...open] };
  });
}

function lintWith(template: Template, id: string, options: TemplateOptions): TemplateRole {
  const { parameters = {}, orchestrator } = options;
  const values = sampleValues(template, parameters, orchestrator);
  const variants = roleVariants(template, id, { values, given: new Set(Object.keys(parameters)) });
  const name = roleNameOf(template, id);
  const isSecret = (parameter: string) => `${memberOf(template.Parameters, parameter)?.NoEcho}` === 'true';
  const told = trustReferences(template, id).filter((one) => Object.hasOwn(values, one) && !isSecret(one));
  const assumed = Object.fromEntries(told.map((one) => [one, `${values[one]}`]));
  if (variants === undefined) {
    const what = 'more conditions than can be gone through';
    return {
      name,
      logicalId: id,
      assumed,
      admissions: [],
      findings: [finding('TRUST_UNDECIDED', { what }, `/Resources/${id}`)],
    };
  }
  const verdicts = variants.map((variant) => ({ variant, ...lintRole(variant.facts, orchestrator) }));
  const findings = distinct(verdicts.flatMap((verdict) => verdict.findings));
  return { name, logicalId: id, assumed, admissions: admissionsOf(verdicts), findings };
}

/** What every variant says is said once; what only some say is said with their conditions. */
function admissionsOf(verdicts: readonly (RoleVerdict & { readonly variant: RoleVariant })[]): Admission[] {
  const told = new Map<string, { admission: Admission; times: number }>();
  for (const { admissions, variant } of verdicts) {
    for (const admission of admissions) {
      const common = JSON.stringify(admission);
      const times = told.get(common)?.times ?? 0;
      const conditions = [...admission.conditions, ...whenText(variant)];
      told.set(common, { admission: times === 0 ? { ...admission, conditions } : admission, times: times + 1 });
    }
  }
  return [...told.entries()].map(([common, { admission, times }]) =>
    times === verdicts.length ? (JSON.parse(common) as Admission) : admission,
  );
}

const whenText = ({ when }: RoleVariant): string[] =>
  Object.entries(when).map(([name, holds]) => `${holds ? 'when' : 'unless'} ${name}`);

/** A value that the declaration admits and that lets somebody in who is not let in by the sample. */
function openParameter(
  template: Template,
  { id, name, known }: { readonly id: string; readonly name: string; readonly known: readonly Finding[] },
  options: TemplateOptions,
): Finding[] {
  const codes = new Set(known.map(({ code }) => code));
  for (const value of hostileValues(template, name)) {
    const { findings } = lintWith(template, id, { ...options, parameters: { ...options.parameters, [name]: value } });
    if (!findings.some(({ code }) => namesSomebody.has(code) && !codes.has(code))) continue;
    const what = `parameter ${name}`;
    return [finding('TRUST_UNDECIDED', { what, example: value }, `/Parameters/${name}`)];
  }
  return [];
}

const namesSomebody = new Set([
  'TRUST_WILDCARD',
  'TRUST_ACCOUNT',
  'TRUST_USER',
  'TRUST_SESSION',
  'TRUST_DELETED_PRINCIPAL',
  'TRUST_FOREIGN_PRINCIPAL',
  'TRUST_SECOND_PRINCIPAL',
  'TRUST_EXECUTION',
]);

/** Parameters that have a say in the principals of a role. */
function trustParameters(template: Template, id: string): string[] {
  return trustReferences(template, id).filter((name) => memberOf(template.Parameters, name) !== undefined);
}

function trustReferences(template: Template, id: string): string[] {
  const trust = memberOf(template.Resources, id)?.Properties?.['AssumeRolePolicyDocument'] ?? null;
  return [...referencesIn(principalsIn(trust)).names];
}

/** The Principal elements; the whole of a document that is no plain object. */
function principalsIn(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(principalsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'Principal' || key === 'Fn::Sub' ? [{ [key]: member }] : principalsIn(member),
  );
}
