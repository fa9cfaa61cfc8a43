import { maskKeys } from '../config/secret-text.ts';
import { type JsonObject, memberOf, type TemplatePath } from '../template/template.ts';
import { boundaryObjections } from './boundary-rule.ts';
import { type Scope, scopeOf } from './computed-text.ts';
import { credentialObjections } from './credential-rule.ts';
import { type DeclaredResource, declaredResources } from './declared-resources.ts';
import type { GateContext, GateFinding, GateSource, Objection } from './finding.ts';
import { identityPoolObjections } from './identity-pool-rule.ts';
import { policyObjections } from './policy-rule.ts';
import { reservedUseObjections } from './reserved-use-rule.ts';
import { resourcePolicyObjections, sharedResourceObjections } from './resource-policy-rule.ts';
import { secretObjections } from './secret-literals.ts';
import { suppressionsAt } from './suppressions.ts';
import { fragmentObjections, transformObjections } from './transform-rule.ts';
import { trustObjections } from './trust-rule.ts';
import { missingTemplate, urlObjections } from './url-rule.ts';

/**
 * Everything a template does that Drawbridge refuses: static credentials, unseen fragments, trust beyond the account, roles without the
 * boundary, policies that are open to all; in it and in the templates it nests. Pure and offline. Conditions are not evaluated, so both
 * branches count; what cannot be decided from the text is a finding; what a template says to silence scanners is not heard.
 */
export function gateTemplate(source: GateSource, context: GateContext): GateFinding[] {
  return gated({ source, within: [] }, context);
}

/** A template and the logical ids that lead to it. */
interface Nested {
  readonly source: GateSource;
  readonly within: readonly string[];
}

function gated({ source, within }: Nested, context: GateContext): GateFinding[] {
  const template = source.template as JsonObject;
  const resources = declaredResources(template);
  const scope = scopeOf(resources, context);
  const objections = [
    ...transformObjections(template, context),
    ...secretObjections(template),
    ...resources.flatMap((resource) => resourceObjections(resource, scope)),
  ];
  const stacks = resources.filter(({ type }) => type === 'AWS::CloudFormation::Stack');
  const unknown = stacks.filter(
    (stack) => memberOf(source.nested, stack.id) === undefined && urlObjections(stack, context).length === 0,
  );
  return [
    ...[...objections, ...unknown.map(missingTemplate)].map((one) => finding(one, { source, within }, context)),
    ...stacks.flatMap(({ id }) => {
      const nested = memberOf(source.nested, id);
      return nested ? gated({ source: nested, within: [...within, id] }, context) : [];
    }),
  ];
}

function resourceObjections(resource: DeclaredResource, scope: Scope): Objection[] {
  return [
    ...credentialObjections(resource),
    ...identityPoolObjections(resource, scope),
    ...fragmentObjections(resource),
    ...trustObjections(resource, scope),
    ...boundaryObjections(resource, scope),
    ...resourcePolicyObjections(resource, scope),
    ...sharedResourceObjections(resource, scope),
    ...reservedUseObjections(resource, scope),
    ...policyObjections(resource, scope),
    ...urlObjections(resource, scope.context),
  ];
}

/** Logical ids and pointers can hold a key as well, so they are masked like everything that is shown. */
function finding({ code, path, what, next }: Objection, { source, within }: Nested, context: GateContext): GateFinding {
  const owner = ownerOf(path);
  const names = owner === undefined ? within : [...within, owner];
  const position = nearestPosition(source, path);
  const suppressions = suppressionsAt(source.template as JsonObject, path);
  const unheard =
    suppressions.length === 0 ? '' : ` Its suppression for ${suppressions.join(' and ')} is not heard here.`;
  return {
    code,
    ...(names.length > 0 ? { resource: maskKeys(names.join('/')) } : {}),
    ...(source.file === undefined ? {} : { file: source.file }),
    pointer: maskKeys(path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')),
    ...position,
    what: maskKeys(`${what}${unheard}`),
    next,
    waived: code !== 'GATE_STATIC_CREDENTIAL' && context.waive?.includes(code) === true,
  };
}

/** The resource, parameter, output … that the path is in; loops are passed through. */
function ownerOf([, ...rest]: TemplatePath): string | undefined {
  const [name, ...below] = rest;
  if (typeof name !== 'string') return undefined;
  return name.startsWith('Fn::ForEach::') && typeof below[1] === 'string' ? ownerOf(below) : name;
}

/** What is missing is reported where its owner stands. */
function nearestPosition({ positionOf }: GateSource, path: TemplatePath) {
  for (let length = path.length; length > 0; length -= 1) {
    const position = positionOf?.(path.slice(0, length));
    if (position) return position;
  }
  return undefined;
}
