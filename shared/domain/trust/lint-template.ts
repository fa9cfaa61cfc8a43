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
    const open = trustReferences(template, id)
      .filter((name) => memberOf(options.parameters, name) === undefined)
      .flatMap((name) => openParameter(template, { ...linted, parameter: name }, options));
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

/** An admission is told once, with the conditions that go one way wherever it is found. */
function admissionsOf(verdicts: readonly (RoleVerdict & { readonly variant: RoleVariant })[]): Admission[] {
  const found = verdicts.flatMap(({ admissions, variant }) =>
    admissions.map((admission) => ({ admission, key: JSON.stringify(admission), when: Object.entries(variant.when) })),
  );
  return Object.values(Object.groupBy(found, ({ key }) => key)).flatMap((same = []) =>
    same.slice(0, 1).map(({ admission, when }) => {
      const fixed = when.filter(([name, holds]) =>
        same.every((other) => other.when.some(([also, too]) => also === name && too === holds)),
      );
      const text = fixed.map(([name, holds]) => `${holds ? 'when' : 'unless'} ${name}`);
      return { ...admission, conditions: [...admission.conditions, ...text] };
    }),
  );
}

/** A value that the declaration admits and that lets somebody in who is not let in by the sample. */
function openParameter(
  template: Template,
  { logicalId, parameter, findings: known }: TemplateRole & { readonly parameter: string },
  options: TemplateOptions,
): Finding[] {
  const declaration = memberOf(template.Parameters, parameter);
  const codes = new Set(known.map(({ code }) => code));
  for (const value of declaration === undefined ? [] : hostileValues(declaration)) {
    const parameters = { ...options.parameters, [parameter]: value };
    const { findings } = lintWith(template, logicalId, { ...options, parameters });
    if (!findings.some(({ code }) => namesSomebody.has(code) && !codes.has(code))) continue;
    const what = `parameter ${parameter}`;
    return [finding('TRUST_UNDECIDED', { what, example: value }, `/Parameters/${parameter}`)];
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

/** What has a say in the principals of a role. */
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
