/** The trust linter on a file: a trust policy, a CloudFormation template, or roles as the IAM API answers them. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { type Position, readSource } from '../template/source.ts';
import { structureFault } from '../template/structure.ts';
import { isObject, type Json, type JsonObject, type Template, type TemplatePath } from '../template/template.ts';
import type { Admission } from './admissions.ts';
import type { Finding } from './finding.ts';
import { lintRole } from './lint.ts';
import { lintTemplate, type TemplateOptions } from './lint-template.ts';
import { liveRole } from './live-role.ts';
import { defaultSessionDuration } from './role-facts.ts';

export interface LintedRole {
  /** Name of the role, `trust policy` for a document without one. */
  readonly name: string;
  readonly logicalId?: string;
  /** Values of a template that were assumed to read it. */
  readonly assumed: Readonly<Record<string, string>>;
  readonly admissions: readonly Admission[];
  /** With line and column of the text. */
  readonly findings: readonly Finding[];
}

export type LintedDocument =
  | { readonly kind: 'linted'; readonly roles: readonly LintedRole[] }
  | { readonly kind: 'unusable'; readonly problem: Problem };

/** Judges every role of a JSON or YAML text; `options` are for templates. `unusable` when there is no role in it. */
export function lintDocument(text: string, options: TemplateOptions = {}): LintedDocument {
  const source = readSource(text);
  if (source.kind === 'malformed') return unusable(source.message, source.position);
  const { data, positionOf } = source;
  if (!isObject(data)) return unusable('it is a list or a single value');
  const fault = 'Resources' in data ? structureFault(data) : undefined;
  if (fault !== undefined) return unusable(fault.message, nearest(positionOf, fault.path));
  const roles = rolesIn(data, options);
  if (roles.length === 0) return unusable('it has no AWS::IAM::Role, no Statement and no Role');
  return { kind: 'linted', roles: roles.map((role) => placed(role, positionOf)) };
}

function rolesIn(data: JsonObject, options: TemplateOptions): LintedRole[] {
  if ('Resources' in data) return lintTemplate(data as unknown as Template, options);
  if ('Statement' in data) return [policy(data, options)];
  return rolesOf(data).flatMap((role) => live(role, options));
}

function policy(trust: Json, { orchestrator }: TemplateOptions): LintedRole {
  const facts = {
    trust,
    pointer: '',
    boundary: { kind: 'not-due' },
    maxSessionDuration: defaultSessionDuration,
    permissions: [],
  } as const;
  return { name: 'trust policy', assumed: {}, ...lintRole(facts, orchestrator) };
}

interface FoundRole {
  readonly value: Json;
  readonly pointer: string;
}

function rolesOf(data: JsonObject): FoundRole[] {
  const { Role, Roles, RoleDetailList } = data;
  const listed = Object.entries({ Roles, RoleDetailList }).flatMap(([key, list]) =>
    Array.isArray(list) ? list.map((value, index) => ({ value, pointer: `/${key}/${index}` })) : [],
  );
  return [...(Role === undefined ? [] : [{ value: Role, pointer: '/Role' }]), ...listed, { value: data, pointer: '' }];
}

function live({ value, pointer }: FoundRole, { orchestrator }: TemplateOptions): LintedRole[] {
  const facts = liveRole(value, pointer);
  return facts === undefined ? [] : [{ name: `${facts.name}`, assumed: {}, ...lintRole(facts, orchestrator) }];
}

function unusable(detail: string, position: Position | undefined = undefined): LintedDocument {
  return { kind: 'unusable', problem: problem('TRUST_FILE', { detail: detail.replace(/\.$/, '') }, { ...position }) };
}

type Locate = (path: TemplatePath) => Position | undefined;

function placed(role: LintedRole, locate: Locate): LintedRole {
  const resource = role.logicalId === undefined ? {} : { resource: role.logicalId };
  const findings = role.findings.map((finding) => {
    const path = `${finding.place.pointer}`.split('/').slice(1).map(unescaped);
    return { ...finding, place: { ...finding.place, ...nearest(locate, path), ...resource } };
  });
  return { ...role, findings };
}

/** Where a path leads, or the nearest of its owners that is written in the text; the whole of it always is. */
function nearest(locate: Locate, path: TemplatePath): Position {
  return locate(path) ?? nearest(locate, path.slice(0, -1));
}

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
